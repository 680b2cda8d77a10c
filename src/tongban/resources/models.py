"""Values of data elements, who says them, the chosen one, and who read them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tongban.kit.ids import uuid7
from tongban.kit.models import Row


class Value(models.Model):
    """What one department says about one element of one subject, now.

    A value of JSON null says that the department has withdrawn what it said. Of two statements the one with
    the higher (as-of, number in its feed, change) stands, in whatever order they come in.
    """

    id = models.BigAutoField(primary_key=True)
    subject = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    element = models.CharField(max_length=60)
    source = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    value = models.JSONField()
    as_of = models.DateTimeField()
    seq = models.BigIntegerField(default=0, db_default=0, help_text="number in its feed; 0 for bulk loads")
    change_key = models.CharField(max_length=200, default="", db_default="", help_text="source:change id")
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "element", "source"], name="resources_value_one_per_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.element}"


class Golden(models.Model):
    """The chosen value of every element of one subject, in one row so that prefill is one read.

    ``entries``: element code → ``{"v": value, "s": department id, "t": as-of, "a": from its source
    department?, "c": [departments that confirm], "d": [departments that differ]}``. Derived from
    :class:`Value` whenever values come in.
    """

    subject = models.OneToOneField(
        "identity.Subject", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    entries = models.JSONField(default=dict)
    refreshed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.subject_id)


class ValueHistory(models.Model):
    """One statement of a department, whether it stood or came too late. Append-only, by month of ``at``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(help_text="when it was received")
    subject_id = models.UUIDField()
    element = models.CharField(max_length=60)
    department_id = models.UUIDField()
    value = models.JSONField(help_text="JSON null: withdrawn")
    as_of = models.DateTimeField()
    seq = models.BigIntegerField()
    change_key = models.CharField(max_length=200)
    stale = models.BooleanField(help_text="older than what was held when it came")

    class Meta:
        db_table = "resources_valuehistory"
        indexes = [
            models.Index(fields=["subject_id", "element", "-as_of"], name="resources_valuehistory_subject")
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.element} {self.as_of}"


