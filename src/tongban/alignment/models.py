"""How each implementation stands to its standard, what was asked to be mended, and how it went over time."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.kit.models import Row


class StandardState(models.TextChoices):
    """A standard's way."""

    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    RETIRED = "retired", _("已停用")


class Standard(Row):
    """One version of a basic item's standard; the published one is in force."""

    basic_code = models.CharField(max_length=12)
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    elements = models.JSONField()
    fixed = models.JSONField()
    content = models.JSONField(default=dict)  # the model item's full columns and parts behind the elements
    state = models.CharField(max_length=10, choices=StandardState, default=StandardState.DRAFT)
    effective_from = models.DateField(null=True)
    author_id = models.UUIDField(null=True)
    author_name = models.CharField(max_length=60, blank=True)
    # The legal check of the draft as it stands; an edit takes it back.
    lawyer_id = models.UUIDField(null=True)
    lawyer_name = models.CharField(max_length=60, blank=True)
    legal_opinion = models.CharField(max_length=500, blank=True)
    checked_at = models.DateTimeField(null=True)
    publisher_name = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["basic_code", "number"], name="standard_number_once"),
            models.UniqueConstraint(
                fields=["basic_code"], condition=Q(state="published"), name="one_published_standard"
            ),
            models.UniqueConstraint(
                fields=["basic_code"], condition=Q(state="draft"), name="one_draft_standard"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.basic_code} v{self.number}"


class Standing(Row):
    """One item beside the standard in force; rebuilt when either is published, and at any time by command."""

    item = models.OneToOneField("items.Item", on_delete=models.CASCADE, related_name="+")
    item_name = models.CharField(max_length=200)
    code = models.CharField(max_length=40)
    basic_code = models.CharField(max_length=12, db_index=True)
    division = models.CharField(max_length=12)
    department = models.ForeignKey(
        "organisations.Department", on_delete=models.CASCADE, null=True, related_name="+"
    )
    department_name = models.CharField(max_length=100)
    standard_number = models.PositiveIntegerField()
    version_number = models.PositiveIntegerField()
    fixed_total = models.PositiveSmallIntegerField()
    deviating = models.PositiveSmallIntegerField()
    deviations = models.JSONField(default=dict)  # {fixed element: {"standard": value, "own": value}}
    varied = models.JSONField(default=dict)  # {free element: own value}, where it differs from the standard's
    compared_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["division"], name="standing_division", opclasses=["varchar_pattern_ops"])
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.deviating}/{self.fixed_total}"


class DayScore(models.Model):
    """How one division's or department's items stood at the end of a day; the trend is drawn from these."""

    day = models.DateField()
    division = models.CharField(max_length=12)
    department_name = models.CharField(max_length=100, blank=True)  # empty: the whole division
    items = models.PositiveIntegerField()
    fixed_total = models.PositiveIntegerField()
    deviating = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["division", "department_name", "day"], name="day_score_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.division} {self.department_name}"


class CorrectionState(models.TextChoices):
    """A request's way. ``mended`` is found by comparing, not claimed."""

    OPEN = "open", _("待改正")
    ANSWERED = "answered", _("已答复")
    MENDED = "mended", _("已改正")
    WITHDRAWN = "withdrawn", _("已撤回")


class Correction(Row):
    """A request that a department bring elements of its item into line by a day."""

    item = models.ForeignKey("items.Item", on_delete=models.CASCADE, related_name="+")
    item_name = models.CharField(max_length=200)
    basic_code = models.CharField(max_length=12)
    division = models.CharField(max_length=12)
    department = models.ForeignKey(
        "organisations.Department", on_delete=models.CASCADE, null=True, related_name="+"
    )
    department_name = models.CharField(max_length=100)
    elements = models.JSONField()
    note = models.CharField(max_length=500, blank=True)
    asked_by = models.CharField(max_length=60)
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=CorrectionState, default=CorrectionState.OPEN)
    answer = models.CharField(max_length=1000, blank=True)
    answered_by = models.CharField(max_length=60, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(state__in=("open", "answered")), name="one_open_correction"
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_name} {self.state}"
