"""Licences and the counters their numbers come from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongban.kit.models import Row
from tongban.licences.models.type import LicenceType


class Status(models.TextChoices):
    """Status of a licence (STANDARDS §3)."""

    VALID = "01", _("有效")
    SUSPENDED = "02", _("暂扣")
    WITHDRAWN = "03", _("撤销")
    CANCELLED = "04", _("注销")
    LAPSED = "05", _("失效")
    MOVED = "06", _("办理转出")
    REVOKED = "07", _("吊销")
    OTHER = "99", _("其他")


class Grade(models.TextChoices):
    """Trust grade (国办函〔2016〕108号)."""

    A = "A", _("发证机关签发")
    B = "B", _("窗口核对原件")
    C = "C", _("用户上传，待核原件")
    D = "D", _("用户自行填报")


class Licence(Row):
    """One version of one licence.

    ``data`` holds the elements of the face. ``key`` makes issuing idempotent: the same key gives the
    same licence. ``file`` is None until the worker has made and signed the face.
    """

    identifier = models.CharField(max_length=100, unique=True)  # GB/T 36904-2018
    type = models.ForeignKey(LicenceType, on_delete=models.PROTECT, related_name="licences")
    holder = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    issuer = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    division = models.CharField(max_length=9)
    number = models.CharField(max_length=60)  # what people read: 闽食许〔2026〕第00012号
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="replaced_by", null=True, blank=True
    )
    status = models.CharField(max_length=2, choices=Status.choices, default=Status.VALID)
    status_reason = models.CharField(max_length=500, blank=True)
    trust_grade = models.CharField(max_length=1, choices=Grade.choices, default=Grade.A)
    issued_on = models.DateField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)  # last valid day; None: until something ends it
    data = models.JSONField(default=dict)
    file = models.ForeignKey(
        "files.StoredFile", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    public_token = models.CharField(max_length=43, unique=True)
    case_id = models.UUIDField(null=True, blank=True, db_index=True)
    key = models.CharField(max_length=200, unique=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["holder", "type", "status"], name="licence_of_holder"),
            models.Index(fields=["valid_to"], name="licence_valid_to"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["type", "issuer", "year", "serial", "version"], name="licence_serial_once"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="licence_valid_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Counter(models.Model):
    """The last serial given for a type, an issuer and a year. Locked while a number is taken: no gaps."""

    type = models.ForeignKey(LicenceType, on_delete=models.PROTECT, related_name="+")
    issuer = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["type", "issuer", "year"], name="one_counter_per_type_issuer_year"
            )
        ]
