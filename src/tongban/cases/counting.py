"""Counts of cases for statistics; nothing of a single case leaves here."""

from dataclasses import dataclass

from django.db.models import Count
from django.db.models.functions import Substr, TruncMonth

from tongban.cases.models import Case


@dataclass(frozen=True, slots=True)
class MonthCount:
    """How many cases of an item were submitted in a county in a month (``2026-03``)."""

    item_code: str
    item_name: str
    county: str
    month: str
    cases: int


def monthly_counts() -> list[MonthCount]:
    """Submitted cases by item, county and month of submission."""
    rows = (
        Case.objects.filter(submitted_at__isnull=False)
        .annotate(county=Substr("division", 1, 6), month=TruncMonth("submitted_at"))
        .values_list("item__code", "county", "month")
        .annotate(n=Count("id"))
        .order_by("item__code", "county", "month")
    )
    names = dict(Case.objects.order_by("submitted_at").values_list("item__code", "item_name").distinct())
    return [MonthCount(code, names[code], county, f"{month:%Y-%m}", n) for code, county, month, n in rows]
