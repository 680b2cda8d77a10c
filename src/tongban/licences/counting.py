"""Counts of licences for statistics, and the list of types; nothing of a single licence leaves here."""

from dataclasses import dataclass

from django.db.models import Count
from django.db.models.functions import Substr, TruncMonth

from tongban.licences.models import Licence, LicenceType


@dataclass(frozen=True, slots=True)
class MonthCount:
    """How many licences of a type were issued in a county in a month (``2026-03``)."""

    slug: str
    name: str
    county: str
    month: str
    licences: int


def monthly_counts() -> list[MonthCount]:
    """Issued licences by type, county and month of issue."""
    rows = (
        Licence.objects.annotate(county=Substr("division", 1, 6), month=TruncMonth("issued_on"))
        .values_list("type__slug", "type__name", "county", "month")
        .annotate(n=Count("id"))
        .order_by("type__slug", "county", "month")
    )
    return [MonthCount(slug, name, county, f"{month:%Y-%m}", n) for slug, name, county, month, n in rows]


def types() -> list[LicenceType]:
    """Every type with its department, by code."""
    return list(LicenceType.objects.select_related("department").order_by("code21"))
