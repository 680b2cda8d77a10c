"""Departments, halls, staff and the posts they hold."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.kit.models import Row


class Department(Row):
    """A department 部门 that owns items and seals documents."""

    class Kind(models.TextChoices):
        GOVERNMENT = "government", _("政府组成部门")
        AGENCY = "agency", _("直属机构")
        INSTITUTION = "institution", _("事业单位")
        SERVICE = "service", _("政务服务管理机构")

    code = models.SlugField(unique=True)
    uscc = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=40)
    division = models.CharField(max_length=12, db_index=True)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.GOVERNMENT)


class Hall(Row):
    """A hall 政务服务大厅 where people are served."""

    name = models.CharField(max_length=100)
    division = models.CharField(max_length=12, db_index=True)
    address = models.CharField(max_length=200)
    hours = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    lon = models.FloatField(null=True)  # degrees, WGS 84, as browsers give them
    lat = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["division", "name"], name="hall_once")]


class Staff(Row):
    """Somebody who works for a department."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff")
    department = models.ForeignKey(Department, on_delete=models.PROTECT)
    name = models.CharField(max_length=60)
    number = models.CharField(max_length=20, unique=True)


class Post(Row):
    """A role held in a department and a region for a period."""

    class Role(models.TextChoices):
        CLERK = "clerk", _("综窗受理员")
        REVIEWER = "reviewer", _("审查员")
        APPROVER = "approver", _("审批人")
        CHIEF = "chief", _("部门负责人")
        STEWARD = "steward", _("数据管理员")
        ITEM_EDITOR = "item_editor", _("事项管理员")
        HALL_MANAGER = "hall_manager", _("大厅管理员")
        SUPERVISOR = "supervisor", _("监督员")
        LEADER = "leader", _("领导")
        OPERATOR = "operator", _("运维")
        LEGAL = "legal", _("法制审核员")

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=16, choices=Role)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="posts")
    division = models.CharField(max_length=12)  # the post reaches this region and all below it
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # the last day it is held

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")), name="post_period"
            ),
            models.UniqueConstraint(
                fields=["staff", "role", "department", "division", "valid_from"], name="post_once"
            ),
        ]
        indexes = [models.Index(fields=["department", "role"])]
