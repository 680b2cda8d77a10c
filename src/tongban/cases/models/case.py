"""The case itself."""

from django.db import models
from django.db.models import Q

from tongban.cases.states import Light, State
from tongban.kit.models import Row

CLOCKED = (State.SUBMITTED, State.SUPPLEMENT_ASKED, State.ACCEPTED, State.UNDER_REVIEW, State.SUSPENDED)
OPEN = (*CLOCKED, State.GRANTED, State.DENIED, State.CONCLUDED)


class Case(Row):
    """One application, from draft to end.

    ``version`` is the item version it was filed under and never changes after submission. ``due_on``,
    ``accept_by``, ``deliver_by`` and ``light`` are copies of what the clock computes, so that lists are
    one index scan; the periodic task and every command refresh them.
    """

    number = models.CharField(
        max_length=32, unique=True, null=True, blank=True
    )  # 办件编号, given at submission
    item = models.ForeignKey("items.Item", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("items.ItemVersion", on_delete=models.PROTECT, related_name="+")
    item_name = models.CharField(max_length=300)
    applicant = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    applicant_name = models.CharField(max_length=200)
    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    division = models.CharField(max_length=12)  # where it is handled: the distribution key

    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    answers = models.JSONField(default=dict)
    prefilled = models.JSONField(default=dict)  # field -> {value, element, source, as_of, locked, ...}
    page = models.CharField(max_length=64, blank=True)  # where the applicant left off
    revision = models.PositiveIntegerField(default=0)
    draft_key = models.CharField(max_length=64, unique=True, null=True, blank=True)
    submission_key = models.CharField(max_length=64, unique=True, null=True, blank=True)
    guidance = models.JSONField(default=dict)  # what the applicant was told before filing, for the clerk
    waived = models.JSONField(default=dict)  # material key -> why it is not required of this applicant
    part_of = models.UUIDField(null=True)  # what a higher room files this as a part of; opaque here

    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)  # complete material came in: submission or last supplement
    accepted_at = models.DateTimeField(null=True)
    deemed_accepted = models.BooleanField(default=False)  # 行政许可法 §32: not told within 5 days
    decided_at = models.DateTimeField(null=True)
    concluded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)

    accept_by = models.DateField(null=True)
    due_on = models.DateField(null=True)
    deliver_by = models.DateField(null=True)
    light = models.CharField(max_length=6, choices=Light, default=Light.NONE, blank=True)
    due_provisional = models.BooleanField(default=False)
    warned = models.CharField(max_length=6, blank=True)  # the worst light staff were told about

    class Meta:
        indexes = [
            models.Index(fields=["applicant", "-id"], name="case_applicant"),
            models.Index(fields=["account", "-id"], name="case_account"),
            models.Index(fields=["department", "state", "-id"], name="case_dept_state"),
            models.Index(fields=["division", "state", "-id"], name="case_div_state"),
            models.Index(fields=["due_on"], name="case_due", condition=Q(state__in=CLOCKED)),
            models.Index(fields=["accept_by"], name="case_accept_by", condition=Q(state=State.SUBMITTED)),
            models.Index(fields=["department", "light"], name="case_light", condition=~Q(light=Light.NONE)),
        ]
        constraints = [
            models.CheckConstraint(
                name="case_number_when_submitted",
                condition=Q(state=State.DRAFT) | Q(number__isnull=False, submitted_at__isnull=False),
            ),
        ]
