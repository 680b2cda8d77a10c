"""Who did what to a version, and what became of an item that was split or merged."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tongban.items.models.catalogue import Item
from tongban.items.models.versions import ItemVersion
from tongban.kit.models import Row


class Act(models.TextChoices):
    """What somebody did to an unpublished version."""

    DRAFTED = "drafted", _("起草")
    EDITED = "edited", _("修改")
    SUBMITTED = "submitted", _("送审")
    BUSINESS = "business", _("业务审核通过")
    LEGAL = "legal", _("法制审核通过")
    RETURNED = "returned", _("退回修改")
    SCHEDULED = "scheduled", _("确定生效日期")
    PUBLISHED = "published", _("发布")


class VersionAct(Row):
    """One act on a version. Who drafted or edited may not review; who passed one review not the other."""

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="acts")
    act = models.CharField(max_length=10, choices=Act)
    account_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=60)
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return f"{self.version_id} {self.act}"


class ReorganisationKind(models.TextChoices):
    """How items follow items."""

    SPLIT = "split", _("拆分")
    MERGE = "merge", _("合并")


class Reorganisation(Row):
    """Items that take the place of others. It is done when every successor is in force."""

    kind = models.CharField(max_length=10, choices=ReorganisationKind)
    reason = models.CharField(max_length=500)
    actor_name = models.CharField(max_length=60)
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Succession(Row):
    """One item that follows another."""

    reorganisation = models.ForeignKey(Reorganisation, on_delete=models.CASCADE, related_name="rows")
    predecessor = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="precessions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reorganisation", "predecessor", "successor"], name="succession_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(predecessor=models.F("successor")), name="succession_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.successor_id}"


class CodeMapping(Row):
    """A local code and its counterpart in a national table; an empty national code says there is none."""

    system = models.CharField(max_length=40)  # key of a table in standards.code_systems
    site = models.CharField(max_length=40)  # whose local codes: an import profile's or a region's name
    local_code = models.CharField(max_length=80)
    local_label = models.CharField(max_length=200, blank=True)
    national_code = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=500, blank=True)
    source_file = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("system", "site", "local_code")
        constraints = [
            models.UniqueConstraint(fields=["system", "site", "local_code"], name="code_mapping_once")
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.site} {self.local_code} → {self.national_code}"
