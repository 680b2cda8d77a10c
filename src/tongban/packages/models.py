"""Packages, their versions, and what people file under them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.kit.models import Row


class VersionState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    REVIEWED = "reviewed", _("已审核")
    PUBLISHED = "published", _("已发布")
    RETIRED = "retired", _("已停用")


class FilingState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("办理中")
    DONE = "done", _("全部办完")
    WITHDRAWN = "withdrawn", _("已撤回")


class PartState(models.TextChoices):
    """Where a member stands as far as the package decides it; after filing its case has the word."""

    DRAFT = "draft", _("草稿")
    WAITING = "waiting", _("等待前一件事办成")
    FILED = "filed", _("已提交")
    NEEDS = "needs", _("需要您补充后提交")
    ENDED = "ended", _("不再办理")


class Package(Row):
    """One matter of life or business that takes several items (一件事)."""

    code = models.SlugField(max_length=60, unique=True)
    department = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    division = models.CharField(max_length=12)


class PackageVersion(Row):
    """One version of a package. ``definition`` is described in docs/packages.md; frozen once published."""

    package = models.ForeignKey(Package, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT)
    name = models.CharField(max_length=100)
    summary = models.CharField(max_length=500)
    definition = models.JSONField(default=dict)
    author = models.ForeignKey("identity.Account", on_delete=models.PROTECT, null=True, related_name="+")
    author_name = models.CharField(max_length=100, blank=True)
    reviewer_name = models.CharField(max_length=100, blank=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["package", "number"], name="package_version_number"),
            models.UniqueConstraint(
                fields=["package"], name="package_one_published", condition=Q(state=VersionState.PUBLISHED)
            ),
        ]


class Filing(Row):
    """One person's filing of a package. ``choices`` are the answers to the package's own questions."""

    version = models.ForeignKey(PackageVersion, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    number = models.CharField(max_length=32, unique=True, null=True)  # noqa: DJ001  (unique, when there is one)
    applicant = models.ForeignKey("identity.Subject", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=FilingState, default=FilingState.DRAFT)
    choices = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    draft_key = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001  (unique, when there is one)
    submission_key = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001  (unique, when there is one)
    saved_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    result = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["applicant", "-id"], name="package_filing_applicant")]


class Part(Row):
    """One member of a filing with its case, a draft until it is filed."""

    filing = models.ForeignKey(Filing, on_delete=models.CASCADE, related_name="parts")
    member = models.CharField(max_length=40)
    name = models.CharField(max_length=300)
    position = models.PositiveIntegerField()
    case = models.OneToOneField("cases.Case", on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=PartState, default=PartState.DRAFT)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["filing", "member"], name="package_part_once")]
