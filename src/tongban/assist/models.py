"""Conversations of the moment, hand-overs to people, general questions and answers, tickets."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongban.kit.models import Row

PROVINCE = "35"  # whose platform this is; what names no place concerns all of it


class Conversation(models.Model):
    """The last turns of one session, masked; gone two hours after the last of them."""

    key = models.CharField(primary_key=True, max_length=64)  # keyed hash of the session's token
    turns = models.JSONField(default=list)  # [{question, kind, text, sources: [[url, title]], cards}]
    item_code = models.CharField(max_length=80, blank=True)  # the item the last answer was about
    item_name = models.CharField(max_length=200, blank=True)
    division = models.CharField(max_length=12, blank=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key[:8]


class HandOverState(models.TextChoices):
    """A hand-over's way."""

    WAITING = "waiting", _("等待答复")
    CLAIMED = "claimed", _("答复中")
    ANSWERED = "answered", _("已答复")
    CLOSED = "closed", _("已关闭")


class HandOver(Row):
    """A question handed to people, with the talk so far. Whoever holds ``token`` is the asker."""

    token = models.CharField(max_length=48, unique=True)
    account = models.ForeignKey("identity.Account", on_delete=models.CASCADE, null=True, related_name="+")
    session = models.CharField(max_length=64, blank=True)  # keyed hash, ties an anonymous asker's page to it
    channel = models.CharField(max_length=10, default="web")
    question = models.TextField()
    transcript = models.JSONField(default=list)
    item = models.ForeignKey("items.Item", on_delete=models.SET_NULL, null=True, related_name="+")
    item_name = models.CharField(max_length=200, blank=True)
    # Without a department anybody on duty in the region may take it.
    department = models.ForeignKey(
        "organisations.Department", on_delete=models.PROTECT, null=True, related_name="+"
    )
    division = models.CharField(max_length=12, default=PROVINCE)
    state = models.CharField(max_length=10, choices=HandOverState, default=HandOverState.WAITING)
    due_at = models.DateTimeField()
    late_told = models.BooleanField(default=False)  # the supervisors were told that it is late
    claimed_by = models.UUIDField(null=True)
    claimed_name = models.CharField(max_length=60, blank=True)
    answer = models.TextField(blank=True)
    sources = models.JSONField(default=list)  # [[url, title]]
    answered_by = models.CharField(max_length=60, blank=True)
    answered_at = models.DateTimeField(null=True)
    passed_note = models.CharField(max_length=500, blank=True)
    closed_note = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["department", "due_at"],
                name="handover_open",
                condition=Q(state__in=("waiting", "claimed")),
            ),
            models.Index(fields=["session"], name="handover_session"),
        ]

    def __str__(self) -> str:
        return f"{self.question[:20]} {self.state}"


class FaqState(models.TextChoices):
    """A general answer's way: two people see it before the public does."""

    PROPOSED = "proposed", _("待审核")
    PUBLISHED = "published", _("已发布")
    REFUSED = "refused", _("未采用")
    RETIRED = "retired", _("已停用")


class GeneralFaq(Row):
    """A question with its answer that replies use; about an item, or about none."""

    question = models.CharField(max_length=300)
    wordings = ArrayField(models.CharField(max_length=300), default=list)  # other ways to ask the same
    answer = models.TextField()
    item = models.ForeignKey("items.Item", on_delete=models.CASCADE, null=True, related_name="+")
    item_name = models.CharField(max_length=200, blank=True)
    department = models.ForeignKey(
        "organisations.Department", on_delete=models.PROTECT, null=True, related_name="+"
    )
    sources = models.JSONField(default=list)
    pairs = ArrayField(models.CharField(max_length=2), default=list)  # of all its wordings, to find it by
    state = models.CharField(max_length=10, choices=FaqState, default=FaqState.PROPOSED)
    hand_over = models.OneToOneField(HandOver, on_delete=models.SET_NULL, null=True, related_name="faq")
    proposed_by = models.UUIDField(null=True)
    proposed_name = models.CharField(max_length=60)
    reviewed_by = models.UUIDField(null=True)
    reviewed_name = models.CharField(max_length=60, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [GinIndex(fields=["pairs"], name="faq_pairs", condition=Q(state="published"))]

    def __str__(self) -> str:
        return self.question


class TicketKind(models.TextChoices):
    """What a ticket is."""

    CONSULT = "consult", _("咨询")
    COMPLAINT = "complaint", _("投诉")
    SUGGESTION = "suggestion", _("建议")


class TicketState(models.TextChoices):
    """A ticket's way."""

    OPEN = "open", _("待受理")
    ACCEPTED = "accepted", _("办理中")
    ASKED = "asked", _("等您补充")
    ANSWERED = "answered", _("已答复")
    REFUSED = "refused", _("不予受理")
    CLOSED = "closed", _("已结束")


class Ticket(Row):
    """A consultation, complaint or suggestion with clocks. Without an account, its token opens it."""

    number = models.CharField(max_length=24, unique=True)
    token = models.CharField(max_length=48, unique=True)
    kind = models.CharField(max_length=12, choices=TicketKind)
    title = models.CharField(max_length=100)
    text = models.TextField()
    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=20, blank=True)  # confirmed by a code, where there is no account
    item = models.ForeignKey("items.Item", on_delete=models.SET_NULL, null=True, related_name="+")
    item_name = models.CharField(max_length=200, blank=True)
    department = models.ForeignKey(
        "organisations.Department", on_delete=models.PROTECT, null=True, related_name="+"
    )
    division = models.CharField(max_length=12, default=PROVINCE)
    about = models.CharField(max_length=100, blank=True)  # the member of staff complained of, as written
    about_accounts = ArrayField(models.UUIDField(), default=list)  # who that may be; none of them sees it
    state = models.CharField(max_length=10, choices=TicketState, default=TicketState.OPEN)
    opened_on = models.DateField()
    accept_by = models.DateField()
    accepted_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    answered_on = models.DateField(null=True)
    handler_id = models.UUIDField(null=True)
    handler_name = models.CharField(max_length=60, blank=True)
    pauses = models.JSONField(default=list)  # [[from, to or null]]: waiting for the asker
    reopened = models.BooleanField(default=False)
    mark = models.PositiveSmallIntegerField(null=True)  # 1 (very bad) to 5 (very good)
    mark_words = models.CharField(max_length=500, blank=True)
    late_told = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["department", "opened_on"],
                name="ticket_open",
                condition=Q(state__in=("open", "accepted", "asked")),
            ),
            models.Index(fields=["account", "-created_at"], name="ticket_account"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(mark=None) | Q(mark__range=(1, 5)), name="ticket_mark")
        ]

    def __str__(self) -> str:
        return self.number


class TicketEntry(Row):
    """One thing said or done about a ticket, as both sides may read it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="entries")
    at = models.DateTimeField(default=timezone.now)
    act = models.CharField(max_length=12)
    text = models.TextField(blank=True)
    by_staff = models.BooleanField()
    by_name = models.CharField(max_length=60)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.act} {self.by_name}"
