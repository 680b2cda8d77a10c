"""What exists for good: basic items and the items that implement them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongban.kit.models import Row


class BasicItem(Row):
    """An entry of the basic catalogue 基本目录: what a matter is, whoever handles it (12-digit code)."""

    code = models.CharField(max_length=12, unique=True)
    national_code = models.CharField(max_length=12, blank=True)
    name = models.CharField(max_length=200)
    type_code = models.CharField(max_length=2, blank=True)
    parent_code = models.CharField(max_length=12, blank=True)
    parent_name = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ItemState(models.TextChoices):
    """Whether the matter may be handled at all (codes of the national exchange table)."""

    IN_USE = "1", _("在用")
    SUSPENDED = "2", _("暂停")
    CANCELLED = "3", _("取消")


class Item(Row):
    """A matter as one body handles it: implementation item (31) or handling item (33).

    Codes of several systems live side by side: ``code`` is the one this platform files under,
    ``national_code`` its counterpart in the national catalogue where that differs. Departments of
    another province are no rows here, so their USCC and name are kept as text as well.
    """

    code = models.CharField(max_length=80, unique=True)  # local codes of other provinces are longer than 33
    slug = models.SlugField(max_length=80, unique=True, null=True, blank=True)
    national_code = models.CharField(max_length=40, blank=True)
    code_system = models.CharField(max_length=30, default="national")
    basic = models.ForeignKey(BasicItem, on_delete=models.PROTECT, null=True, related_name="items")
    department = models.ForeignKey(
        "organisations.Department", on_delete=models.PROTECT, null=True, related_name="items"
    )
    department_uscc = models.CharField(max_length=18)
    department_name = models.CharField(max_length=100)
    division = models.CharField(max_length=12, db_index=True)
    level = models.CharField(max_length=1)  # 行使层级 1–7
    state = models.CharField(max_length=1, choices=ItemState, default=ItemState.IN_USE)
    source = models.CharField(max_length=30, default="own")  # "own" or the import profile's name

    class Meta:
        indexes = [models.Index(fields=["department", "state"], name="item_department")]

    def __str__(self) -> str:
        return self.code
