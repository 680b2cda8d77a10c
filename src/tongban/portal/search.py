"""Search by everyday words, and suggestions while they are typed."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.divisions import service as divisions
from tongban.guidance import service as guidance
from tongban.items import service as items
from tongban.kit.access import access, public
from tongban.portal.nearest import chosen_division
from tongban.portal.web import page_number

LONGEST = 100  # characters of a query that are looked at
FACETS = ("division", "online", "theme", "department", "level", "object")
SHOWN = {"division": 40}  # values shown of a facet; of the others:
MOST = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter that is on: what it is called, and the address without it."""

    heading: str
    label: str
    without: str


@access(public)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results with facets; every facet is a link, so it works without scripts."""
    typed = request.GET.get("q", "").replace("\x00", "").strip()
    words = typed[:LONGEST]
    chosen = {name: request.GET.get(name, "").replace("\x00", "")[:100] for name in FACETS}
    chosen["division"] = chosen_division(request)
    found = items.search(
        words,
        theme=chosen["theme"] or None,
        service_object=chosen["object"] or None,
        department=chosen["department"] or None,
        level=chosen["level"] or None,
        online={"1": True, "0": False}.get(chosen["online"]),
        division=chosen["division"] or None,
        page=page_number(request),
    )
    near = items.nearest([hit.item.item_id for hit in found.hits], items.Place(chosen["division"]))
    context = {
        "q": words,
        "shortened": len(typed) > LONGEST,
        "found": found,
        "rows": [(hit, near.get(hit.item.item_id)) for hit in found.hits],
        "place": divisions.full_name(chosen["division"]) if chosen["division"] else "",
        "guided": guidance.offered([hit.item.item_id for hit in found.hits]),
        "chosen": chosen,
        "choices": _choices(request, chosen),
        "facets": [one for one in _facets(request, found, chosen) if one[1]],
        "themes": [] if found.hits else items.search("").themes[:MOST],
    }
    return render(request, "portal/search.html", context)


_Links = list[tuple[items.Facet, str, bool]]


def _headings() -> dict[str, str]:
    return {
        "division": _("地区"),
        "online": _("办理方式"),
        "theme": _("主题"),
        "department": _("部门"),
        "level": _("行使层级"),
        "object": _("服务对象"),
    }


def _facets(
    request: HttpRequest, found: items.SearchPage, chosen: dict[str, str]
) -> list[tuple[str, _Links]]:
    """Headings with ``(facet, address, whether it is chosen)``; a chosen one's address takes it off again."""
    groups = {
        "division": found.divisions,
        "online": found.online,
        "theme": found.themes,
        "department": found.departments,
        "level": found.levels,
        "object": found.service_objects,
    }
    return [
        (
            heading,
            [_link(request, name, facet, chosen[name]) for facet in groups[name][: SHOWN.get(name, MOST)]],
        )
        for name, heading in _headings().items()
    ]


def _link(request: HttpRequest, name: str, facet: items.Facet, current: str) -> tuple[items.Facet, str, bool]:
    on = facet.value == current
    return facet, _address(request, name, "" if on else facet.value), on


def _address(request: HttpRequest, name: str, value: str) -> str:
    """This page with one filter set, or taken off; always its first page."""
    query = request.GET.copy()
    query.pop("page", None)
    query.pop(name, None)
    if value:
        query[name] = value
    return f"?{query.urlencode()}"


def _choices(request: HttpRequest, chosen: dict[str, str]) -> list[Choice]:
    """The filters that are on."""
    return [
        Choice(heading, _label(name, chosen[name]), _address(request, name, ""))
        for name, heading in _headings().items()
        if chosen[name]
    ]


def _label(name: str, value: str) -> str:
    if name == "division":
        return divisions.full_name(value)
    if name == "online":
        return _("可网上办") if value == "1" else _("只能到窗口办")
    systems = {"level": "level", "object": "service-object"}
    return items.label(systems[name], value) if name in systems else value


@access(public)
@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """The list under a search box while the reader types: options of a combobox, as a piece of a page."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    return render(request, "portal/_suggestions.html", {"q": words, "found": items.suggest(words)})
