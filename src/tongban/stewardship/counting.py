"""Counts of checks, for measures of quality; nobody's name or value leaves here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Left

from tongban.stewardship.models import Correction, Discrepancy, DiscrepancyState, Verdict


@dataclass(frozen=True, slots=True)
class CheckCount:
    """How many checks of one department, element and county (first six digits) something is true of."""

    department_id: UUID
    element: str
    county: str
    count: int


def _counted(rows: "QuerySet[Any]", by: str, codes: Sequence[str], county: str | None) -> list[CheckCount]:
    found = rows.filter(element__in=codes).annotate(county=Left("division", 6))
    if county is not None:
        found = found.filter(county=county)
    groups = found.values_list(by, "element", "county").annotate(n=Count("pk")).order_by()
    return [CheckCount(*row) for row in groups]


def doubted_counts(codes: Sequence[str], county: str | None = None) -> list[CheckCount]:
    """Values somebody says are wrong and whose department has not answered: people's open requests, and
    disagreements that are the source department's turn because the other one stands by its value."""
    asked = Correction.objects.filter(state="open")
    passed = Discrepancy.objects.filter(state=DiscrepancyState.OPEN, department=F("source"))
    return [
        *_counted(asked, "department_id", codes, county),
        *_counted(passed, "department_id", codes, county),
    ]


def corrected_counts(day: date, codes: Sequence[str], county: str | None = None) -> list[CheckCount]:
    """Values that a department put right on a day, after a request or a disagreement."""
    done = Q(answer=Verdict.CORRECTED, answered_at__date=day)
    return [
        *_counted(Correction.objects.filter(done), "department_id", codes, county),
        *_counted(Discrepancy.objects.filter(done), "department_id", codes, county),
    ]


def closed_counts(day: date, codes: Sequence[str], county: str | None = None) -> list[CheckCount]:
    """Disagreements that were found to have ended on a day, by the department that had differed."""
    return _counted(Discrepancy.objects.filter(closed_at__date=day), "dissenter_id", codes, county)
