"""One filing of a package: drafts of all its cases, filled through one form and submitted once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.cases import service as cases
from tongban.items import service as items
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound, invalid
from tongban.kit.ids import uuid7
from tongban.packages import definition as definitions
from tongban.packages import editing, merging, telling
from tongban.packages.models import Filing, FilingState, PackageVersion, Part, PartState
from tongban.packages.shapes import FilingCheck, FilingForm, is_shown, merged_field
from tongban.trace import service as trace


@dataclass(frozen=True, slots=True)
class Parts:
    """A filing's live parts in order, with what they mean."""

    definition: definitions.Definition
    rows: dict[str, Part]
    details: dict[str, items.VersionDetail]


def own(actor: Actor, filing_id: UUID, *, lock: bool = False) -> Filing:
    """The actor's filing. Raises NotFound for everybody else."""
    rows = Filing.objects.select_for_update(of=("self",)) if lock else Filing.objects.all()
    found = rows.select_related("version__package").filter(pk=filing_id).first()
    if found is None or actor.kind != "resident" or actor.subject_id != found.applicant_id:
        raise NotFound(_("没有找到这件申请"))
    return found


def parts_of(filing: Filing) -> Parts:
    """Live parts (with a case), members in order, each with the version its case is filed under."""
    meant = definitions.read(filing.version.definition)
    rows = {p.member: p for p in filing.parts.select_related("case") if p.case is not None}
    keys = [k for k in definitions.order(meant.members) if k in rows]
    details = {}
    for key in keys:
        case = rows[key].case
        assert case is not None
        details[key] = items.version(case.version_id)
    return Parts(meant, {k: rows[k] for k in keys}, details)


def case_id(part: Part) -> UUID:
    assert part.case_id is not None
    return part.case_id


def chosen(version: PackageVersion, choices: Mapping[str, Any]) -> dict[str, str]:
    """The answers to the package's questions. Raises Invalid for each that is missing or unknown."""
    problems, made = [], {}
    for question in definitions.read(version.definition).questions:
        value = str(choices.get(question.key, ""))
        if value not in {o.value for o in question.options}:
            message = _("请选择：%(title)s") % {"title": question.title}
            problems.append(FieldProblem(question.key, "required", message))
        made[question.key] = value
    if problems:
        raise Invalid(*problems)
    return made


def start(actor: Actor, code: str, choices: Mapping[str, Any], *, key: str) -> Filing:
    """Begin one filing with a prefilled draft for each item; the same key gives the same filing.

    Raises:
        Invalid: a question of the package is not answered.
        Conflict: an item of the package is suspended, cancelled or cannot be filed.
    """
    if actor.kind != "resident" or actor.subject_id is None or actor.account_id is None:
        raise Forbidden(_("请先登录并完成实名认证，再办理事项"))
    kept_key = f"{actor.account_id.hex[-12:]}:{key}"[:64]
    if found := Filing.objects.filter(draft_key=kept_key, applicant_id=actor.subject_id).first():
        return found
    version = editing.published(code)
    made = chosen(version, choices)
    filing = Filing(
        id=uuid7(),
        version=version,
        name=version.name,
        applicant_id=actor.subject_id,
        account_id=actor.account_id,
        choices=made,
        draft_key=kept_key,
    )
    try:
        with transaction.atomic():
            filing.save(force_insert=True)
            trace.append(actor, filing.id, "package.started", {"package": code, "choices": made})
            _set_parts(actor, filing)
    except IntegrityError as error:
        if "draft_key" not in str(error):
            raise
        return Filing.objects.get(draft_key=kept_key)  # the same start, on another connection
    return filing


def choose(actor: Actor, filing_id: UUID, choices: Mapping[str, Any]) -> Filing:
    """Answer the package's questions anew while it is a draft: items come and go, answers stay."""
    with transaction.atomic():
        filing = own(actor, filing_id, lock=True)
        _draft_only(filing)
        filing.choices = chosen(filing.version, choices)
        filing.revision += 1
        filing.save()
        _set_parts(actor, filing)
        return filing


def _draft_only(filing: Filing) -> None:
    if filing.state != FilingState.DRAFT:
        raise Conflict(_("这件申请已经提交，不能再修改"), code="state")


def _set_parts(actor: Actor, filing: Filing) -> None:
    active = definitions.read(filing.version.definition).active(filing.choices)
    wanted = {m.key for m in active}
    for part in filing.parts.exclude(member__in=wanted):
        if part.case_id:
            cases.discard_draft(actor, part.case_id, part_of=part.id)
        part.delete()
    there = {p.member: p for p in filing.parts.all()}
    for position, member in enumerate(active):
        old = there.get(member.key)
        if old is not None and old.case_id:
            Part.objects.filter(pk=old.pk).update(position=position)
            continue
        detail = items.published(member.item)
        items.current(detail.id)
        key = old.id if old is not None else uuid7()
        case = cases.start_draft(actor, detail.id, key=f"package:{uuid7().hex}", part_of=key)
        Part.objects.update_or_create(
            filing=filing,
            member=member.key,
            defaults={"name": detail.name, "position": position, "case": case},
            create_defaults={"id": key, "name": detail.name, "position": position, "case": case},
        )
    _spread(actor, filing)


