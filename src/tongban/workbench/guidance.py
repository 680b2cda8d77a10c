"""Decision tables in the workbench: edited as tables, tried out, published by a second person, kept."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.guidance import service as guidance
from tongban.items import service as items
from tongban.kit.access import access, actor_of, role
from tongban.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tongban.workbench import guidance_forms as forms
from tongban.workbench.paging import page_number, plain

editors = role("item_editor")
seers = role("item_editor", "chief")
SECTION = {"section": "guidance"}


@access(seers)
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """Every table; a new one begins with an item found here."""
    actor = actor_of(request)
    if request.method == "POST":
        row = guidance.draft(actor, request.POST.get("item", "").replace("\x00", "")[:60])
        return redirect("workbench:guidance_table", row.id)
    words = plain(request, "q")[:100]
    context = {
        "rows": guidance.listed(actor),
        "q": words,
        "found": items.search(words, page=page_number(request)) if words else None,
        "may_create": actor.has_role("item_editor"),
    }
    return render(request, "workbench/guidance.html", context | SECTION)


def _meant(row: guidance.Table) -> guidance.Definition:
    return guidance.read(row.definition)


@access(seers)
@require_http_methods(["GET", "POST"])
def table(request: HttpRequest, table_id: UUID) -> HttpResponse:
    """One table: its editor, what is wrong beside the cells, trying it out, its versions."""
    row = guidance.table(actor_of(request), table_id)
    if request.method == "POST":
        return _save(request, row)
    return _page(request, row, forms.shown(_meant(row), guidance.detail_of(row)))


def _page(
    request: HttpRequest,
    row: guidance.Table,
    sheet: forms.Sheet,
    file: forms.FileForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    actor, detail = actor_of(request), guidance.detail_of(row)
    found = guidance.findings(row)
    for line in sheet.rows:
        place = f"rules.{line.number - 1}"
        line.found = [f for f in found if f.where == place or f.where.startswith(place + ".")]
    may_edit = guidance.may_edit(actor, row)
    draft = row.state == guidance.TableState.DRAFT
    context = {
        "row": row,
        "item": detail,
        "sheet": sheet,
        "questions": _meant(row).questions,
        "materials": detail.materials,
        "known": {m.key for m in detail.materials},
        "findings": found,
        "wrong": bool(guidance.blocking(found)),
        "versions": guidance.versions(actor, row.item_id),
        "open": may_edit and draft,
        "author": row.author_id == actor.account_id,
        "may_publish": draft and guidance.may_publish(actor, row),
        "may_draft": may_edit and not draft,
        "may_retire": may_edit and row.state == guidance.TableState.PUBLISHED,
        "most_questions": guidance.MOST_QUESTIONS,
        "file": file or forms.FileForm(),
        "revision": row.revision,
        **_trial(row, request),
    }
    return render(request, "workbench/guidance_table.html", context | SECTION, status=status)


def _trial(row: guidance.Table, request: HttpRequest) -> dict[str, Any]:
    """The try-out panel: answers in the address, one question after the other."""
    table = _meant(row)
    raw = {q.key: plain(request, f"try-{q.key}")[:100] for q in table.questions}
    problem = ""
    answers: Any = {}
    question = rule = None
    try:
        answers, question, rule = guidance.tried(row, raw)
    except Invalid as error:
        key = error.problems[0].field
        question, problem = table.question(key), str(error.problems[0].message)
        answers = {k: raw[k] for k in raw if raw[k] and k != key}
    names = {m.key: m.name for m in guidance.detail_of(row).materials}
    applied = table.rules[rule] if rule is not None else None
    return {
        "trial": [
            (q, q.raw(answers[q.key]), q.shown(answers[q.key])) for q in table.questions if q.key in answers
        ],
        "trial_question": question,
        "trial_problem": problem,
        "trial_rule": rule + 1 if rule is not None else None,
        "trial_names": [names.get(k, k) for k in applied.materials] if applied else [],
        "trial_applied": applied,
        "trial_gap": question is None and rule is None and bool(table.rules),
    }


@access(seers)
@require_GET
def trial(request: HttpRequest, table_id: UUID) -> HttpResponse:
    """The try-out panel alone, for scripts; without scripts the whole page."""
    row = guidance.table(actor_of(request), table_id)
    if not request.headers.get("HX-Request"):
        return _page(request, row, forms.shown(_meant(row), guidance.detail_of(row)))
    return render(request, "workbench/_guidance_trial.html", {"row": row, **_trial(row, request)})


def _revision(request: HttpRequest) -> int | None:
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _save(request: HttpRequest, row: guidance.Table) -> HttpResponse:
    actor = actor_of(request)
    if not guidance.may_edit(actor, row):
        raise Forbidden(_("这张决策表不归您的部门管"))
    sheet, data = forms.typed(request.POST, row.definition, guidance.detail_of(row))
    if sheet.wrong:
        return _page(request, row, sheet, status=422)
    data["rules"] = _stepped(data["rules"], request.POST.get("act", "save"))
    guidance.save(actor, row.id, data, revision=_revision(request))
    messages.success(request, _("已保存"), extra_tags="good")
    return redirect("workbench:guidance_table", row.id)


def _stepped(rules: list[dict[str, Any]], act: str) -> list[dict[str, Any]]:
    """The rules after one step of the editor: a new one, one away, one up."""
    name, _colon, number = act.partition(":")
    if name == "add":
        return [*rules, {"when": {}, "materials": []}][: guidance.MOST_RULES]
    if name == "save":
        return rules
    if not number.isascii() or not number.isdigit() or int(number) >= len(rules):
        raise BadRequest
    at = int(number)
    if name == "drop":
        return [rule for n, rule in enumerate(rules) if n != at]
    if name == "copy":
        return [*rules[: at + 1], *rules[at:]][: guidance.MOST_RULES]
    if name == "up" and at:
        return [*rules[: at - 1], rules[at], rules[at - 1], *rules[at + 1 :]]
    return rules


@access(editors)
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, table_id: UUID, key: str) -> HttpResponse:
    """One question; ``new`` makes one."""
    actor = actor_of(request)
    row = guidance.table(actor, table_id)
    if not guidance.may_edit(actor, row):
        raise Forbidden(_("这张决策表不归您的部门管"))
    if row.state != guidance.TableState.DRAFT:
        raise Conflict(_("已发布的决策表不能修改，请起草新版本"), code="published")
    kept = list(row.definition.get("questions", []))
    old = next((q for q in kept if q["key"] == key), None)
    if old is None and key != "new":
        raise NotFound(_("没有找到这个问题"))
    if request.method == "POST" and request.POST.get("act") in ("remove", "up"):
        return _moved(request, row, kept, key)
    detail = guidance.detail_of(row)
    initial = forms.initial_of(old) if old else {}
    form = forms.QuestionForm(
        request.POST if request.method == "POST" else None, detail=detail, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        name = old["key"] if old else _free_key({q["key"] for q in kept})
        made = form.definition(name)
        after = [made if q["key"] == name else q for q in kept] if old else [*kept, made]
        try:
            guidance.save(actor, row.id, _kept_conditions(row.definition, after))
            return redirect("workbench:guidance_table", row.id)
        except Invalid as error:
            for problem in error.problems:
                form.add_error(None, str(problem.message))
    status = 422 if form.errors else 200
    title = old["text"] if old else _("新问题")
    context = {"row": row, "item": detail, "form": form, "title": title, "old": old}
    return render(request, "workbench/guidance_question.html", context | SECTION, status=status)


def _moved(request: HttpRequest, row: guidance.Table, kept: list[dict[str, Any]], key: str) -> HttpResponse:
    at = next((n for n, q in enumerate(kept) if q["key"] == key), None)
    if at is None:
        raise NotFound(_("没有找到这个问题"))
    if request.POST["act"] == "remove":
        after = kept[:at] + kept[at + 1 :]
    else:
        after = [*kept[: max(at - 1, 0)], kept[at], *kept[max(at - 1, 0) : at], *kept[at + 1 :]]
    guidance.save(actor_of(request), row.id, _kept_conditions(row.definition, after))
    return redirect("workbench:guidance_table", row.id)


def _free_key(used: set[str]) -> str:
    return next(key for n in range(1, 100) if (key := f"q{n}") not in used)


def _kept_conditions(data: dict[str, Any], questions: list[dict[str, Any]]) -> dict[str, Any]:
    """The table with these questions; conditions that a changed question no longer takes become “any”."""
    table = guidance.read({"questions": questions})
    known = {q.key: q for q in table.questions}
    rules = []
    for rule in data.get("rules", []):
        when = {k: v for k, v in rule.get("when", {}).items() if k in known and _takes(known[k], v)}
        rules.append({**rule, "when": when})
    return {**data, "questions": questions, "rules": rules}


def _takes(question: guidance.Question, cell: dict[str, Any]) -> bool:
    values = [o.value for o in question.options]
    if "in" in cell:
        return bool(values) and all(v in values for v in cell["in"])
    return not values


@access(seers)
@require_POST
def act(request: HttpRequest, table_id: UUID) -> HttpResponse:
    """Publish, begin the next version, take out of use, throw a draft away, take over a file."""
    actor, name = actor_of(request), request.POST.get("act", "")
    row = guidance.table(actor, table_id)
    try:
        if name == "publish":
            guidance.publish(actor, table_id)
        elif name == "retire":
            guidance.retire(actor, table_id)
        elif name == "draft":
            return redirect(
                "workbench:guidance_table", guidance.draft(actor, guidance.detail_of(row).code).id
            )
        elif name == "discard":
            guidance.discard(actor, table_id)
            messages.success(request, _("草稿已删除。"), extra_tags="good")
            return redirect("workbench:guidance")
        elif name == "import":
            return _import(request, row)
        else:
            raise BadRequest
    except (Conflict, Invalid) as error:
        words = error.problems[0].message if isinstance(error, Invalid) else error.message
        messages.error(request, words)
        return redirect("workbench:guidance_table", table_id)
    messages.success(request, _("已完成"), extra_tags="good")
    return redirect("workbench:guidance_table", table_id)


def _import(request: HttpRequest, row: guidance.Table) -> HttpResponse:
    form = forms.FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            source = form.cleaned_data["file"].read(1024 * 1024)
            guidance.import_dmn(actor_of(request), row.id, source, revision=_revision(request))
        except Invalid as error:
            for problem in error.problems:
                form.add_error("file", str(problem.message))
        else:
            messages.success(request, _("已读入 DMN 文件，请检查后保存"), extra_tags="good")
            return redirect("workbench:guidance_table", row.id)
    return _page(request, row, forms.shown(_meant(row), guidance.detail_of(row)), form, status=422)


@access(seers)
@require_GET
def dmn(request: HttpRequest, table_id: UUID) -> HttpResponse:
    """The table as a DMN 1.3 file."""
    actor = actor_of(request)
    row = guidance.table(actor, table_id)
    name = f"{guidance.detail_of(row).code}-{row.number}.dmn"
    response = HttpResponse(guidance.export_dmn(actor, table_id), content_type="application/xml")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