class Merger(Row):
    """Two subjects that are the same one, found so by a person. Values stay with the subject they came
    in under; while it is not split, both show the choice over the values of both."""

    source = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    by_name = models.CharField(max_length=100)
    split_at = models.DateTimeField(null=True)
    split_reason = models.CharField(max_length=500, blank=True)
    split_by_name = models.CharField(max_length=100, blank=True)
    key = models.CharField(max_length=100, blank=True, help_text="the same key merges once")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=~models.Q(key=""), name="resources_merger_once"
            ),
            models.UniqueConstraint(
                fields=["source"], condition=models.Q(split_at=None), name="resources_merged_once"
            ),
        ]
        indexes = [
            models.Index(fields=["target"], condition=models.Q(split_at=None), name="resources_merged_into"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} = {self.target_id}"


class SourceDecision(Row):
    """By whose decision which department is the source of an element, from when to when."""

    element = models.CharField(max_length=60)
    department = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField()
    document_number = models.CharField(max_length=100)
    by_name = models.CharField(max_length=100)
    ended_on = models.DateField(null=True)
    ended_by_name = models.CharField(max_length=100, blank=True)
    ended_why = models.CharField(max_length=500, blank=True)
    key = models.CharField(max_length=100, blank=True, help_text="the same key decides once")

    class Meta:
        ordering = ["element", "-decided_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["element"], condition=models.Q(ended_on=None), name="resources_one_source"
            ),
            models.UniqueConstraint(
                fields=["key"], condition=~models.Q(key=""), name="resources_decision_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.element} {self.document_number}"


class ReadLog(models.Model):
    """One read of a subject's values. Append-only, partitioned by month of ``at``; real key (id, at)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    subject_id = models.UUIDField()
    kind = models.CharField(max_length=10, help_text="prefill, own or verify")
    reader_kind = models.CharField(max_length=10)
    reader_name = models.CharField(max_length=100)
    account_id = models.UUIDField(null=True)
    staff_id = models.UUIDField(null=True)
    post = models.CharField(max_length=60, blank=True)
    department_id = models.UUIDField(null=True)
    department_name = models.CharField(max_length=200, blank=True)
    purpose = models.CharField(max_length=200)
    case_id = models.UUIDField(null=True)
    elements = ArrayField(models.CharField(max_length=60))

    class Meta:
        db_table = "resources_readlog"
        ordering = ["-at"]
        indexes = [models.Index(fields=["subject_id", "-at"], name="resources_readlog_subject")]

    def __str__(self) -> str:
        return f"{self.at} {self.reader_name}"


class Source(Row):
    """A feed of one department: who may push, what its columns are, how often it should come."""

    class Way(models.TextChoices):
        FILE = "file", _("文件")
        DATABASE = "database", _("数据库")
        PUSH = "push", _("接口推送")

    class Cycle(models.TextChoices):
        REALTIME = "realtime", _("实时")
        DAILY = "daily", _("每日")
        WEEKLY = "weekly", _("每周")
        MONTHLY = "monthly", _("每月")
        QUARTERLY = "quarterly", _("每季度")
        YEARLY = "yearly", _("每年")

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    department = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=10, choices=Way)
    cycle = models.CharField(max_length=10, choices=Cycle)
    kind = models.CharField(max_length=6, help_text="person or legal: whom it is about")
    mapping = models.JSONField(
        default=dict, help_text="its column → element code, or {element, clean, date}; see mapping.py"
    )
    layout = models.JSONField(default=dict, help_text="of its files: {id, as_of, date}, names of columns")
    key_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of its key")
    last_received = models.DateTimeField(null=True)
    landed = models.BigIntegerField(default=0, db_default=0, help_text="changes taken, unchanged or stale")
    discarded = models.BigIntegerField(default=0, db_default=0, help_text="changes given up in quarantine")

    def __str__(self) -> str:
        return self.slug


class Snapshot(Row):
    """One file of a department, or one reading of its database, row by row as changes.

    Counts are written with each batch's rows. A reading has no file; ``position`` is how far it is.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("等待开始")
        RUNNING = "running", _("正在读取")
        DONE = "done", _("已完成")
        FAILED = "failed", _("未完成")

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=200, help_text="or the table's name")
    format = models.CharField(max_length=20, help_text="csv, xlsx, parquet, or the kind of database")
    encoding = models.CharField(max_length=20, blank=True, help_text="of a CSV file")
    as_of = models.DateTimeField(help_text="for rows that say no time themselves")
    received_at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    rows_total = models.PositiveBigIntegerField(default=0)
    rows_read = models.PositiveBigIntegerField(default=0)
    taken = models.PositiveBigIntegerField(default=0)
    unchanged = models.PositiveBigIntegerField(default=0)
    stale = models.PositiveBigIntegerField(default=0)
    quarantined = models.PositiveBigIntegerField(default=0)
    parquet_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the rows as Parquet")
    problem = models.CharField(max_length=1000, blank=True)
    position = models.JSONField(null=True, help_text="of a database: {at, key} of the row read last")
    undated = models.PositiveBigIntegerField(default=0, help_text="rows without time or key: not readable")
    future = models.PositiveBigIntegerField(default=0, help_text="rows dated later than now: read then")
    touched_at = models.DateTimeField(null=True, help_text="when it last got further")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    rows_read=models.F("taken")
                    + models.F("unchanged")
                    + models.F("stale")
                    + models.F("quarantined")
                ),
                name="resources_nothing_dropped",
            ),
        ]
        indexes = [models.Index(fields=["source", "-created_at"], name="resources_snapshot_of")]

    @property
    def landed(self) -> int:
        return self.taken + self.unchanged + self.stale

    def __str__(self) -> str:
        return f"{self.source_id} {self.file_name}"


class Landed(Row):
    """One change as it was received, and what became of it; what cannot be taken waits here with reasons."""

    class Outcome(models.TextChoices):
        TAKEN = "taken", _("已采用")
        UNCHANGED = "unchanged", _("无变化")
        STALE = "stale", _("早于已有数据")
        QUARANTINED = "quarantined", _("待修正")
        DISCARDED = "discarded", _("已放弃")

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    change_id = models.CharField(max_length=100)
    body = models.JSONField()
    outcome = models.CharField(max_length=12, choices=Outcome)
    reasons = models.JSONField(default=list)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, related_name="+")
    line = models.PositiveBigIntegerField(null=True, help_text="in its file, from 1")
    settled_at = models.DateTimeField(null=True, help_text="when a steward repaired or gave it up")
    settled_by = models.CharField(max_length=100, blank=True)
    settled_why = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "change_id"], name="resources_landed_once"),
        ]
        indexes = [
            models.Index(
                fields=["source", "-created_at"],
                condition=models.Q(outcome="quarantined"),
                name="resources_quarantine",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.change_id}"


from tongban.resources.databases.models import DatabaseLink  # noqa: E402  (Django looks for models here)
from tongban.resources.hooks.models import (  # noqa: E402
    Delivery,
    SandboxEvent,
    SandboxReceiver,
    Subscription,
)
from tongban.resources.runs.models import Pair, ReconcileRun, RunPart  # noqa: E402

__all__ = [
    "DatabaseLink", "Delivery", "Golden", "Landed", "Merger", "Pair", "ReadLog", "ReconcileRun", "RunPart",
    "SandboxEvent", "SandboxReceiver", "Snapshot", "Source", "SourceDecision", "Subscription", "Value",
    "ValueHistory",
]  # fmt: skip