def _spread(actor: Actor, filing: Filing) -> None:
    """What one case was prefilled with answers the merged field of all of them."""
    parts = parts_of(filing)
    groups = merging.field_groups(parts.definition, parts.details)
    answers = {key: dict(part.case.answers) for key, part in parts.rows.items() if part.case}
    given: dict[str, dict[str, Any]] = {}
    for places in groups.values():
        known = next((answers[m][n] for m, n in places if answers[m].get(n) not in (None, "", [])), None)
        for member, name in places:
            if known is not None and answers[member].get(name) in (None, "", []):
                given.setdefault(member, {})[name] = known
    for member, values in given.items():
        wrong = {p.field for p in items.validate_answers(parts.details[member], values, partial=True)}
        fitting = {n: v for n, v in values.items() if n not in wrong}
        if fitting:
            cases.save_draft(actor, case_id(parts.rows[member]), fitting)


def form(actor: Actor, filing_id: UUID) -> FilingForm:
    """The merged form with what is in it and where that came from."""
    filing = own(actor, filing_id)
    return _form(actor, filing, parts_of(filing))


def _form(actor: Actor, filing: Filing, parts: Parts) -> FilingForm:
    fields = {
        (key, field.name): field
        for key, part in parts.rows.items()
        for page in cases.form_view(actor, case_id(part)).pages
        for field in page.fields
    }
    groups, made = merging.field_groups(parts.definition, parts.details), []
    for number, page in enumerate(merging.pages(parts.definition, parts.details), start=1):
        shown = tuple(merged_field(one, fields) for one in page.fields)
        open_ = [f for f in shown if is_shown(f, groups, fields)]
        made.append(
            cases.PageView(
                key=page.key,
                title=f"{page.title}（{parts.rows[page.member].name}）" if number > 1 else page.title,
                hint=page.hint,
                number=number,
                fields=shown,
                complete=all(not f.problem and not (f.required and f.value in (None, "", [])) for f in open_),
                asked=False,
            )
        )
    return FilingForm(filing, tuple(made), tuple(parts.rows.values()))


def save(
    actor: Actor,
    filing_id: UUID,
    answers: Mapping[str, Any],
    *,
    page: str | None,
    revision: int | None = None,
) -> Filing:
    """Keep answers in every case they belong to, all or none. With ``page`` that page must be complete.

    Raises:
        Invalid: problems under merged names; nothing was saved.
        Conflict: saved on another device since ``revision``.
    """
    with transaction.atomic():
        filing = own(actor, filing_id, lock=True)
        _draft_only(filing)
        if revision is not None and revision != filing.revision:
            words = _("这份申请刚刚在另一台设备上保存过。请刷新页面查看最新内容后再修改。")
            raise Conflict(words, code="draft_moved_on")
        parts = parts_of(filing)
        groups = merging.field_groups(parts.definition, parts.details)
        if unknown := set(answers) - set(groups):
            message = _("表单中没有这一项")
            raise Invalid(*(FieldProblem(name, "unknown", message) for name in sorted(unknown)))
        wanted = set(answers)
        if page is not None:
            wanted |= {
                f.name
                for one in merging.pages(parts.definition, parts.details)
                if one.key == page
                for f in one.fields
            }
        problems = _fan_out(actor, parts, groups, answers, wanted, partial=page is None)
        if problems:
            raise Invalid(*problems)
        filing.revision += 1
        filing.save(update_fields=["revision", "saved_at"])
        return filing


def _fan_out(
    actor: Actor,
    parts: Parts,
    groups: Mapping[str, list[merging.Place]],
    answers: Mapping[str, Any],
    wanted: set[str],
    *,
    partial: bool,
) -> list[FieldProblem]:
    found: dict[str, FieldProblem] = {}
    for key, part in parts.rows.items():
        names = {n: merged for merged, places in groups.items() for m, n in places if m == key}
        view = cases.form_view(actor, case_id(part))
        kept = {f.name: f for p in view.pages for f in p.fields}
        typed = {n: answers[merged] for n, merged in names.items() if merged in answers}
        for name, value in typed.items():
            if kept[name].locked and value != kept[name].value:
                origin = kept[name].prefill
                words = _("“%(label)s”由%(source)s提供，不能修改") % {
                    "label": kept[name].label,
                    "source": origin.source if origin else "",
                }
                found.setdefault(names[name], FieldProblem(names[name], "locked", words))
        full = {**view.case.answers, **typed}
        for problem in items.validate_answers(parts.details[key], full, partial=partial):
            merged = names.get(problem.field, problem.field)
            if merged in wanted:
                found.setdefault(merged, replace(problem, field=merged))
        if typed and not found:
            cases.save_draft(actor, case_id(part), {n: v for n, v in typed.items() if not kept[n].locked})
    return list(found.values())


