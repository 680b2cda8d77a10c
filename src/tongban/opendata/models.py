"""Datasets, their releases, what people ask for and what they made of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tongban.kit.models import Row


class Theme(models.TextChoices):
    """What a dataset is about; each has its URI in the European data theme vocabulary."""

    GOVERNMENT = "GOVE", _("政务服务")
    ECONOMY = "ECON", _("经济和企业")
    SOCIETY = "SOCI", _("人口和社会")
    REGIONS = "REGI", _("地区和地点")
    JUSTICE = "JUST", _("法律和公共安全")
    EDUCATION = "EDUC", _("教育和文化")
    HEALTH = "HEAL", _("卫生健康")
    TRANSPORT = "TRAN", _("交通出行")
    ENVIRONMENT = "ENVI", _("生态环境")
    SCIENCE = "TECH", _("科技创新")


class Terms(models.TextChoices):
    """Licences a dataset can carry."""

    CC_BY = "CC-BY-4.0", _("知识共享 署名 4.0（CC BY 4.0）")
    CC0 = "CC0-1.0", _("知识共享 公有领域（CC0 1.0）")
    ODC_BY = "ODC-BY-1.0", _("开放数据共用 署名 1.0（ODC-BY 1.0）")


class Cycle(models.TextChoices):
    """Update cycles of the catalogue guide 政务信息资源目录编制指南."""

    REAL_TIME = "realtime", _("实时")
    DAILY = "daily", _("每日")
    WEEKLY = "weekly", _("每周")
    TEN_DAYS = "tendays", _("每旬")
    MONTHLY = "monthly", _("每月")
    QUARTERLY = "quarterly", _("每季度")
    YEARLY = "yearly", _("每年")


class DatasetState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    IN_REVIEW = "in_review", _("审核中")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已撤回")


class ReleaseState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    IN_REVIEW = "in_review", _("审核中")
    SENT_BACK = "sent_back", _("已退回")
    PUBLISHED = "published", _("已发布")
    REPLACED = "replaced", _("旧版本")


class Treatment(models.TextChoices):
    """What happens to what is too small to show."""

    SUPPRESS = "suppress", _("自动隐去")
    MEASURE = "measure", _("只检查，不达标就不能发布")


class Dataset(Row):
    """One dataset. What is published are its releases."""

    code = models.SlugField(max_length=60, unique=True)
    source = models.CharField(max_length=60)  # key of the table builder
    title = models.CharField(max_length=100)
    title_en = models.CharField(max_length=200)
    description = models.TextField()
    description_en = models.TextField(blank=True)
    keywords = ArrayField(models.CharField(max_length=40), default=list)
    theme = models.CharField(max_length=4, choices=Theme)
    publisher = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    terms = models.CharField(max_length=12, choices=Terms, default=Terms.CC_BY)
    cycle = models.CharField(max_length=10, choices=Cycle, default=Cycle.MONTHLY)
    division = models.CharField(max_length=9)
    contact_name = models.CharField(max_length=100)
    contact = models.CharField(max_length=200)  # a mail address or a phone
    k = models.PositiveSmallIntegerField(default=5)  # least group that may be shown
    quasi = ArrayField(models.CharField(max_length=60), default=list)  # quasi-identifying columns
    treatment = models.CharField(max_length=8, choices=Treatment, default=Treatment.SUPPRESS)
    state = models.CharField(max_length=10, choices=DatasetState, default=DatasetState.DRAFT)
    withdrawn_reason = models.CharField(max_length=500, blank=True)
    first_published_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(k__gte=2), name="opendata_k_at_least_two"),
        ]


class Release(Row):
    """One version of a dataset's data. ``report`` is what the reviewer read; see docs/opendata.md."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ReleaseState, default=ReleaseState.DRAFT)
    period_from = models.DateField(null=True)
    period_to = models.DateField(null=True)
    columns = models.JSONField(default=list)
    rows = models.PositiveIntegerField(default=0)
    csv = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    csv_bom = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    parquet = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    report = models.JSONField(default=dict)
    passed = models.BooleanField(default=False)
    note = models.CharField(max_length=500, blank=True)  # what is new, for users
    maker = models.ForeignKey("identity.Account", on_delete=models.PROTECT, null=True, related_name="+")
    maker_name = models.CharField(max_length=100)
    reviewer = models.ForeignKey("identity.Account", on_delete=models.PROTECT, null=True, related_name="+")
    reviewer_name = models.CharField(max_length=100, blank=True)
    opinion = models.CharField(max_length=500, blank=True)
    submitted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="opendata_release_number"),
            models.UniqueConstraint(
                fields=["dataset"], name="opendata_one_published", condition=Q(state=ReleaseState.PUBLISHED)
            ),
            models.CheckConstraint(
                condition=Q(reviewer=None) | ~Q(reviewer=F("maker")), name="opendata_second_pair_of_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(state=ReleaseState.PUBLISHED) | Q(passed=True, published_at__isnull=False),
                name="opendata_published_passed",
            ),
        ]


class RequestState(models.TextChoices):
    OPEN = "open", _("等待答复")
    PROVIDED = "provided", _("已开放")
    PLANNED = "planned", _("计划开放")
    REFUSED = "refused", _("不予开放")


class PublicRequest(Row):
    """Somebody asks for data. Text and answer are public once answered; who asked never is."""

    number = models.CharField(max_length=20, unique=True)
    asker = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=100)
    text = models.TextField()
    purpose = models.CharField(max_length=500, blank=True)
    department = models.ForeignKey("organisations.Department", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.OPEN)
    due_on = models.DateField()
    answer = models.TextField(blank=True)
    dataset = models.ForeignKey(Dataset, on_delete=models.SET_NULL, null=True, related_name="+")
    answered_by = models.ForeignKey("identity.Account", on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    key = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "-created_at"], name="opendata_request_list")]


class Follow(Row):
    """Somebody wants to hear of a request's answer."""

    request = models.ForeignKey(PublicRequest, on_delete=models.CASCADE, related_name="follows")
    account = models.ForeignKey("identity.Account", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "account"], name="opendata_follow_once")]


class ShowcaseState(models.TextChoices):
    PROPOSED = "proposed", _("待审核")
    SHOWN = "shown", _("已展示")
    REFUSED = "refused", _("未采用")


class Showcase(Row):
    """What somebody made of the data; shown after a review."""

    title = models.CharField(max_length=100)
    text = models.CharField(max_length=1000)
    url = models.URLField(max_length=300, blank=True)
    maker = models.CharField(max_length=100)  # as it shall be shown
    datasets = models.ManyToManyField(Dataset, related_name="showcases")
    proposer = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=ShowcaseState, default=ShowcaseState.PROPOSED)
    reviewer = models.ForeignKey("identity.Account", on_delete=models.PROTECT, null=True, related_name="+")
    opinion = models.CharField(max_length=500, blank=True)
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewer=None) | ~Q(reviewer=F("proposer")), name="opendata_showcase_second"
            )
        ]
