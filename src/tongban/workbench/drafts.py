"""Editing a draft, one section a page. What was typed is kept on every error."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.items import service as items
from tongban.kit.access import access, actor_of, role
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid
from tongban.workbench.draft_forms import SECTIONS, Editor, Section

editors = role("item_editor")
SECTION = {"section": "items"}


def _findings(detail: items.VersionDetail, names: list[str]) -> dict[str, list[items.Finding]]:
    """The findings of a section by the field they are about; of rows, by part and row."""
    found: dict[str, list[items.Finding]] = {}
    for finding in detail.findings:
        head, _dot, rest = finding.field.partition(".")
        if head in names:
            row = rest.partition(".")[0]
            found.setdefault(f"{head}-{row}" if row.isdigit() else head, []).append(finding)
    return found


def _shown(editor: Editor, detail: items.VersionDetail) -> dict[str, Any]:
    """Fields and rows, each with what was found about it and whether the standard fixes it."""
    found = _findings(detail, editor.section.fields)
    fields = [
        {"bound": bound, "found": found.get(bound.name, ()), "fixed": bound.name in editor.fixed}
        for bound in (editor.form or ())
    ]
    groups = [
        {
            "name": rows.name,
            "title": rows.title,
            "formset": formset,
            "fixed": rows.name in editor.fixed,
            "found": found.get(rows.name, ()),
            "rows": [
                {
                    "form": form,
                    "found": found.get(f"{rows.name}-{n}", ()),
                    "new": n >= formset.initial_form_count(),
                }
                for n, form in enumerate(formset.forms)
            ],
        }
        for rows, formset in editor.formsets
    ]
    return {"fields": fields, "groups": groups}


def _sections(detail: items.VersionDetail, current: str) -> list[dict[str, Any]]:
    """The editor's pages with the number of findings on each."""
    return [
        {
            "key": key,
            "title": section.title,
            "current": key == current,
            "found": sum(f.field.partition(".")[0] in section.fields for f in detail.findings),
        }
        for key, section in SECTIONS.items()
    ]


@access(editors)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, version_id: UUID, part: str) -> HttpResponse:
    """One section of a draft."""
    section = SECTIONS.get(part)
    if section is None:
        raise Http404
    actor = actor_of(request)
    detail = items.version(version_id)
    item = items.seen_item(actor, detail.item_id)
    if not items.holds(actor, item, "item_editor"):
        raise Forbidden
    if detail.state not in items.OPEN_STATES:
        raise Conflict(_("只有草稿可以修改"))
    columns, parts = items.version_content(version_id)
    fixed = items.kept_standards().fixed(detail.basic_code)
    editor = Editor(section, columns, parts, fixed, request.POST if request.method == "POST" else None)
    problems: list[FieldProblem] = []
    status, revision = 200, items.revision_of(version_id)
    if request.method == "POST":
        status = 422
        if editor.is_valid():
            try:
                _save(request, version_id, editor)
            except Invalid as error:
                problems = list(error.problems)
            except Conflict as error:
                problems, status = [FieldProblem("", error.code, error.message)], 409
            else:
                messages.success(request, _("已保存"), extra_tags="good")
                return redirect("workbench:draft_edit", version_id, _next(request, part))
    context = {
        "detail": detail,
        "item": item,
        "part": section,
        "sections": _sections(detail, part),
        "editor": editor,
        "problems": problems,
        "revision": revision,
        "conflict": status == 409,
    }
    return render(request, "workbench/draft.html", context | _shown(editor, detail) | SECTION, status=status)


def _save(request: HttpRequest, version_id: UUID, editor: Editor) -> None:
    columns, parts = editor.values()
    posted = request.POST.get("revision", "")[:9]
    items.edit_draft(
        actor_of(request),
        version_id,
        columns,
        parts=parts,
        revision=int(posted) if posted.isascii() and posted.isdigit() else -1,
    )


def _next(request: HttpRequest, part: str) -> str:
    """The section to go on with: the next one where that was asked for."""
    keys = list(SECTIONS)
    where = keys.index(part) + (1 if request.POST.get("then") == "next" else 0)
    return keys[min(where, len(keys) - 1)]


__all__ = ["Section", "edit"]
