"""Data quality for departments, supervisors and the data office: trends, the matrix, one cell, the worst."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.kit.access import access, actor_of, role
from tongban.kit.actors import Actor
from tongban.quality import service as quality
from tongban.resources import service as resources
from tongban.workbench.csv_lines import csv_lines
from tongban.workbench.filtering import Select
from tongban.workbench.paging import plain
from tongban.workbench.regions import regions

readers = role(*quality.ROLES)
SECTION = {"section": "quality"}
SPANS = (7, 30, 90)  # days of a trend


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address line asks for, as far as the actor may see it."""

    scope: quality.Scope
    day: date | None  # the last one measured, none where nothing was
    wanted: date
    dimension: str
    span: int
    department: str

    def query(self, **more: str) -> str:
        """The same as an address, with something else in it."""
        given = {
            "region": self.scope.region, "department": self.department, "dimension": self.dimension,
            "span": str(self.span),
        }  # fmt: skip
        return "?" + urlencode({k: v for k, v in (given | more).items() if v})


def _asked(request: HttpRequest, *, department: Any = None, element: str = "") -> Asked:
    actor, today = actor_of(request), timezone.localdate()
    region = plain(request, "region")
    if not (region.isascii() and region.isdigit() and len(region) in (2, 4, 6)):
        region = quality.top(actor)
    slug = plain(request, "department")[:60]
    chosen = department or quality.chosen_department(actor, slug)
    try:
        wanted = min(date.fromisoformat(plain(request, "day")[:10]), today)
    except ValueError:
        wanted = today
    dimension, span = plain(request, "dimension"), plain(request, "span")
    return Asked(
        quality.Scope(region, chosen.id if chosen else None, element),
        quality.last_day(actor, wanted), wanted,
        dimension if dimension in quality.DIMENSIONS else "consistent",
        int(span) if span in map(str, SPANS) else 30,
        chosen.code if chosen else "",
    )  # fmt: skip


def _selects(actor: Actor, asked: Asked, *names: str) -> list[Select]:
    every = {
        "region": (_("地区"), regions(asked.scope.region or "35"), asked.scope.region),
        "department": (_("部门"), _departments(actor), asked.department),
        "dimension": (_("维度"), [(one, str(quality.LABELS[one])) for one in quality.DIMENSIONS],
                      asked.dimension),
        "span": (_("时段"), [(str(n), _("近 %(n)s 天") % {"n": n}) for n in SPANS], str(asked.span)),
    }  # fmt: skip
    found = []
    for name in names:
        label, options, value = every[name]
        if len(options) > 1:
            found.append(Select(name, label, tuple(options), value))
    return found


def _departments(actor: Actor) -> list[tuple[str, str]]:
    return [(one.code, one.short_name) for one in quality.departments(actor)]


@dataclass(frozen=True, slots=True)
class Card:
    """One dimension: its share now and a week ago, and its trend drawn."""

    name: str
    label: str
    meaning: str
    share: quality.Share
    before: quality.Share | None
    chart: quality.Chart | None

    @property
    def moved(self) -> str:
        """How the share changed, in words: percentage points with a direction."""
        if self.before is None or not self.before.of or not self.share.of:
            return ""
        points = (self.share.good / self.share.of - self.before.good / self.before.of) * 100
        if abs(points) < 0.05:
            return _("没有变化")
        words = _("上升 %(n).1f 个百分点") if points > 0 else _("下降 %(n).1f 个百分点")
        return words % {"n": abs(points)}


def _cards(days: Sequence[quality.Day]) -> list[Card]:
    last = days[-1].tally
    week = next((one for one in reversed(days) if (days[-1].day - one.day).days >= 7), None)
    return [
        Card(
            one, str(quality.LABELS[one]), str(quality.MEANINGS[one]), last.share(one),
            week.tally.share(one) if week else None,
            quality.draw([(d.day, d.tally.share(one), d.tally.corrected, d.invented) for d in days]),
        )
        for one in quality.DIMENSIONS
    ]  # fmt: skip


def _trend(actor: Actor, asked: Asked) -> dict[str, Any]:
    """What the cards, the drawings and the table beside them are made of."""
    if asked.day is None:
        return {"days": [], "cards": []}
    days = quality.trend(actor, asked.scope, asked.day, asked.span)
    flows = quality.whole(days)
    return {
        "days": list(reversed(days)),
        "cards": _cards(days) if days else [],
        "dimensions": [str(quality.LABELS[one]) for one in quality.DIMENSIONS],
        "corrected": flows.corrected,
        "closed": flows.closed,
        "invented": any(one.invented for one in days),
    }


