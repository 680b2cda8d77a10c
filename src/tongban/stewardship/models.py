"""Disagreements between departments, requests for correction, and what was done about each."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.kit.ids import uuid7
from tongban.kit.models import Row


class Kind(models.TextChoices):
    """What there is to check."""

    CORRECTION = "correction", _("更正申请")
    DISCREPANCY = "discrepancy", _("部门间不一致")


class Verdict(models.TextChoices):
    """What a department found about its own value."""

    RIGHT = "right", _("本部门数据无误")
    WRONG = "wrong", _("本部门数据有误，另行更正")
    CORRECTED = "corrected", _("已更正")


class DiscrepancyState(models.TextChoices):
    """A disagreement's way. ``closed`` is found by comparing, not claimed."""

    OPEN = "open", _("待核查")
    ANSWERED = "answered", _("已答复，仍不一致")
    CLOSED = "closed", _("已一致")


class CorrectionState(models.TextChoices):
    """A request's way."""

    OPEN = "open", _("核查中")
    ANSWERED = "answered", _("已答复")
    WITHDRAWN = "withdrawn", _("已撤回")


class Check(Row):
    """What a discrepancy and a correction share: about what, who must check until when, and the answer.

    ``department`` is the one whose turn it is. Values themselves stay in the resource centre;
    ``value_hash`` (keyed) only tells whether they are still the ones it was opened about.
    """

    subject = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    element = models.CharField(max_length=60)
    division = models.CharField(max_length=12)  # the subject's
    department = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    value_hash = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    claimed_by = models.UUIDField(null=True)
    claimed_name = models.CharField(max_length=60, blank=True)
    answer = models.CharField(max_length=10, choices=Verdict, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    answered_by = models.CharField(max_length=60, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Discrepancy(Check):
    """A department's value of an element differs from the golden one. One row for each such pair, ever;
    ``times`` counts how often it came up."""

    kind = Kind.DISCREPANCY

    source = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    dissenter = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    dissent_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=DiscrepancyState, default=DiscrepancyState.OPEN)
    times = models.PositiveIntegerField(default=1)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "element", "dissenter"], name="discrepancy_once")
        ]
        indexes = [
            models.Index(fields=["department", "state", "due_on", "id"], name="discrepancy_desk"),
            models.Index(fields=["state", "due_on", "id"], name="discrepancy_due"),
        ]

    def __str__(self) -> str:
        return f"{self.element} {self.state}"


class Correction(Check):
    """Somebody says that what is held about him, or whom he acts for, is wrong."""

    kind = Kind.CORRECTION

    number = models.CharField(max_length=20, unique=True)
    account_id = models.UUIDField()
    asked_by = models.CharField(max_length=100)
    said = models.CharField(max_length=500)  # what would be right, in his words or one of the codes
    why = models.CharField(max_length=1000, blank=True)
    evidence = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    evidence_name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=CorrectionState, default=CorrectionState.OPEN)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "element"], condition=Q(state="open"), name="one_open_data_correction"
            )
        ]
        indexes = [
            models.Index(fields=["department", "state", "due_on", "id"], name="data_correction_desk"),
            models.Index(fields=["state", "due_on", "id"], name="data_correction_due"),
            models.Index(fields=["subject", "-id"], name="data_correction_own"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class Act(models.TextChoices):
    """What may happen to a discrepancy or a correction."""

    OPENED = "opened", _("提出")
    REOPENED = "reopened", _("再次出现")
    CLAIMED = "claimed", _("开始核查")
    RELEASED = "released", _("退回待核查")
    ANSWERED = "answered", _("答复")
    PASSED = "passed", _("转其他部门核查")
    CLOSED = "closed", _("各部门已一致")
    WITHDRAWN = "withdrawn", _("撤回")
    LATE = "late", _("逾期，已催办")


class Entry(models.Model):
    """One thing that was done about a discrepancy or a correction; both sides may read it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    check_id = models.UUIDField(db_index=True)
    at = models.DateTimeField()
    act = models.CharField(max_length=20, choices=Act)
    text = models.CharField(max_length=1000, blank=True)
    by_name = models.CharField(max_length=100)
    department_name = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.check_id} {self.act}"
