"""Notices, their deliveries, and what people prefer."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.kit.models import Row


class Channel(models.TextChoices):
    SMS = "sms", _("短信")
    MAIL = "mail", _("电子邮件")
    WECHAT = "wechat", _("微信")


class Notice(Row):
    """One message to one person. It always lies in the inbox of the account, if there is one."""

    key = models.CharField(max_length=200, unique=True)  # the sender's; the same key is one notice
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="notices"
    )
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    body = models.TextField()
    link = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-created_at"], name="notice_inbox"),
            models.Index(fields=["account"], condition=Q(read_at=None), name="notice_unread"),
        ]


class Delivery(Row):
    """One message on its way over one channel. Codes travel sealed and are wiped when sent."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等待发送")
        SENT = "sent", _("已发送")
        FAILED = "failed", _("发送失败")

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, null=True, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel)
    target = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    sealed = models.TextField(blank=True)  # an encrypted text that must not be read from the database
    expires_at = models.DateTimeField(null=True)  # of no use after this; then it is not sent any more
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_problem = models.CharField(max_length=300, blank=True)
    adapter = models.CharField(max_length=60, blank=True)
    provider_id = models.CharField(max_length=100, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once")]
        indexes = [models.Index(fields=["created_at"], condition=~Q(state="sent"), name="delivery_unsent")]


class Preference(models.Model):
    """Which channels an account wants beside its inbox."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True)
    sms = models.BooleanField(default=True)
    mail = models.BooleanField(default=True)
    wechat = models.BooleanField(default=True)


class SandboxMessage(Row):
    """What the sandbox's phones and mailboxes received. Used only where ``settings.SANDBOX`` is on."""

    channel = models.CharField(max_length=8, choices=Channel)
    target = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    key = models.CharField(max_length=64, unique=True)  # the sender's; a repeated send is one message

    class Meta:
        indexes = [models.Index(fields=["target", "-created_at"])]


class SandboxFault(models.Model):
    """A fault the sandbox plays on one channel, until it is switched off."""

    channel = models.CharField(primary_key=True, max_length=8, choices=Channel)
    fault = models.CharField(max_length=16)
