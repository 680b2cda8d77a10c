"""Where a source's database is, what of it is read, and how far."""

from django.db import models

from tongban.kit.models import Row


class DatabaseLink(Row):
    """The database of one source. ``known``: its table's columns when it was last looked at."""

    source = models.OneToOneField("resources.Source", on_delete=models.PROTECT, related_name="link")
    kind = models.CharField(max_length=20, help_text="identifier of the adapter")
    host = models.CharField(max_length=200)
    port = models.PositiveIntegerField()
    database = models.CharField(max_length=63)
    user = models.CharField(max_length=63)
    password = models.TextField(help_text="sealed")
    tls = models.CharField(max_length=12)
    table_schema = models.CharField(max_length=63, blank=True)
    table_name = models.CharField(max_length=63, blank=True)
    key_column = models.CharField(max_length=63, blank=True)
    moment_column = models.CharField(max_length=63, blank=True)
    known = models.JSONField(default=list, help_text="[{name, type, use, unique}]")
    position = models.JSONField(null=True, help_text="{at, key} of the row read last")
    clock_lag = models.FloatField(null=True, help_text="seconds its clock was ahead of ours at the last read")
    next_at = models.DateTimeField(null=True, help_text="when it is read next")
    stopped = models.BooleanField(default=False, help_text="not read of itself")
    failures = models.PositiveIntegerField(default=0, help_text="reads in a row that could not be made")

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], condition=models.Q(stopped=False), name="resources_database_due")
        ]

    @property
    def ready(self) -> bool:
        """Whether table and columns are chosen."""
        return bool(self.table_name and self.key_column and self.moment_column)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}/{self.database}"
