"""The journal of imports: what was read, how far it got, what came of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongban.items.models.versions import ItemVersion
from tongban.kit.models import Row


class ImportState(models.TextChoices):
    """An import's way. A run that was killed stays ``running`` and can be taken up again."""

    WAITING = "waiting", _("等待开始")
    RUNNING = "running", _("正在导入")
    DONE = "done", _("已完成")
    FAILED = "failed", _("未完成")


class ImportRun(Row):
    """One import of one file. Progress is written in the transaction of each batch, so it never lies."""

    account_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=100, blank=True)
    profile = models.CharField(max_length=30)
    file_name = models.CharField(max_length=200)
    file_hash = models.CharField(max_length=64, db_index=True)
    file_size = models.PositiveBigIntegerField(default=0)
    path = models.CharField(max_length=500, blank=True)  # the kept upload; empty for the command line
    encoding = models.CharField(max_length=10, default="auto")  # auto, utf-8 or gbk
    dry_run = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.WAITING)
    rows_done = models.PositiveBigIntegerField(default=0)  # number of the last row that is settled
    bytes_done = models.PositiveBigIntegerField(default=0)
    account = models.JSONField(default=dict)  # read, imported, unchanged, flagged, rejected, rules …
    report = models.CharField(max_length=500, blank=True)
    report_bytes = models.PositiveBigIntegerField(default=0)  # the report's length when rows_done was written
    problem = models.TextField(blank=True)
    touched_at = models.DateTimeField(null=True)  # when it last got further
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.profile} {self.file_name}"


class ImportDraft(models.Model):
    """A version that an import drafted: the batch that others review and publish, or its importer undoes."""

    version = models.OneToOneField(
        ItemVersion, primary_key=True, on_delete=models.CASCADE, related_name="imported"
    )
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="drafts")

    def __str__(self) -> str:
        return f"{self.run_id} {self.version_id}"
