"""Search by everyday words, and suggestions while they are typed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.guidance import service as guidance
from tongban.items import service as items
from tongban.kit.access import access, public
from tongban.portal.web import page_number

LONGEST = 100  # characters of a query that are looked at
FACETS = ("theme", "object", "department", "level", "online", "division")


@access(public)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results with facets; every facet is a link, so it works without scripts."""
    typed = request.GET.get("q", "").replace("\x00", "").strip()
    words = typed[:LONGEST]
    chosen = {name: request.GET.get(name, "").replace("\x00", "")[:100] for name in FACETS}
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
    context = {
        "q": words,
        "shortened": len(typed) > LONGEST,
        "found": found,
        "guided": guidance.offered([hit.item.item_id for hit in found.hits]),
        "chosen": chosen,
        "facets": [one for one in _facets(request, found, chosen) if one[1]],
        "narrowed": any(chosen.values()),
    }
    return render(request, "portal/search.html", context)


_Links = list[tuple[items.Facet, str, bool]]


def _facets(
    request: HttpRequest, found: items.SearchPage, chosen: dict[str, str]
) -> list[tuple[str, _Links]]:
    """Headings with ``(facet, address, whether it is chosen)``; a chosen one's address takes it off again."""
    groups = [
        ("online", _("办理方式"), found.online),
        ("theme", _("主题"), found.themes),
        ("department", _("部门"), found.departments),
        ("level", _("行使层级"), found.levels),
        ("object", _("服务对象"), found.service_objects),
    ]
    return [
        (heading, [_link(request, name, facet, chosen[name]) for facet in facets[:12]])
        for name, heading, facets in groups
    ]


def _link(request: HttpRequest, name: str, facet: items.Facet, current: str) -> tuple[items.Facet, str, bool]:
    query = request.GET.copy()
    query.pop("page", None)
    on = facet.value == current
    if on:
        query.pop(name, None)
    else:
        query[name] = facet.value
    return facet, f"?{query.urlencode()}", on


@access(public)
@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """The list under a search box while the reader types: options of a combobox, as a piece of a page."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    return render(request, "portal/_suggestions.html", {"q": words, "found": items.suggest(words)})
