"""Theme packages as their editors see them: items, order, questions, what is asked once, review, versions."""

from collections.abc import Callable
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.items import service as items
from tongban.kit.access import access, actor_of, role
from tongban.kit.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from tongban.packages import service as packages
from tongban.workbench import package_forms as forms
from tongban.workbench.paging import page_number, plain

editors = role("item_editor")
seers = role("item_editor", "chief")
SECTION = {"section": "packages"}
OPEN = (packages.VersionState.DRAFT, packages.VersionState.REVIEWED)


def _post(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _add_problems(form: django_forms.Form, error: DomainError) -> None:
    """What the room objects to, beside the fields it names."""
    problems = error.problems if isinstance(error, Invalid) else ()
    for problem in problems:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem.message))
    if not problems:
        form.add_error(None, str(error.message))


def _tried(form: django_forms.Form, do: Callable[[], object]) -> bool:
    """Whether the form is right and the room did it; refusals of the person go on to the error page."""
    if not form.is_valid():
        return False
    try:
        do()
    except (Forbidden, NotFound):
        raise
    except DomainError as error:
        _add_problems(form, error)
        return False
    return True


@access(seers)
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """Every package with its latest version; a new one is begun here."""
    actor = actor_of(request)
    form = forms.CreateForm(_post(request))
    made: list[packages.PackageVersion] = []
    given = form.data
    if request.method == "POST" and _tried(
        form,
        lambda: made.append(packages.create(actor, given["code"].strip(), given["name"].replace("\x00", ""))),
    ):
        return redirect("workbench:package", made[0].id)
    context = {"rows": packages.listed(actor), "form": form, "may_create": actor.has_role("item_editor")}
    status = 422 if form.errors else 200
    return render(request, "workbench/packages.html", context | SECTION, status=status)