def _effects(actor: Actor, asked: Asked) -> list[tuple[quality.Effect, list[tuple[str, Any, Any]]]]:
    if asked.day is None:
        return []
    found = quality.effects(actor, asked.scope, timezone.localdate(), asked.span)
    return [
        (one, [(str(quality.LABELS[name]), old, new) for name, old, new in one.changes]) for one in found
    ]  # fmt: skip


@access(readers)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The five dimensions with their trends, what corrections did, and where the most faults are."""
    actor, asked = actor_of(request), _asked(request)
    worst = quality.worst(actor, asked.scope, asked.day, "consistent")[:5] if asked.day else []
    context = {
        "asked": asked,
        "selects": _selects(actor, asked, "region", "department", "span"),
        "worst": worst,
        "effects": _effects(actor, asked)[:8],
        "run": quality.last_run(),
        **_trend(actor, asked),
    }
    return render(request, "workbench/quality.html", context | SECTION)


@access(readers)
@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """Departments × elements by one dimension, on one day."""
    actor, asked = actor_of(request), _asked(request)
    heads, rows = quality.matrix(actor, asked.scope, asked.day, asked.dimension) if asked.day else ([], [])
    context = {
        "asked": asked,
        "selects": _selects(actor, asked, "dimension", "region", "department"),
        "heads": heads,
        "rows": [(about, list(zip(heads, shares, strict=True))) for about, shares in rows],
        "label": str(quality.LABELS[asked.dimension]),
        "meaning": str(quality.MEANINGS[asked.dimension]),
    }
    return render(request, "workbench/quality_matrix.html", context | SECTION)


@access(readers)
@require_safe
def worst(request: HttpRequest) -> HttpResponse:
    """Where the most values are faulty, or the lowest share is right."""
    actor, asked = actor_of(request), _asked(request)
    by_share = plain(request, "by") == "share"
    found = (
        quality.worst(actor, asked.scope, asked.day, asked.dimension, by_share=by_share) if asked.day else []
    )
    context = {
        "asked": asked,
        "selects": _selects(actor, asked, "dimension", "region", "department"),
        "found": found,
        "by": "share" if by_share else "count",
        "meaning": str(quality.MEANINGS[asked.dimension]),
    }
    return render(request, "workbench/quality_worst.html", context | SECTION)


@access(readers)
@require_safe
def cell(request: HttpRequest, department: str, element: str) -> HttpResponse:
    """One department's values of one element: trends, corrections, regions, and the way to the rows."""
    actor = actor_of(request)
    held, about = quality.cell(actor, department, element)
    asked = _asked(request, department=held, element=about.code)
    places = quality.regions(actor, asked.scope, asked.day, asked.dimension) if asked.day else []
    context = {
        "asked": asked,
        "department": held,
        "about": about,
        "is_source": resources.source_department(about.code) == held.id,
        "selects": _selects(actor, asked, "region", "dimension", "span"),
        "places": places,
        "label": str(quality.LABELS[asked.dimension]),
        "effects": _effects(actor, asked),
        "links": _links(actor, held, about.code, asked.scope.region),
        **_trend(actor, asked),
    }
    return render(request, "workbench/quality_cell.html", context | SECTION)


def _links(actor: Actor, department: Any, element: str, region: str) -> list[tuple[str, str]]:
    """The pages with the rows behind the figures, as far as the actor may open them."""
    if not actor.has_role("steward"):
        return []
    more = urlencode({"element": element, **({"region": region} if len(region) > 2 else {})})
    found = [
        (f"/work/data-checks/?kind=discrepancy&{more}", _("部门间不一致")),
        (f"/work/data-checks/?kind=correction&{more}", _("更正申请")),
    ]
    for view in resources.sources(actor):
        source = view.source
        says = {one.element for one in resources.columns_of(source.mapping, source.kind).values()}
        if source.department_id == department.id and element in says:
            words = _("隔离区：%(name)s") % {"name": source.name}
            found.append((f"/work/sources/{source.slug}/", _("数据源：%(name)s") % {"name": source.name}))
            if any(p.role == "steward" and p.department_id == department.id for p in actor.posts):
                found.append((f"/work/sources/{source.slug}/quarantine/", words))
    return found


@access(readers)
@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """A day's counts, one row a department, element and county."""
    actor, asked = actor_of(request), _asked(request)
    heads = [*quality.HEADS, *(f"{one}_share" for one in quality.DIMENSIONS)]
    rows: Iterable[Sequence[str]] = quality.table(actor, asked.scope, asked.day) if asked.day else ()
    return csv_lines(f"quality-{asked.day or asked.wanted}.csv", heads, rows)
