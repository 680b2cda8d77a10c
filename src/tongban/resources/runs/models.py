"""Runs of the batch engine, receipts of what was published of them, and pairs that a person must look at."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongban.kit.models import Row

SILENT = timedelta(minutes=10)  # a run that says nothing for so long was cut off


class ReconcileRun(Row):
    """One run over the departments' files. ``done`` of ``total``: of the stage it is in."""

    class State(models.TextChoices):
        QUEUED = "queued", _("等待开始")
        RUNNING = "running", _("正在运行")
        DONE = "done", _("已完成")
        FAILED = "failed", _("未完成")
        CUT = "cut", _("中断")

    class Publishing(models.TextChoices):
        NOT = "", _("未发布")
        QUEUED = "queued", _("等待发布")
        RUNNING = "running", _("正在发布")
        DONE = "done", _("已发布")
        FAILED = "failed", _("发布未完成")

    engine = models.CharField(max_length=10, help_text="duckdb or spark")
    folder = models.CharField(max_length=500, help_text="the departments' files")
    out = models.CharField(max_length=500, help_text="where golden records and accounts lie")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    stage = models.CharField(max_length=20, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    account = models.JSONField(default=dict, help_text="run.json")
    fingerprint = models.CharField(max_length=64, blank=True, help_text="SHA-256 of run.json")
    sources = models.JSONField(default=list, help_text="rows of each department, see counting.py")
    elements = models.JSONField(default=list, help_text="values of each element, see counting.py")
    account_id = models.UUIDField(null=True, help_text="who started it")
    by_name = models.CharField(max_length=100)
    started_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField(null=True, help_text="when it last got further")
    ended_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=1000, blank=True)
    publishing = models.CharField(max_length=10, choices=Publishing, default=Publishing.NOT, blank=True)
    parts = models.PositiveIntegerField(default=0, help_text="in which it is published")
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="resources_run_newest")]

    def __str__(self) -> str:
        return f"{self.engine} {self.folder}"

    @property
    def cut_off(self) -> bool:
        """Whether it says that it runs and nothing was heard of it for long."""
        heard = self.touched_at or self.started_at
        return self.state == self.State.RUNNING and heard is not None and heard < timezone.now() - SILENT

    @property
    def active(self) -> bool:
        """Whether it still gets further, or is being published."""
        runs = self.state in {self.State.QUEUED, self.State.RUNNING} and not self.cut_off
        return runs or self.publishing in {self.Publishing.QUEUED, self.Publishing.RUNNING}

    @property
    def engine_name(self) -> str:
        return {"duckdb": "DuckDB", "spark": "Spark"}.get(self.engine, self.engine)

    @property
    def state_words(self) -> str:
        return str(self.State.CUT.label if self.cut_off else self.get_state_display())


class RunPart(Row):
    """The receipt of one part of a run that was published, written in its transaction."""

    run = models.ForeignKey(ReconcileRun, on_delete=models.PROTECT, related_name="published_parts")
    number = models.PositiveIntegerField()
    persons = models.PositiveIntegerField()
    made = models.PositiveIntegerField(help_text="persons not known before")
    taken = models.PositiveBigIntegerField(help_text="statements that are now what a department says")
    unchanged = models.PositiveBigIntegerField()
    stale = models.PositiveBigIntegerField(help_text="older than what the department says now")
    withdrawn = models.PositiveBigIntegerField()
    refused = models.PositiveBigIntegerField(help_text="no value of its element")
    told = models.PositiveIntegerField(help_text="persons told of by golden_changed")
    seconds = models.FloatField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="resources_run_part_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.number}"


class Pair(Row):
    """A department's row without a valid number and the person it may be about, for a person to decide.

    A decision holds for the two sides as they were (``fingerprint``): where one changes it is asked anew.
    """

    class Verdict(models.TextChoices):
        OPEN = "", _("待复核")
        SAME = "same", _("同一人")
        OTHER = "other", _("不是同一人")
        UNSURE = "unsure", _("无法判断")

    run = models.ForeignKey(ReconcileRun, on_delete=models.PROTECT, related_name="pairs")
    source = models.CharField(max_length=60, help_text="short code of the department")
    row_id = models.CharField(max_length=100)
    key = models.BigIntegerField(help_text="first 17 digits of the person's number")
    probability = models.FloatField()
    fingerprint = models.CharField(max_length=64)
    said = models.JSONField(help_text="the row's fields")
    known = models.JSONField(help_text="the person's")
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.OPEN, blank=True)
    note = models.CharField(max_length=500, blank=True)
    by_name = models.CharField(max_length=100, blank=True)
    by_account = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    held_by = models.UUIDField(null=True, help_text="account of who looks at it now")
    held_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-probability", "id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "row_id", "key"], name="resources_pair_once"),
        ]
        indexes = [
            models.Index(
                fields=["-probability", "id"], condition=models.Q(verdict=""), name="resources_pair_open"
            ),
            models.Index(
                fields=["-decided_at"], condition=~models.Q(verdict=""), name="resources_pair_decided"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.row_id}"
