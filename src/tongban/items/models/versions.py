"""One version of an item's implementation list 实施清单."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.items.models.catalogue import Item
from tongban.kit.models import Row


class VersionState(models.TextChoices):
    """A version's way: written, passed on its business and its law, in force on its day, replaced."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待业务审核")
    BUSINESS = "business", _("待法制审核")
    REVIEWED = "reviewed", _("已审核")
    SCHEDULED = "scheduled", _("待生效")
    PUBLISHED = "published", _("已发布")
    RETIRED = "retired", _("已停用")


OPEN_STATES = (
    VersionState.DRAFT,
    VersionState.SUBMITTED,
    VersionState.BUSINESS,
    VersionState.REVIEWED,
    VersionState.SCHEDULED,
)


class DayUnit(models.TextChoices):
    """What a limit counts. Working days unless the source says otherwise (行政许可法 §82)."""

    WORKING = "working", _("工作日")
    CALENDAR = "calendar", _("自然日")


class ItemVersion(Row):
    """The implementation list as it stood at one time.

    Once published the content never changes (a database trigger refuses it): a case keeps the
    version it was filed under. ``content_hash`` covers every content column and all parts.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    effective_from = models.DateField(null=True, blank=True)
    effective_to = models.DateField(null=True, blank=True)
    content_hash = models.CharField(max_length=64)
    author_id = models.UUIDField(null=True)
    author_name = models.CharField(max_length=60, blank=True)
    reviewer_id = models.UUIDField(null=True)
    reviewer_name = models.CharField(max_length=60, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)  # why this version was made
    revision = models.PositiveIntegerField(default=0)  # of a draft: counted up at each save

    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    summary = models.TextField(blank=True)
    type_code = models.CharField(max_length=2)  # code system "item-type"
    legal_basis = models.JSONField(default=list)  # [{law, article, text}]
    power_source = models.CharField(max_length=100, blank=True)
    case_kind = models.CharField(max_length=1, blank=True)  # 1 immediate, 2 promised
    service_objects = ArrayField(models.CharField(max_length=1), default=list)
    applicant = models.CharField(max_length=10, default="either")  # person | legal | either
    themes = ArrayField(models.CharField(max_length=50), default=list)
    keywords = ArrayField(models.CharField(max_length=100), default=list)
    conditions = models.JSONField(default=list)  # acceptance conditions, one sentence each
    flow = models.TextField(blank=True)
    statutory_days = models.PositiveIntegerField(null=True)
    statutory_unit = models.CharField(max_length=10, choices=DayUnit, default=DayUnit.WORKING)
    promised_days = models.PositiveIntegerField(null=True)
    promised_unit = models.CharField(max_length=10, choices=DayUnit, default=DayUnit.WORKING)
    promised_note = models.CharField(max_length=500, blank=True)
    extension_days = models.PositiveIntegerField(default=0)
    special_procedures = models.JSONField(default=list)  # [{kind, name, days}]
    visits = models.PositiveSmallIntegerField(default=0)
    visits_reason = models.CharField(max_length=500, blank=True)
    handling_forms = ArrayField(models.CharField(max_length=1), default=list)
    online_depth = ArrayField(models.CharField(max_length=1), default=list)
    cross_region = models.CharField(max_length=1, blank=True)
    joint_departments = ArrayField(models.CharField(max_length=100), default=list)
    address = models.CharField(max_length=500, blank=True)
    hours = models.CharField(max_length=500, blank=True)
    enquiry = models.CharField(max_length=500, blank=True)
    complaint = models.CharField(max_length=500, blank=True)
    online_url = models.CharField(max_length=1000, blank=True)
    appointment = models.BooleanField(null=True)
    online_payment = models.BooleanField(null=True)
    delivery = models.BooleanField(null=True)
    agencies = models.CharField(max_length=500, blank=True)
    quantity_limit = models.CharField(max_length=500, blank=True)
    process = models.CharField(max_length=100, blank=True)  # BPMN file name; empty means the default
    form = models.JSONField(default=dict)  # {"schema": JSON Schema 2020-12, "layout": [page]}
    findings = models.JSONField(default=list)  # what the guide rules found when it was checked
    extra = models.JSONField(default=dict)  # fields of the source that have no column here

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["item"], condition=Q(state="published"), name="one_published_version"
            ),
            models.UniqueConstraint(
                fields=["item"], condition=Q(state__in=OPEN_STATES), name="one_open_version"
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=models.F("effective_from")),
                name="version_effective_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"
