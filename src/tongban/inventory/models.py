"""Entries of the inventory, their versions, and what was decided about duplicates."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongban.kit.models import Row


class Sharing(models.TextChoices):
    """Sharing type (政务数据共享条例)."""

    UNCONDITIONAL = "unconditional", _("无条件共享")
    CONDITIONAL = "conditional", _("有条件共享")
    NONE = "none", _("不予共享")


class Opening(models.TextChoices):
    """Whether the public may have it."""

    UNCONDITIONAL = "unconditional", _("无条件开放")
    CONDITIONAL = "conditional", _("有条件开放")
    NONE = "none", _("不予开放")


class Way(models.TextChoices):
    """Ways of sharing; those that leave the data where it is come first."""

    LINK = "link", _("系统对接")
    QUERY = "query", _("联机查询")
    VIEW = "view", _("在线查看")
    CALL = "call", _("服务调用")
    DOWNLOAD = "download", _("批量下载")
    COPY = "copy", _("介质拷贝")


class Format(models.TextChoices):
    """In which form a resource is kept."""

    FILE = "file", _("电子文件")
    SHEET = "sheet", _("电子表格")
    DATABASE = "database", _("数据库")
    IMAGE = "image", _("图形图像")
    STREAM = "stream", _("流媒体")
    SELF = "self", _("自描述格式")


class ItemType(models.TextChoices):
    """Data types of information items 信息项."""

    TEXT = "C", _("字符型")
    NUMBER = "N", _("数值型")
    MONEY = "Y", _("货币型")
    DATE = "D", _("日期型")
    MOMENT = "T", _("日期时间型")
    TRUTH = "L", _("逻辑型")
    LONG = "M", _("备注型")
    GENERAL = "G", _("通用型")


class Cycle(models.TextChoices):
    """Update cycles of the guide."""

    REAL_TIME = "realtime", _("实时")
    DAILY = "daily", _("每日")
    WEEKLY = "weekly", _("每周")
    TEN_DAYS = "tendays", _("每旬")
    MONTHLY = "monthly", _("每月")
    QUARTERLY = "quarterly", _("每季度")
    YEARLY = "yearly", _("每年")


class State(models.TextChoices):
    DRAFT = "draft", _("草稿")
    IN_REVIEW = "in_review", _("审核中")
    PUBLISHED = "published", _("已发布")
    REPLACED = "replaced", _("旧版本")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN = (State.DRAFT, State.IN_REVIEW)


class DepartmentNumber(Row):
    """A department's three digits in class 3, counted within its division."""

    department = models.OneToOneField("organisations.Department", on_delete=models.PROTECT, related_name="+")
    division = models.CharField(max_length=9)
    number = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["division", "number"], name="inventory_department_number"),
            models.CheckConstraint(condition=Q(number__range=(1, 999)), name="inventory_three_digits"),
        ]


class Entry(Row):
    """One information resource. What is said about it are its versions.

    ``offered`` is what the generator said last, ``kept`` what of it a person has turned down.
    """

    code = models.CharField(max_length=30, unique=True)
    front = models.CharField(max_length=18)
    serial = models.PositiveIntegerField()
    department = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    source = models.OneToOneField("resources.Source", on_delete=models.PROTECT, null=True, related_name="+")
    offered = models.JSONField(default=dict)
    kept = models.JSONField(default=dict)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["front", "serial"], name="inventory_serial")]

    @property
    def slug(self) -> str:
        """The code as it stands in an address."""
        return self.code.replace("/", "-")


class Version(Row):
    """What is said about an entry, from draft to published. ``items``: ``{"name", "type", "element"}``."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    name = models.CharField(max_length=50)
    abstract = models.CharField(max_length=256)
    format = models.CharField(max_length=10, choices=Format)
    items = models.JSONField(default=list)
    sharing = models.CharField(max_length=15, choices=Sharing)
    sharing_basis = models.CharField(max_length=300, blank=True)
    ways = ArrayField(models.CharField(max_length=10, choices=Way), default=list)
    opening = models.CharField(max_length=15, choices=Opening)
    opening_basis = models.CharField(max_length=300, blank=True)
    cycle = models.CharField(max_length=10, choices=Cycle)
    related = ArrayField(models.CharField(max_length=30), default=list)
    words = models.TextField(help_text="what a search looks through")
    editors = ArrayField(models.UUIDField(), default=list, help_text="accounts that changed this version")
    submitter = models.ForeignKey("identity.Account", on_delete=models.PROTECT, null=True, related_name="+")
    submitter_name = models.CharField(max_length=100, blank=True)
    reviewer = models.ForeignKey("identity.Account", on_delete=models.PROTECT, null=True, related_name="+")
    reviewer_name = models.CharField(max_length=100, blank=True)
    opinion = models.CharField(max_length=500, blank=True)
    submitted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "number"], name="inventory_version_number"),
            models.UniqueConstraint(
                fields=["entry"], name="inventory_one_open", condition=Q(state__in=["draft", "in_review"])
            ),
            models.UniqueConstraint(
                fields=["entry"], name="inventory_one_published", condition=Q(state="published")
            ),
            models.CheckConstraint(
                condition=Q(reviewer=None) | ~Q(reviewer=F("submitter")), name="inventory_second_person"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(reviewer__isnull=False, published_at__isnull=False),
                name="inventory_published_reviewed",
            ),
        ]
        indexes = [models.Index(fields=["state", "name"], name="inventory_version_list")]


class Outcome(models.TextChoices):
    """What becomes of a department that collects what another one is the source of."""

    CHECKER = "checker", _("保留，只作核对")
    STOP = "stop", _("停止采集，改用共享数据")


class Ruling(Row):
    """What the data office decided about one duplicate; a later ruling ends the one before."""

    kind = models.CharField(max_length=10, help_text="element or entries")
    key = models.CharField(max_length=80, help_text="code of the element, or of the two entries")
    department = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey("identity.Account", on_delete=models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=100)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key", "department"], condition=Q(ended_at=None), name="inventory_one_ruling"
            )
        ]
