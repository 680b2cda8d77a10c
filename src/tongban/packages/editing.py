"""Definitions: drafted by one, reviewed by another, published; earlier versions stay for what runs."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound
from tongban.organisations import service as organisations
from tongban.packages import definition as definitions
from tongban.packages import merging
from tongban.packages.checking import Finding, check, versions_of
from tongban.packages.models import Package, PackageVersion, VersionState
from tongban.trace import service as trace

EDITORS = ("item_editor",)
SEERS = ("item_editor", "chief")  # a department's head may be the second person
Change = Callable[[dict[str, Any]], dict[str, Any]]
CODE = re.compile(r"[a-z][a-z0-9-]{1,58}")


@dataclass(frozen=True, slots=True)
class MemberView:
    """One item of a package as pages show it; ``problem`` says why it cannot be filed now."""

    key: str
    name: str
    code: str
    department: str
    days: int
    after: tuple[str, ...]  # names
    when: str
    problem: str


@dataclass(frozen=True, slots=True)
class PackageView:
    """A published package and what it saves: counts before and after merging, days along the longest way."""

    id: UUID
    version_id: UUID
    code: str
    name: str
    summary: str
    questions: tuple[definitions.Question, ...]
    members: tuple[MemberView, ...]
    fields_before: int
    fields_after: int
    materials_before: int
    materials_after: int
    days: int
    problem: str


def _editor(actor: Actor, division: str = "") -> UUID:
    """The department in whose name the actor edits."""
    for post in actor.posts:
        if post.role == "item_editor" and division.startswith(post.division if division else ""):
            return post.department_id
    raise Forbidden(_("只有事项管理员可以编辑“一件事”"))


def _own(actor: Actor, version_id: UUID, roles: tuple[str, ...] = EDITORS) -> PackageVersion:
    row = (
        PackageVersion.objects.select_for_update(of=("self",))
        .select_related("package")
        .filter(pk=version_id)
        .first()
    )
    if row is None:
        raise NotFound(_("没有找到这个版本"))
    if not _holds(actor, row, roles):
        raise Forbidden(_("这件事不属于您所在的区域"))
    return row


def create(actor: Actor, code: str, name: str) -> PackageVersion:
    """A new package with an empty first draft, of the editor's department."""
    department = organisations.department(_editor(actor))
    if not CODE.fullmatch(code):
        raise Invalid(FieldProblem("code", "code", _("代码用小写字母、数字和短横线，以字母开头")))
    if not name.strip():
        raise Invalid(FieldProblem("name", "required", _("请填写名称")))
    with transaction.atomic():
        if Package.objects.filter(code=code).exists():
            raise Invalid(FieldProblem("code", "taken", _("这个代码已经用于另一件事")))
        package = Package.objects.create(code=code, department_id=department.id, division=department.division)
        return _draft(actor, package, 1, name.strip(), "", {})


def _draft(  # noqa: PLR0917  (the columns of a version)
    actor: Actor, package: Package, number: int, name: str, summary: str, data: dict[str, Any]
) -> PackageVersion:
    row = PackageVersion.objects.create(
        package=package,
        number=number,
        name=name[:100],
        summary=summary[:500],
        definition=data,
        author_id=actor.account_id,
        author_name=actor.name,
    )
    trace.append(actor, package.id, "package.drafted", {"version": number})
    return row


def new_draft(actor: Actor, package_id: UUID) -> PackageVersion:
    """The draft of a package: the one there is, or a copy of the latest version."""
    with transaction.atomic():
        package = Package.objects.select_for_update().filter(pk=package_id).first()
        if package is None:
            raise NotFound(_("没有找到这件事"))
        latest = package.versions.all()[0]
        _own(actor, latest.id)
        if latest.state in (VersionState.DRAFT, VersionState.REVIEWED):
            return latest
        return _draft(actor, package, latest.number + 1, latest.name, latest.summary, dict(latest.definition))


def save(actor: Actor, version_id: UUID, *, name: str, summary: str, data: Any) -> PackageVersion:
    """Keep a draft. Its shape must be right; rules are told by :func:`findings` and stop publication only."""
    definitions.read(data)
    if not name.strip():
        raise Invalid(FieldProblem("name", "required", _("请填写名称")))
    with transaction.atomic():
        row = _changeable(actor, version_id)
        row.name, row.summary, row.definition = name.strip()[:100], summary.strip()[:500], data
        return _drafted(actor, row)


