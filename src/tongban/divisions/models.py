"""One row per division of the country, as deep as this site needs it."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Division(models.Model):
    """A province, city, county or town, keyed by the significant digits of its code.

    2 digits a province, 4 a city, 6 a county, 9 a town or street (GB/T 2260, GB/T 10114). Where a province
    has no city level in between (municipalities, counties run by the province) the parent is the
    nearest division above that exists.
    """

    class Level(models.IntegerChoices):
        PROVINCE = 1, "省级"
        CITY = 2, "市级"
        COUNTY = 3, "县级"
        TOWN = 4, "乡镇级"

    code = models.CharField(primary_key=True, max_length=9)
    name = models.CharField(max_length=60)
    level = models.PositiveSmallIntegerField(choices=Level)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    full_name = models.CharField(max_length=200)
    # Another name people use, e.g. 平潭综合实验区 for 350128; from settings, not from the standard.
    aliases = models.TextField(blank=True)

    class Meta:
        ordering = ["code"]
        indexes = [
            GinIndex(fields=["full_name"], name="division_full_name_trgm", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.full_name
