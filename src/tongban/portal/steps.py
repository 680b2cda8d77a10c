"""What filing one item and filing a package of several show alike: sections, a form's page, the check."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongban.cases import service as cases
from tongban.kit.errors import FieldProblem
from tongban.kit.ids import uuid7
from tongban.portal import fields as forms


@dataclass(frozen=True, slots=True)
class Application:
    """What a page belongs to: ``base`` is where its addresses lie, ``home`` where its sections are listed."""

    name: str
    who: str
    base: str
    home: str
    package: bool = False


def of_case(case: cases.Case) -> Application:
    """One item's application."""
    base = f"/cases/{case.id}"
    return Application(case.item_name, case.applicant_name, base, f"{base}/file/")


def of_filing(filing_id: UUID, name: str, who: str) -> Application:
    """A package's application."""
    base = f"/packages/filings/{filing_id}"
    return Application(name, who, base, f"{base}/", package=True)


def sections(
    about: Application, pages: Iterable[cases.PageView], materials: Sequence[cases.MaterialView]
) -> dict[str, Any]:
    """The sections of an application and what is left to do, as ``tasks``, ``done`` and ``total``."""
    rows = [_section(page.title, f"{about.base}/edit/{page.key}/", page.complete) for page in pages]
    if materials:
        met = all(one.met or one.waived or one.necessity == "2" for one in materials)
        rows.append(_section(_("申请材料"), f"{about.base}/materials/", met))
    done = sum(row["tone"] == "good" for row in rows)
    ready = done == len(rows)
    status = {"status": _("可以提交"), "tone": "brand"} if ready else {"status": _("还不能提交"), "tone": ""}
    last = {"title": _("检查并提交"), "href": f"{about.base}/check/", **status}
    return {"tasks": [*rows, last], "done": done, "total": len(rows)}


def _section(title: str, href: str, complete: bool) -> dict[str, str]:
    status, tone = (_("已完成"), "good") if complete else (_("待填写"), "warm")
    return {"title": title, "href": href, "status": status, "tone": tone}


def edit_page(  # noqa: PLR0917  (what the page shows)
    request: HttpRequest,
    about: Application,
    pages: Sequence[cases.PageView],
    here: cases.PageView,
    revision: int,
    shown: list[forms.ShownField],
    problems: Iterable[FieldProblem] = (),
    *,
    status: int = 200,
) -> HttpResponse:
    """One page of the form."""
    before = next((page for page in pages if page.number == here.number - 1), None)
    context = {
        "name": about.name,
        "base": about.base,
        "page": here,
        "fields": shown,
        "problems": list(problems),
        "total": len(pages),
        "filled": sum(1 for f in shown if f.view.prefill and not f.view.prefill.changed),
        "revision": request.POST.get("revision") or revision,
        "back": f"{about.base}/edit/{before.key}/" if before else about.home,
        "nav": "cases",
    }
    return render(request, "portal/edit.html", context, status=status)


def next_page(
    about: Application, pages: Iterable[cases.PageView], here: cases.PageView, *, materials: bool
) -> str:
    """Where one goes when a page is right: the next one, the materials, or the check."""
    following = next((page for page in pages if page.number == here.number + 1), None)
    if following is not None:
        return f"{about.base}/edit/{following.key}/"
    return f"{about.base}/materials/" if materials else f"{about.base}/check/"


def check_page(
    request: HttpRequest,
    about: Application,
    pages: Sequence[cases.PageView],
    materials: Sequence[cases.MaterialView],
    problems: Iterable[FieldProblem],
    *,
    status: int = 200,
    version_problem: str = "",
    may_renew: bool = False,
) -> HttpResponse:
    """Everything filled in, on one page, with what is still wrong and where it is put right."""
    context = {
        "about": about,
        "sections": forms.answer_sections(pages, about.base),
        "materials": materials,
        "problems": _located(about, pages, materials, problems),
        "version_problem": version_problem,
        "may_renew": may_renew,
        "key": request.POST.get("key") or uuid7(),
        "nav": "cases",
    }
    return render(request, "portal/check.html", context, status=status)


def _located(
    about: Application,
    pages: Iterable[cases.PageView],
    materials: Iterable[cases.MaterialView],
    problems: Iterable[FieldProblem],
) -> list[dict[str, str]]:
    where = {field.name: page.key for page in pages for field in page.fields}
    keys = {material.key for material in materials}

    def href(field: str) -> str:
        if field in where:
            return f"{about.base}/edit/{where[field]}/#field-{field}"
        key = field.removeprefix("material:")
        return f"{about.base}/materials/" + (f"#material-{key}" if key in keys else "")

    return [{"message": str(problem.message), "href": href(problem.field)} for problem in problems]