def _changeable(actor: Actor, version_id: UUID) -> PackageVersion:
    row = _own(actor, version_id)
    if row.state not in (VersionState.DRAFT, VersionState.REVIEWED):
        raise Conflict(_("已发布的版本不能修改，请新建草稿"), code="published")
    return row


def _drafted(actor: Actor, row: PackageVersion) -> PackageVersion:
    """Whoever changes a draft is its author, and an earlier review does not count any more."""
    row.state, row.author_id, row.author_name, row.reviewer_name = (
        VersionState.DRAFT,
        actor.account_id,
        actor.name,
        "",
    )
    row.save()
    about = {"version": row.number, "name": row.name, "definition": row.definition}
    trace.append(actor, row.package_id, "package.saved", about)
    return row


def findings(version: PackageVersion) -> list[Finding]:
    """What the rules say of a version."""
    try:
        return check(definitions.read(version.definition))
    except Invalid as error:
        return [Finding("P00", p.field, str(p.message)) for p in error.problems]


def _clean(row: PackageVersion) -> None:
    if wrong := [f for f in findings(row) if f.severity == "error"]:
        raise Invalid(*(FieldProblem(f.where, f.rule, f"{f.rule} {f.message}") for f in wrong))


def review(actor: Actor, version_id: UUID) -> PackageVersion:
    """A second person says the draft is right. Raises Forbidden for its author."""
    with transaction.atomic():
        row = _own(actor, version_id, SEERS)
        if row.state != VersionState.DRAFT:
            raise Conflict(_("这个版本不在待审核状态"), code="state")
        if row.author_id == actor.account_id:
            raise Forbidden(
                _("起草人不能审核自己的草稿，请另一位事项管理员或者部门负责人审核"), code="own_draft"
            )
        _clean(row)
        row.state, row.reviewer_name = VersionState.REVIEWED, actor.name
        row.save(update_fields=["state", "reviewer_name"])
        trace.append(actor, row.package_id, "package.reviewed", {"version": row.number})
        return row


def publish(actor: Actor, version_id: UUID) -> PackageVersion:
    """Bring a reviewed version into force; the one before retires and serves what was filed under it."""
    with transaction.atomic():
        row = _own(actor, version_id, SEERS)
        if row.state != VersionState.REVIEWED:
            raise Conflict(_("审核通过后才能发布"), code="state")
        if row.author_id == actor.account_id:
            raise Forbidden(
                _("起草人不能发布自己的草稿，请另一位事项管理员或者部门负责人发布"), code="own_draft"
            )
        _clean(row)
        _into_force(actor, row)
        return row


def _into_force(actor: Actor, row: PackageVersion) -> None:
    PackageVersion.objects.filter(package_id=row.package_id, state=VersionState.PUBLISHED).update(
        state=VersionState.RETIRED
    )
    row.state, row.published_at = VersionState.PUBLISHED, timezone.now()
    row.save(update_fields=["state", "published_at"])
    trace.append(actor, row.package_id, "package.published", {"version": row.number})


def retire(actor: Actor, version_id: UUID, reason: str) -> PackageVersion:
    """Take a package out of use: nobody begins it any more, what was filed goes on to its end."""
    if not reason.strip():
        raise Invalid(FieldProblem("reason", "required", _("请填写停用的理由")))
    with transaction.atomic():
        row = _own(actor, version_id)
        if row.state != VersionState.PUBLISHED:
            raise Conflict(_("只有已发布的版本可以停用"), code="state")
        row.state = VersionState.RETIRED
        row.save(update_fields=["state"])
        about = {"version": row.number, "reason": reason.strip()[:500]}
        trace.append(actor, row.package_id, "package.retired", about)
        return row


def amend(actor: Actor, version_id: UUID, change: Change) -> PackageVersion:
    """Change a draft's definition by one step (``amending`` has the steps), on what is there now."""
    with transaction.atomic():
        row = _own(actor, version_id)
        data = change(row.definition)
        return save(actor, version_id, name=row.name, summary=row.summary, data=data)


def rename(actor: Actor, version_id: UUID, name: str, summary: str) -> PackageVersion:
    """Another name and summary for a draft, which may still be empty."""
    if not name.strip():
        raise Invalid(FieldProblem("name", "required", _("请填写名称")))
    with transaction.atomic():
        row = _changeable(actor, version_id)
        row.name, row.summary = name.strip()[:100], summary.strip()[:500]
        return _drafted(actor, row)


