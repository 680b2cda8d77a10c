"""Decision tables, their versions, and the outcomes people keep a link to."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tongban.kit.models import Row


class TableState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    RETIRED = "retired", _("已停用")


class Table(Row):
    """One version of an item's decision table. ``definition`` is described in docs/guidance.md.

    ``item_version`` is the version of the item that the table was checked against when it was published.
    """

    item = models.ForeignKey("items.Item", on_delete=models.CASCADE, related_name="+")
    item_version = models.ForeignKey(
        "items.ItemVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=TableState, default=TableState.DRAFT)
    definition = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    author = models.ForeignKey("identity.Account", on_delete=models.PROTECT, null=True, related_name="+")
    author_name = models.CharField(max_length=100, blank=True)
    publisher_name = models.CharField(max_length=100, blank=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="guidance_table_number"),
            models.UniqueConstraint(
                fields=["item"], name="guidance_one_published", condition=Q(state=TableState.PUBLISHED)
            ),
            models.UniqueConstraint(
                fields=["item"], name="guidance_one_draft", condition=Q(state=TableState.DRAFT)
            ),
        ]


class Outcome(Row):
    """What one walk through a table led to. Holds answers and result, and nothing about who asked."""

    token = models.CharField(max_length=43, unique=True)
    table = models.ForeignKey(Table, on_delete=models.PROTECT, related_name="+")
    item_version = models.ForeignKey("items.ItemVersion", on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(default=list)  # [question key, answer], in the order asked
    result = models.JSONField(default=dict)
    expires_on = models.DateField(db_index=True)
