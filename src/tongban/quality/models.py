"""Measures by day, what is to be measured again, the marks corrections leave, and runs."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongban.kit.models import Row


class Measure(models.Model):
    """One department's values of one element about the subjects of one county, counted for one day.

    Counts only, never shares: cities, the province, departments and elements are sums of rows. What the
    columns mean and how the five dimensions follow from them is in :mod:`tongban.quality.rules`.
    """

    day = models.DateField()
    department = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    element = models.CharField(max_length=60)
    division = models.CharField(max_length=6, blank=True, help_text="county; empty: none is known")
    expected = models.BigIntegerField(help_text="subjects it should have one of, as the source")
    present = models.BigIntegerField(help_text="of those, it has")
    filled = models.BigIntegerField(help_text="values it has, as source or not")
    refused = models.BigIntegerField(help_text="values that wait in quarantine")
    keyed = models.BigIntegerField(help_text="values that no two subjects may share")
    repeated = models.BigIntegerField(help_text="of those, that another subject has as well")
    fresh = models.BigIntegerField(help_text="values not older than the element stays fresh")
    compared = models.BigIntegerField(help_text="values that another department states as well")
    agreeing = models.BigIntegerField(help_text="of those, the same as the golden value")
    doubted = models.BigIntegerField(help_text="values somebody says are wrong, not answered yet")
    corrected = models.BigIntegerField(help_text="values put right on this day")
    closed = models.BigIntegerField(help_text="disagreements ended on this day")
    measured_at = models.DateTimeField()
    changed_at = models.DateTimeField(help_text="when a measure last found other counts")
    was = models.JSONField(null=True, help_text="the counts before that, of the same day")
    invented = models.BooleanField(default=False, help_text="of a demo's past: not measured")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "department", "element", "division"], name="quality_one_a_day"
            ),
            models.CheckConstraint(
                condition=Q(present__lte=F("expected"), repeated__lte=F("keyed"), keyed__lte=F("filled"),
                            fresh__lte=F("filled"), agreeing__lte=F("compared")),
                name="quality_parts_of_wholes",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["department", "element", "day"], name="quality_of_cell")]

    def __str__(self) -> str:
        return f"{self.day} {self.element} {self.division}"


class Stale(models.Model):
    """An element of a county whose values changed since it was measured."""

    division = models.CharField(max_length=6, blank=True)
    element = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division", "element"], name="quality_stale_once")]


class Mark(Row):
    """A department put a value right: the counts of its cell before and after. No value, no subject."""

    check_id = models.UUIDField(unique=True)
    kind = models.CharField(max_length=12, help_text="correction or discrepancy")
    at = models.DateTimeField()
    day = models.DateField()
    department = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    element = models.CharField(max_length=60)
    division = models.CharField(max_length=6, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True, help_text="missing until the cell is measured again")

    class Meta:
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["department", "element", "-at"], name="quality_mark_of_cell"),
            models.Index(
                fields=["division", "element"], condition=Q(after__isnull=True), name="quality_mark_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.element}"


class Run(Row):
    """One measuring: of everything, or of what changed."""

    class Kind(models.TextChoices):
        FULL = "full", _("全部")
        CHANGED = "changed", _("有变化的")

    kind = models.CharField(max_length=8, choices=Kind)
    day = models.DateField()
    cells = models.PositiveIntegerField()
    values = models.PositiveBigIntegerField()
    seconds = models.FloatField()

    class Meta:
        indexes = [models.Index(fields=["kind", "-created_at"], name="quality_run_latest")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"
