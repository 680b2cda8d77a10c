"""Accounts, the subjects they stand for, and what guards sign-in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from tongban.kit.ids import uuid7
from tongban.kit.models import Row


class Subject(Row):
    """A person or legal person: the anchor of data, licences and cases."""

    class Kind(models.TextChoices):
        PERSON = "person", _("自然人")
        LEGAL = "legal", _("法人")

    kind = models.CharField(max_length=6, choices=Kind)
    id_number = models.CharField(max_length=32, unique=True)  # 公民身份号码 or 统一社会信用代码
    name = models.CharField(max_length=200)
    division = models.CharField(max_length=12, blank=True)

    class Meta:
        indexes = [models.Index(fields=["division", "kind"])]


class Account(AbstractUser):
    """Somebody who can sign in. Residents and staff are accounts of different ``kind``."""

    class Kind(models.TextChoices):
        RESIDENT = "resident", _("群众")
        STAFF = "staff", _("工作人员")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=100)
    phone = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    session_epoch = models.PositiveIntegerField(default=0)  # raised to end every session of the account
    # The person this account belongs to; staff may have none.
    subject = models.OneToOneField(Subject, on_delete=models.PROTECT, null=True, related_name="account")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["phone"], condition=~Q(phone=""), name="account_phone_once"),
        ]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions hold while password and epoch stay the same."""
        text = f"{self.password}:{self.session_epoch}"
        return salted_hmac("tongban.identity.session", text, secret=secret, algorithm="sha256").hexdigest()


class Agency(Row):
    """An account may act for a subject other than its own, in a scope, for a period."""

    class Role(models.TextChoices):
        REPRESENTATIVE = "representative", _("法定代表人")
        AGENT = "agent", _("授权经办人")

    class Scope(models.TextChoices):
        ALL = "all", _("办理全部事项")
        READ = "read", _("只查看，不办理")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="agencies")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="agencies")
    role = models.CharField(max_length=16, choices=Role)
    scope = models.CharField(max_length=8, choices=Scope, default=Scope.ALL)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # the last day it holds; none for a representative in office
    granted_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="granted_agencies"
    )
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "subject", "role"], condition=Q(revoked_at=None), name="agency_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")), name="agency_period"
            ),
            models.CheckConstraint(
                condition=~Q(role="agent") | Q(valid_to__isnull=False), name="agency_agent_ends"
            ),
        ]
        indexes = [models.Index(fields=["subject"], condition=Q(revoked_at=None), name="agency_of_subject")]


class OneTimeCode(Row):
    """A six-digit code sent to a phone. Only a keyed hash is kept; it is redeemed once."""

    class Purpose(models.TextChoices):
        LOGIN = "login", _("登录")
        SIGNUP = "signup", _("注册")
        RESET = "reset", _("找回密码")
        TICKET = "ticket", _("提交诉求")

    purpose = models.CharField(max_length=8, choices=Purpose)
    target = models.CharField(max_length=20, db_index=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True)
    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)


class Throttle(models.Model):
    """A counter over one window of time, shared by every process and raised in one statement."""

    key = models.CharField(primary_key=True, max_length=64)  # keyed hash of scope and subject
    count = models.PositiveIntegerField()
    resets_at = models.DateTimeField(db_index=True)