@access(seers)
@require_GET
def package(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """One version: its order drawn and listed, its questions, the merged form, what is wrong."""
    return _page(request, version_id, forms.ReasonForm())


def _page(
    request: HttpRequest, version_id: UUID, reason: django_forms.Form, *, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    row = packages.version(actor, version_id)
    findings = packages.findings(row) if row.definition else []
    said = {f.where: f.message for f in findings}
    filled = bool(row.definition) and not any(f.rule in {"P00", "P04"} for f in findings)
    may_edit = packages.may_edit(actor, row)
    author, second = row.author_id == actor.account_id, packages.may_review(actor, row)
    context = {
        "row": row,
        "view": packages.view(row) if filled else None,
        "graph": packages.graph(row),
        "members": _members(row),
        "questions": row.definition.get("questions") or [],
        "preview": packages.preview(row, said),
        "findings": findings,
        "wrong": any(f.severity == "error" for f in findings) or not row.definition,
        "versions": packages.versions(actor, row.package_id),
        "open": may_edit and row.state in OPEN,
        "may_review": second and row.state == packages.VersionState.DRAFT,
        "may_publish": second and row.state == packages.VersionState.REVIEWED,
        "may_retire": may_edit and row.state == packages.VersionState.PUBLISHED,
        "may_draft": may_edit and row.state not in OPEN,
        "author": author,
        "reason": reason,
    }
    return render(request, "workbench/package.html", context | SECTION, status=status)


def _names(meant: packages.Definition) -> dict[str, str]:
    found = {}
    for member in meant.members:
        try:
            found[member.key] = items.published(member.item).name
        except DomainError:
            found[member.key] = member.item
    return found


def _read(row: packages.PackageVersion) -> packages.Definition | None:
    try:
        return packages.read(row.definition)
    except Invalid:
        return None


def _members(row: packages.PackageVersion) -> list[dict[str, object]]:
    """The items as written, with what each waits for and when it applies, in words."""
    meant = _read(row)
    if meant is None:
        return []
    names = _names(meant)
    labels = {(q.key, o.value): q.answered(o.value) for q in meant.questions for o in q.options}
    made: list[dict[str, object]] = []
    for member in meant.members:
        try:
            detail = items.published(member.item)
        except DomainError:
            detail = None
        after = [(names.get(a.member, a.member), a.on_failure == "free") for a in member.after]
        when = [labels.get(pair, "=".join(pair)) for pair in member.when.items()]
        made.append(
            {"key": member.key, "name": names[member.key], "item": detail, "after": after, "when": when}
        )
    return made


@access(seers)
@require_POST
def act(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Review, publish, take out of use, or begin the next version."""
    actor, name = actor_of(request), request.POST.get("act", "")
    reason = forms.ReasonForm(request.POST)
    packages.version(actor, version_id)
    try:
        if name == "review":
            packages.review(actor, version_id)
        elif name == "publish":
            packages.publish(actor, version_id)
        elif name == "draft":
            row = packages.new_draft(actor, packages.version(actor, version_id).package_id)
            return redirect("workbench:package", row.id)
        elif name == "retire":
            text = request.POST.get("reason", "").replace("\x00", "")
            if not _tried(reason, lambda: packages.retire(actor, version_id, text)):
                return _page(request, version_id, reason, status=422)
        else:
            raise BadRequest
    except (Conflict, Invalid) as error:
        words = error.problems[0].message if isinstance(error, Invalid) else error.message
        messages.error(request, words)
        return redirect("workbench:package", version_id)
    messages.success(request, _("已完成"), extra_tags="good")
    return redirect("workbench:package", version_id)


def _draft(request: HttpRequest, version_id: UUID) -> packages.PackageVersion:
    """The version while it may be changed by this editor."""
    row = packages.version(actor_of(request), version_id)
    if not packages.may_edit(actor_of(request), row):
        raise Forbidden(_("这件事不属于您所在的区域"))
    if row.state not in OPEN:
        raise Conflict(_("已发布的版本不能修改，请新建草稿"), code="published")
    return row


def _form_page(
    request: HttpRequest,
    row: packages.PackageVersion,
    title: str,
    *forms_shown: django_forms.Form,
    hint: str = "",
    remove: str = "",
) -> HttpResponse:
    status = 422 if any(form.errors for form in forms_shown) else 200
    context = {"row": row, "title": title, "forms": forms_shown, "hint": hint, "remove": remove}
    return render(request, "workbench/package_form.html", context | SECTION, status=status)


@access(editors)
@require_http_methods(["GET", "POST"])
def about(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Name and summary."""
    row = _draft(request, version_id)
    form = forms.AboutForm(_post(request), initial={"name": row.name, "summary": row.summary})

    def do() -> None:
        said = form.cleaned_data
        packages.rename(actor_of(request), version_id, said["name"], said["summary"])

    if request.method == "POST" and _tried(form, do):
        return redirect("workbench:package", version_id)
    return _form_page(request, row, _("名称和说明"), form)


@access(editors)
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Find items and take them into the package."""
    row = _draft(request, version_id)
    if request.method == "POST":
        detail = items.published(request.POST.get("item", "").replace("\x00", "")[:40])
        data = row.definition.get("members") or []
        if any(m["item"] in {detail.code, detail.slug} for m in data):
            messages.warning(request, _("这个事项已经在这件事里了"))
        else:
            add = packages.amending.add_member
            packages.amend(actor_of(request), version_id, lambda d: add(d, detail.code, detail.slug))
            messages.success(request, _("已加入“%(name)s”") % {"name": detail.name}, extra_tags="good")
            return redirect("workbench:package", version_id)
    words = plain(request, "q")[:100]
    found = items.search(words, online=True, page=page_number(request)) if words else None
    context = {"row": row, "q": words, "found": found}
    return render(request, "workbench/package_items.html", context | SECTION)


@access(editors)
@require_http_methods(["GET", "POST"])
def member(request: HttpRequest, version_id: UUID, key: str) -> HttpResponse:
    """When an item applies and what it waits for; or take it out."""
    row = _draft(request, version_id)
    meant = _read(row)
    if meant is None or key not in {m.key for m in meant.members}:
        raise NotFound(_("没有找到这一项"))
    names, steps = _names(meant), packages.amending
    removing = request.method == "POST" and request.POST.get("act") == "remove"
    form = forms.MemberForm(None if removing else _post(request), meant=meant, key=key, names=names)
    actor = actor_of(request)
    if removing:
        try:
            packages.amend(actor, version_id, lambda d: steps.drop_member(d, key))
        except Invalid:
            messages.error(request, _("至少要留一个事项"))
        return redirect("workbench:package", version_id)
    if request.method == "POST" and _tried(
        form,
        lambda: packages.amend(actor, version_id, lambda d: steps.set_member(d, key, form.when, form.after)),
    ):
        return redirect("workbench:package", version_id)
    return _form_page(request, row, names[key], form, remove=_("从这件事里去掉"))


@access(editors)
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, version_id: UUID, key: str) -> HttpResponse:
    """A question that decides which items apply; ``new`` makes one."""
    row = _draft(request, version_id)
    kept = {q["key"]: q for q in row.definition.get("questions") or []}
    if key != "new" and key not in kept:
        raise NotFound(_("没有找到这一项"))
    actor, steps = actor_of(request), packages.amending
    if request.method == "POST" and request.POST.get("act") == "remove":
        packages.amend(actor, version_id, lambda d: steps.drop_question(d, key))
        return redirect("workbench:package", version_id)
    old = kept.get(key)
    lines = "\n".join(o["label"] for o in old["options"]) if old else ""
    initial = {"title": old["title"] if old else "", "options": lines}
    form = forms.QuestionForm(_post(request), initial=initial)

    def do() -> None:
        said = form.cleaned_data
        named = "" if key == "new" else key
        packages.amend(
            actor,
            version_id,
            lambda d: steps.set_question(d, named, said["title"], said["options"])[0],
        )

    if request.method == "POST" and _tried(form, do):
        return redirect("workbench:package", version_id)
    title = _("问题") if old else _("新问题")
    return _form_page(request, row, title, form, remove=_("删除这个问题") if old else "")


@access(editors)
@require_http_methods(["GET", "POST"])
def shared(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """What is asked or handed in once although no data element and no licence type joins it."""
    row = _draft(request, version_id)
    fields, papers = packages.places(row)
    kept = row.definition
    one = forms.SharedForm(_post(request), places=fields, kept=kept.get("fields") or {}, prefix="fields")
    two = forms.SharedForm(
        _post(request), places=papers, kept=kept.get("materials") or {}, prefix="materials"
    )

    def do() -> None:
        steps = packages.amending
        packages.amend(actor_of(request), version_id, lambda d: steps.set_shared(d, one.said, two.said))

    if request.method == "POST" and two.is_valid() and _tried(one, do):
        return redirect("workbench:package", version_id)
    hint = _(
        "给意思相同的填写项（或材料）填同一个短词，它们就只问（只交）一次。有数据元的填写项会自动合并，不用填。"
    )
    return _form_page(request, row, _("只问一次的内容"), one, two, hint=hint)
