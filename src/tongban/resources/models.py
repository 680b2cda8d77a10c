"""Values of data elements, who says them, the chosen one, and who read them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tongban.kit.ids import uuid7


class Value(models.Model):
    """What one department says about one element of one subject."""

    id = models.BigAutoField(primary_key=True)
    subject = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    element = models.CharField(max_length=60)
    source = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    value = models.JSONField()
    as_of = models.DateTimeField()
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
