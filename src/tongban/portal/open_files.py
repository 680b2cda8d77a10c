"""Open data for programs: downloads, the catalogue in RDF, the site map."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from lxml import etree

from tongban.files import service as files
from tongban.kit.access import access, public
from tongban.kit.errors import NotFound
from tongban.opendata import service as opendata

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


@access(public)
@require_safe
def catalogue(request: HttpRequest, extension: str = "", code: str = "") -> HttpResponse:
    """The catalogue, or one dataset's part of it, by extension or as ``Accept`` prefers."""
    if extension:
        format = next((f for f in opendata.FORMATS if f.extension == extension), None)
        if format is None:
            raise NotFound(_("没有这种格式"))
        return rdf(request, format, code)
    types = [*(f.media_type for f in opendata.FORMATS), "text/html"]
    preferred = request.get_preferred_type(types)
    if preferred == "text/html":
        return redirect("portal:open")
    format = next((f for f in opendata.FORMATS if f.media_type == preferred), None)
    if format is None:
        return HttpResponse(", ".join(types), status=406, content_type="text/plain; charset=utf-8")
    return rdf(request, format, code)


def rdf(request: HttpRequest, format: opendata.Format, code: str) -> HttpResponse:
    """RDF in one notation."""
    body = opendata.catalogue(format, code)
    response = HttpResponse(body, content_type=f"{format.media_type}; charset=utf-8")
    response["Vary"] = "Accept"
    response["Cache-Control"] = "public, max-age=300"
    return response


@access(public)
@require_safe
def download(request: HttpRequest, code: str, number: int, name: str) -> HttpResponseBase:
    """A file of a version: ``code-number.csv`` (``?bom=1`` for spreadsheets) or ``.parquet``."""
    row = opendata.published(code)
    release = opendata.release_of(row, number)
    stem, _dot, extension = name.rpartition(".")
    known = {"csv": release.csv_bom_id if request.GET.get("bom") == "1" else release.csv_id,
             "parquet": release.parquet_id}  # fmt: skip
    if stem != f"{code}-{number}" or extension not in known:
        raise NotFound(_("没有这份文件。"))
    return files.respond(request, known[extension], name, public=True)


@access(public)
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Addresses of open data for search engines."""
    top = etree.fromstring(f'<urlset xmlns="{_SITEMAP}"/>')
    for path, at in [
        ("/", None),
        ("/open/", None),
        ("/catalogue/", None),
        ("/open/requests/", None),
        ("/open/showcase/", None),
    ] + [(f"/open/datasets/{row.code}/", row.changed_at) for row in opendata.everything()]:
        url = etree.SubElement(top, f"{{{_SITEMAP}}}url")
        etree.SubElement(url, f"{{{_SITEMAP}}}loc").text = opendata.address(path)
        if at:
            etree.SubElement(url, f"{{{_SITEMAP}}}lastmod").text = at.isoformat()
    body = etree.tostring(top, xml_declaration=True, encoding="UTF-8")
    return HttpResponse(body, content_type="application/xml")


@access(public)
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What machines may visit: what is public."""
    closed = ("/work/", "/account/", "/cases/", "/my-data/", "/inbox/", "/settings/", "/check/", "/sandbox/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    text = "\n".join([*lines, "", f"Sitemap: {opendata.address('/sitemap.xml')}", ""])
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
