"""Who looked at a licence, and why."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongban.kit.models import Row
from tongban.licences.models.licence import Licence


class UseKind(models.TextChoices):
    """Ways in which a licence is used."""

    VIEWED = "viewed", _("查看")
    MATERIAL = "material", _("作为办事材料使用")
    PUBLIC_CHECK = "public_check", _("扫码查验")
    DOWNLOADED = "downloaded", _("下载")


class LicenceUse(Row):
    """One use of a licence; its holder sees every one."""

    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="uses")
    kind = models.CharField(max_length=20, choices=UseKind.choices)
    account_id = models.UUIDField(null=True, blank=True)
    by = models.CharField(max_length=100)  # who, in words
    department = models.CharField(max_length=100, blank=True)
    purpose = models.CharField(max_length=200)
    case_id = models.UUIDField(null=True, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["licence", "-created_at"], name="use_of_licence")]