def submit(actor: Actor, filing_id: UUID, *, key: str) -> Filing:
    """File everything that may start now and plan the rest; once, however often it is sent.

    Raises:
        Invalid: every problem left, under merged names.
        Conflict: an item has moved on or is suspended, or the key belongs to another filing.
    """
    if not key or len(key) > 64:
        raise invalid("key", "required", _("缺少提交标识，请刷新页面后重试"))
    try:
        with transaction.atomic():
            filing = own(actor, filing_id, lock=True)
            if filing.state != FilingState.DRAFT:
                return filing  # the second click, or the second device
            parts = parts_of(filing)
            if not parts.rows:
                raise Conflict(_("这件申请里已经没有事项，请重新开始"), code="empty")
            if found := _problems(actor, parts):
                raise Invalid(*found)
            _file(actor, filing, parts, key)
            return filing
    except IntegrityError as error:
        if "package" not in str(error) or "submission_key" not in str(error):
            raise
        raise Conflict(_("这个提交标识已用于另一件申请，请刷新页面后重试"), code="key_reused") from error


def waits(parts: Parts, member: str) -> list[definitions.After]:
    """The live predecessors of a member."""
    found = next((m for m in parts.definition.members if m.key == member), None)
    return [a for a in found.after if a.member in parts.rows] if found else []


def _problems(actor: Actor, parts: Parts) -> list[FieldProblem]:
    groups = merging.field_groups(parts.definition, parts.details)
    names = {place: merged for merged, places in groups.items() for place in places}
    coming = merging.feeds(parts.definition, parts.details)
    papers = {
        place: one.key for one in merging.materials(parts.definition, parts.details) for place in one.places
    }
    found: dict[str, FieldProblem] = {}
    for key, part in parts.rows.items():
        view = cases.check_answers(actor, case_id(part))
        if view.version_problem:
            raise Conflict(view.version_problem, code="version_not_in_force")
        for problem in view.problems:
            material = problem.field.removeprefix("material:")
            if material != problem.field:
                if (key, material) in coming:
                    continue
                merged = f"material:{papers[key, material]}"
            else:
                merged = names.get((key, problem.field), problem.field)
            found.setdefault(merged, replace(problem, field=merged))
    return list(found.values())


def _file(actor: Actor, filing: Filing, parts: Parts, key: str) -> None:
    moment = timezone.now()
    filing.state, filing.submission_key, filing.submitted_at = FilingState.SUBMITTED, key, moment
    filing.number = f"{timezone.localdate(moment):%Y%m%d}{filing.id.hex[-10:].upper()}"
    filing.save()
    filed = []
    for member, part in parts.rows.items():
        if waits(parts, member):
            part.state = PartState.WAITING
        else:
            case = cases.submit(actor, case_id(part), key=f"package:{part.id.hex}", part_of=part.id)
            part.state = PartState.FILED
            filed.append({"member": member, "case": str(case.id), "number": case.number})
        part.save(update_fields=["state"])
    trace.append(actor, filing.id, "package.submitted", {"number": filing.number, "filed": filed})
    telling.tell(filing, "submitted", _("“%(name)s”已一次提交，编号 %(number)s。"))


def check(actor: Actor, filing_id: UUID) -> FilingCheck:
    """Everything on one page, with what still has to be put right."""
    from tongban.packages import papers

    filing = own(actor, filing_id)
    parts = parts_of(filing)
    found: list[FieldProblem] = []
    moved_on, newer = "", False
    if filing.state == FilingState.DRAFT:
        try:
            found = _problems(actor, parts)
        except Conflict as moved:
            moved_on = str(moved.message)
            views = [cases.check_answers(actor, case_id(p)) for p in parts.rows.values()]
            newer = all(v.newer_version_id for v in views if v.version_problem)
    shown = _form(actor, filing, parts), papers.materials(actor, filing_id)
    return FilingCheck(*shown, tuple(found), moved_on, newer)


def refile(actor: Actor, filing_id: UUID) -> Filing:
    """Carry every draft whose item has moved on over to the version in force; answers come along."""
    with transaction.atomic():
        filing = own(actor, filing_id, lock=True)
        _draft_only(filing)
        for part in parts_of(filing).rows.values():
            renew(actor, part)
        filing.revision += 1
        filing.save(update_fields=["revision", "saved_at"])
        _spread(actor, filing)
        return filing


def renew(actor: Actor, part: Part) -> UUID:
    """The part's draft on the version in force; the part follows it. Call with the filing locked."""
    case = cases.refile(actor, case_id(part), part_of=part.id)
    if case.id != part.case_id:
        part.case, part.name = case, case.item_name
        part.save(update_fields=["case", "name"])
    return case.id
