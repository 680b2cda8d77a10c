"""What hangs on a case (the data set of GB/T 39046-2020)."""

from django.db import models
from django.db.models import Q

from tongban.cases.models.case import Case
from tongban.cases.states import DocumentKind, Means, SpecialProcedure, StepAction, TaskKind
from tongban.kit.models import Row


class CaseMaterial(Row):
    """One thing handed in for one material of the item; a material may have several uploads."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="materials")
    key = models.CharField(max_length=80)  # the item version's material
    means = models.CharField(max_length=8, choices=Means)
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    licence = models.ForeignKey("licences.Licence", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200)  # shown to people, never used as a path
    round = models.PositiveSmallIntegerField(default=0)  # 0 at filing, 1 with the supplement, 2 容缺后补

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "key", "licence"],
                name="case_material_licence",
                condition=Q(means=Means.LICENCE),
            ),
            models.UniqueConstraint(
                fields=["case", "key"], name="case_material_later", condition=Q(means=Means.LATER)
            ),
            models.CheckConstraint(
                name="case_material_means",
                condition=Q(means=Means.UPLOAD, file__isnull=False, licence__isnull=True)
                | Q(means=Means.LICENCE, file__isnull=True, licence__isnull=False)
                | Q(means=Means.LATER, file__isnull=True, licence__isnull=True),
            ),
        ]


class Supplement(Row):
    """What is missing, told once and all of it (行政许可法 §32): hence one row a case at most."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="supplement")
    message = models.TextField()
    fields = models.JSONField(default=list)
    materials = models.JSONField(default=list)
    asked_by = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    asked_by_name = models.CharField(max_length=100)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer_key = models.CharField(max_length=64, blank=True)


class Pause(Row):
    """An interval in which the clock stands still (行政许可法 §45): a special procedure."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="pauses")
    kind = models.CharField(max_length=32, choices=SpecialProcedure)
    reason = models.TextField()
    days = models.PositiveSmallIntegerField()  # working days needed, told to the applicant in writing
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    started_by_name = models.CharField(max_length=100)
    outcome = models.TextField(blank=True)

    class Meta:
        ordering = ["started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], name="case_one_open_pause", condition=Q(ended_at__isnull=True)
            ),
        ]


class Extension(Row):
    """The one extension the head of the department may grant (行政许可法 §42)."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="extension")
    days = models.PositiveSmallIntegerField()  # working days
    reason = models.TextField()
    approved_by = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    approved_by_name = models.CharField(max_length=100)
    approved_at = models.DateTimeField()


class Step(Row):
    """One finished step of the handling (GB/T 39046-2020: name, action, handler, opinion, start, end)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, choices=TaskKind)
    action = models.CharField(max_length=6, choices=StepAction)
    handler = models.ForeignKey("identity.Account", on_delete=models.PROTECT, null=True, related_name="+")
    handler_name = models.CharField(max_length=100)
    opinion = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        ordering = ["ended_at", "id"]


class DecisionRecord(Row):
    """The decision: who, what, why, and (for a refusal) the ways of review and appeal (行政许可法 §38)."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="decision")
    granted = models.BooleanField()
    reasons = models.TextField(blank=True)
    remedies = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    decided_by = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    decided_by_name = models.CharField(max_length=100)
    decided_at = models.DateTimeField()


class CaseDocument(Row):
    """A dated, sealed document; ``occurrence`` tells the second special procedure from the first."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=20, choices=DocumentKind)
    occurrence = models.PositiveSmallIntegerField(default=1)
    number = models.CharField(max_length=60, blank=True)
    dated = models.DateTimeField()  # the moment of the act it records, not of its making
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["dated", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "occurrence"], name="case_document_once"),
            models.UniqueConstraint(fields=["number"], name="case_document_number", condition=~Q(number="")),
        ]


class DocumentCounter(models.Model):
    """The last number given, per department, year and series: official numbers have no gaps."""

    series = models.CharField(max_length=80, primary_key=True)
    last = models.PositiveIntegerField(default=0)


class CaseRead(models.Model):
    """Who of the staff opened a case's personal data, and what for; shown to the person."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reads")
    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    reader = models.CharField(max_length=100)
    purpose = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "-at"], name="case_read_case")]
