"""Open data for people: search, a dataset's page, and a console for the query API."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.kit.access import access, public
from tongban.kit.errors import FieldProblem, Invalid, NotFound
from tongban.opendata import service as opendata
from tongban.portal import open_files
from tongban.portal.web import page_number

FACETS = ("theme", "publisher", "format")


def _typed(request: HttpRequest, name: str, most: int = 100) -> str:
    return request.GET.get(name, "").replace("\x00", " ").strip()[:most]


@access(public)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Search with facets; every facet is a link."""
    words = _typed(request, "q")
    chosen = {name: _typed(request, name) for name in FACETS}
    found = opendata.search(words, page=page_number(request), **chosen)
    groups = ((_("主题"), "theme", found.themes), (_("部门"), "publisher", found.publishers),
              (_("格式"), "format", found.formats))  # fmt: skip
    context = {
        "q": words,
        "chosen": chosen,
        "found": found,
        "facets": [
            (heading, [(one, _address(words, chosen, name, one.value), one.value == chosen[name])
                       for one in values])
            for heading, name, values in groups
            if values
        ],
    }  # fmt: skip
    return render(request, "portal/open.html", context)


def _address(words: str, chosen: dict[str, str], name: str, value: str) -> str:
    after = chosen | {name: "" if chosen[name] == value else value, "q": words}
    return "?" + urlencode({k: v for k, v in after.items() if v})


@access(public)
@require_safe
def dataset(request: HttpRequest, code: str) -> HttpResponse:
    """One dataset: a look at its rows, columns, chart, versions, downloads, licence and how to cite it.

    Programs that prefer RDF get what the catalogue says about it.
    """
    preferred = request.get_preferred_type(["text/html", *(f.media_type for f in opendata.FORMATS)])
    format = next((f for f in opendata.FORMATS if f.media_type == preferred), None)
    if format is not None:
        return open_files.rdf(request, format, code)
    row = opendata.published(code)
    release = opendata.release_of(row)
    drawn = opendata.chart(row, release)
    context = {
        "dataset": row,
        "release": release,
        "columns": opendata.columns_of(release),
        "rows": [[_cell(value) for value in line] for line in opendata.first_rows(release)],
        "chart": drawn and {"column": drawn[0], "measure": drawn[1], "bars": drawn[2],
                            "most": max(bar.value for bar in drawn[2])},
        "versions": opendata.releases_of(row),
        "licence": opendata.LICENCES[row.terms],
        "address": opendata.address(f"/open/datasets/{row.code}/"),
        "showcases": row.showcases.filter(state=opendata.ShowcaseState.SHOWN),
        # Escaped for a data block; a block that is no script runs nothing, whatever the policy.
        "data_block": mark_safe(opendata.data_block(row, release)),  # noqa: S308
        "formats": opendata.FORMATS,
    }  # fmt: skip
    response = render(request, "portal/open_dataset.html", context)
    links = [f'</open/datasets/{code}.{f.extension}>; rel="alternate"; type="{f.media_type}"'
             for f in opendata.FORMATS]  # fmt: skip
    response["Link"], response["Vary"] = ", ".join(links), "Accept, Cookie, Accept-Language"
    return response


def _cell(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return _("合计") if value == "_T" else str(value)


@access(public)
@require_safe
def console(request: HttpRequest) -> HttpResponse:
    """Try a query: choose a dataset, write filters, see the address and the answer."""
    code, text = _typed(request, "dataset"), _typed(request, "query", 1000).lstrip("?")
    datasets = opendata.everything()
    context: dict[str, Any] = {
        "datasets": datasets, "code": code, "query": text, "operators": opendata.OPERATORS,
    }  # fmt: skip
    status = 200
    if code:
        path = f"/api/v1/open/datasets/{code}/rows"
        context["address"] = opendata.address(path + (f"?{text}" if text else ""))
        try:
            context["answer"] = _answer(request, code, text)
            context["columns"] = opendata.columns_of(opendata.release_of(opendata.published(code)))
        except Invalid as error:
            context["problems"], status = error.problems, 422
        except NotFound as error:
            context["problems"] = [FieldProblem("dataset", "unknown", error.message)]
            status = 404
    return render(request, "portal/open_api.html", context, status=status)


def _answer(request: HttpRequest, code: str, text: str) -> str:
    opendata.count_call(request.META.get("REMOTE_ADDR", ""))
    given = dict(parse_qsl(text, keep_blank_values=True))
    limit = given.get("limit", "5")
    page = opendata.rows(
        opendata.published(code),
        [(name, value) for name, value in given.items() if name not in opendata.RESERVED][:20],
        columns=given.get("columns", ""), sort=given.get("sort", ""), cursor=given.get("cursor", ""),
        limit=int(limit) if limit.isascii() and limit.isdigit() and len(limit) < 6 else 0,
    )  # fmt: skip
    body = {"version": page.version, "total": page.total, "rows": page.rows, "next": page.next}
    return json.dumps(body, ensure_ascii=False, indent=2, default=str)
