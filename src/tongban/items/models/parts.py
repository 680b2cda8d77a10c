"""The parts of a version: materials, fees, steps, questions, outcomes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tongban.items.models.versions import ItemVersion
from tongban.kit.models import Row


class Part(Row):
    """A row that belongs to one version and shares its immutability."""

    order = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True
        ordering = ("order",)


class Material(Part):
    """A material the applicant gives, and the licence types that stand in for it."""

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="materials")
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=400)
    kind = models.CharField(max_length=50, blank=True)
    form = models.CharField(max_length=1, blank=True)  # 1 paper, 2 electronic, 3 either
    necessity = models.CharField(max_length=1, blank=True)  # 1 needed, 2 not needed, 3 may follow later
    source = models.CharField(max_length=2, blank=True)  # 10 applicant, 20 government, 99 other
    source_note = models.CharField(max_length=500, blank=True)
    licence_types = ArrayField(models.CharField(max_length=80), default=list)
    accept = ArrayField(models.CharField(max_length=10), default=list)  # file kinds, e.g. "pdf"
    copies = models.PositiveSmallIntegerField(default=1)
    paper = models.CharField(max_length=50, blank=True)
    filling = models.TextField(blank=True)
    standard = models.TextField(blank=True)
    basis = models.TextField(blank=True)
    blank_form = models.CharField(max_length=500, blank=True)
    sample = models.CharField(max_length=500, blank=True)

    class Meta(Part.Meta):
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="material_key_once")]

    def __str__(self) -> str:
        return self.name


class Fee(Part):
    """A charge with its legal basis (行政许可法 §58); the amount is in fen."""

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="fees")
    name = models.CharField(max_length=200)
    amount_fen = models.PositiveBigIntegerField()
    unit = models.CharField(max_length=30, blank=True)
    basis = models.TextField(blank=True)
    reduction = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class StepKind(models.TextChoices):
    """What a step does in law."""

    ACCEPT = "accept", _("受理")
    REVIEW = "review", _("审查")
    DECIDE = "decide", _("决定")
    DELIVER = "deliver", _("送达")


class Step(Part):
    """A step of handling with its own limit in working days."""

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=StepKind)
    role = models.CharField(max_length=30)
    limit_days = models.PositiveSmallIntegerField(null=True)

    def __str__(self) -> str:
        return self.name


class Faq(Part):
    """A question people ask about the matter, and the answer."""

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="faqs")
    question = models.TextField()
    answer = models.TextField()

    def __str__(self) -> str:
        return self.question


class Outcome(Part):
    """What the applicant gets, and the licence type it is issued as."""

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="outcomes")
    kind = models.CharField(max_length=50)
    name = models.CharField(max_length=200)
    licence_type = models.CharField(max_length=80, blank=True)
    sample = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.name