def may_edit(actor: Actor, row: PackageVersion) -> bool:
    """Whether one of the actor's posts keeps packages of this place."""
    return _holds(actor, row, EDITORS)


def may_review(actor: Actor, row: PackageVersion) -> bool:
    """Whether the actor may be the second person for this version: not its author, of this place."""
    return row.author_id != actor.account_id and _holds(actor, row, SEERS)


def _holds(actor: Actor, row: PackageVersion, roles: tuple[str, ...]) -> bool:
    return any(p.role in roles and row.package.division.startswith(p.division) for p in actor.posts)


def versions(actor: Actor, package_id: UUID) -> list[PackageVersion]:
    """Every version of a package, the latest first, for editors."""
    if not actor.has_role(*SEERS):
        raise Forbidden
    return list(PackageVersion.objects.filter(package_id=package_id).order_by("-number"))


def ensure_package(
    actor: Actor,
    code: str,
    name: str,
    *,
    summary: str,
    data: dict[str, Any],
    department_id: UUID,
    division: str,
) -> PackageVersion:
    """Load a package from content (system only); the same content again changes nothing."""
    if actor.kind != "system":
        raise Forbidden
    with transaction.atomic():
        package, _made = Package.objects.get_or_create(
            code=code, defaults={"department_id": department_id, "division": division}
        )
        latest = package.versions.first()
        if latest and (latest.name, latest.summary, latest.definition) == (name, summary, data):
            return latest
        row = _draft(actor, package, latest.number + 1 if latest else 1, name, summary, data)
        _clean(row)
        _into_force(actor, row)
        return row


def listed(actor: Actor) -> list[PackageVersion]:
    """The latest version of every package, for editors."""
    if not actor.has_role(*SEERS):
        raise Forbidden
    rows = PackageVersion.objects.select_related("package__department").order_by("package_id", "-number")
    return list(rows.distinct("package_id"))


def version(actor: Actor, version_id: UUID) -> PackageVersion:
    """One version, for editors."""
    if not actor.has_role(*SEERS):
        raise Forbidden
    row = PackageVersion.objects.select_related("package__department").filter(pk=version_id).first()
    if row is None:
        raise NotFound(_("没有找到这个版本"))
    return row


def published(code: str) -> PackageVersion:
    """The version in force of a package. Raises NotFound."""
    row = (
        PackageVersion.objects.select_related("package")
        .filter(package__code=code, state=VersionState.PUBLISHED)
        .first()
    )
    if row is None:
        raise NotFound(_("没有找到这件事，它可能已经改名或停用"))
    return row


def packages() -> list[PackageView]:
    """Every package in force, for everybody."""
    rows = PackageVersion.objects.select_related("package").filter(state=VersionState.PUBLISHED)
    return [view(row) for row in rows.order_by("package__code")]


def view(row: PackageVersion) -> PackageView:
    """What a package covers and saves, counted over all its members."""
    meant = definitions.read(row.definition)
    details, wrong = versions_of(meant)
    problems = {f.where: f.message for f in wrong}
    labels = {(q.key, o.value): q.answered(o.value) for q in meant.questions for o in q.options}
    names = {key: detail.name for key, detail in details.items()}
    days = {k: d.promised_days or d.statutory_days or 0 for k, d in details.items()}
    by_key = {m.key: m for m in meant.members}
    ordered = [by_key[k] for k in definitions.order(meant.members)]
    details = {m.key: details[m.key] for m in ordered if m.key in details}
    shown = tuple(
        MemberView(
            key=m.key,
            name=names.get(m.key, m.item),
            code=details[m.key].code if m.key in details else "",
            department=details[m.key].department_name if m.key in details else "",
            days=days.get(m.key, 0),
            after=tuple(names.get(a.member, a.member) for a in m.after),
            when="；".join(labels.get(pair, "") for pair in m.when.items()),
            problem=problems.get(m.key, ""),
        )
        for m in ordered
    )
    return PackageView(
        id=row.package_id,
        version_id=row.id,
        code=row.package.code,
        name=row.name,
        summary=row.summary,
        questions=meant.questions,
        members=shown,
        fields_before=sum(len(merging.properties(d)) for d in details.values()),
        fields_after=len(merging.field_groups(meant, details)),
        materials_before=sum(len(d.materials) for d in details.values()),
        materials_after=len(merging.materials(meant, details)),
        days=definitions.critical_days(meant.members, days),
        problem="；".join(problems[m.key] for m in ordered if m.key in problems and not m.when),
    )
