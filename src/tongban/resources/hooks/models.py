"""Who is told of changes and where, what each was told, and the sandbox's receiver."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tongban.kit.ids import uuid7
from tongban.kit.models import Row


class Subscription(Row):
    """A department's wish to be told when golden values of some elements change."""

    class State(models.TextChoices):
        ACTIVE = "active", _("正常")
        PAUSED = "paused", _("已暂停")
        STOPPED = "stopped", _("对方长时间收不到，已停")
        ENDED = "ended", _("已结束")

    department = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    elements = ArrayField(models.CharField(max_length=60))
    url = models.CharField(max_length=500)
    secret = models.TextField(help_text="sealed; signs what is sent")
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    by_name = models.CharField(max_length=100)
    failures = models.PositiveIntegerField(default=0, help_text="attempts in a row that nobody answered")
    retry_at = models.DateTimeField(null=True, help_text="nothing is sent before")
    last_problem = models.CharField(max_length=300, blank=True)
    last_sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "name"],
                condition=~models.Q(state="ended"),
                name="resources_subscribed_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One change told to one subscriber. Ids of one subject rise in the order of its changes."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待送")
        SENT = "sent", _("已送达")
        REFUSED = "refused", _("对方拒收")

    id = models.BigAutoField(primary_key=True)
    event_id = models.UUIDField(default=uuid7, unique=True, help_text="the same however often it is sent")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="deliveries")
    subject = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    elements = models.JSONField(help_text="as golden_changed tells them, those subscribed to")
    occurred_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    replays = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["subscription", "subject", "id"],
                condition=models.Q(state="waiting"),
                name="resources_delivery_waiting",
            ),
            models.Index(fields=["subscription", "-id"], name="resources_delivery_of"),
            models.Index(fields=["occurred_at"], name="resources_delivery_at"),
        ]

    def __str__(self) -> str:
        return str(self.event_id)


class SandboxReceiver(models.Model):
    """A pretended subscriber's server and the fault it plays."""

    name = models.SlugField(primary_key=True, max_length=40)
    fault = models.CharField(max_length=10, blank=True)


class SandboxEvent(Row):
    """An event that a pretended subscriber received, once an id, with how often it came."""

    receiver = models.CharField(max_length=40)
    event_id = models.CharField(max_length=100)
    body = models.JSONField()
    signed = models.BooleanField(help_text="its signature was right")
    times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["receiver", "event_id"], name="resources_sandbox_event_once")
        ]
