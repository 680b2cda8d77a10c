"""Figures of data quality, for stewards, supervisors and the data office."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from tongban.kit.access import actor_of
from tongban.quality import service as quality

router = Router()


class ShareOut(Schema):
    """``good`` of ``of``; ``of`` is 0 where there is nothing to measure."""

    dimension: str
    good: int
    of: int


class CellOut(Schema):
    department: str
    element: str
    shares: list[ShareOut]


class QualityIn(Schema):
    """``region``: a division code's beginning; ``day``: the last measured one up to it, today by default."""

    day: date | None = None
    region: str = ""


class QualityOut(Schema):
    day: date | None
    shares: list[ShareOut]
    cells: list[CellOut]


@router.get("", response=QualityOut)
def figures(request: HttpRequest, asked: Query[QualityIn]) -> Any:
    """The five dimensions of one day: in all, and by department and element, as far as one may see them."""
    actor, region = actor_of(request), asked.region[:6] if asked.region.isdigit() else ""
    scope = quality.Scope(region)
    day = quality.last_day(actor, asked.day or timezone.localdate())
    if day is None:
        return {"day": None, "shares": [], "cells": []}
    cells = [
        {"department": department.code, "element": about.code, "shares": _shares(tally)}
        for department, about, tally in quality.cells(actor, scope, day)
    ]
    return {"day": day, "shares": _shares(quality.tally(actor, scope, day)), "cells": cells}


def _shares(tally: quality.Tally) -> list[dict[str, Any]]:
    return [{"dimension": name, "good": one.good, "of": one.of} for name, one in tally.shares]
