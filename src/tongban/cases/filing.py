"""From draft to filed, once; and what the applicant may still do afterwards."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tongban.cases import access, clocking, events, forming, materials, numbers, telling, work
from tongban.cases.models import Case, CaseMaterial, Supplement
from tongban.cases.rules import Act
from tongban.cases.shapes import CheckView
from tongban.cases.states import Means, State
from tongban.items import service as items
from tongban.kit import kept
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, DomainError, FieldProblem, Invalid, invalid
from tongban.licences import service as licences
from tongban.trace import service as trace

_HANDED_IN: kept.Kept[CaseMaterial] = kept.Kept(
    lambda: CaseMaterial.objects.filter(case_id=kept.Param("case"))
)
# What filing changes of a draft.
_FILED = (
    "answers", "number", "state", "submission_key", "submitted_at", "received_at", "saved_at", "accept_by",
    "due_on", "due_provisional", "light",
)  # fmt: skip


def check_answers(actor: Actor, case_id: UUID) -> CheckView:
    """Everything filled in, on one page, with everything that still has to be put right."""
    case = access.own_case(actor, case_id, related=("department",))
    detail = items.version(case.version_id)
    rows = list(case.materials.all())
    found = _form_problems(case, detail)
    version_problem, newer = "", None
    if case.state == State.DRAFT:
        try:
            items.current(case.version_id)
        except Conflict as moved:
            version_problem = str(moved.message)
            newer = _newer(case)
    return CheckView(
        case=case,
        revision=case.revision,
        pages=forming.pages(case, detail, found),
        materials=materials.views(detail, rows, waived=case.waived),
        problems=(*found, *materials.problems(detail, rows, waived=case.waived)),
        version_problem=version_problem,
        newer_version_id=newer,
    )


def _newer(case: Case) -> UUID | None:
    try:
        detail = items.current(items.published(case.item_id).id)
    except DomainError:
        return None  # suspended or cancelled: there is no newer way to file
    return detail.id if detail.id != case.version_id else None


def _form_problems(case: Case, detail: items.VersionDetail) -> list[FieldProblem]:
    return list(items.validate_answers(detail, items.clean_answers(detail, case.answers)))


def submit(actor: Actor, case_id: UUID, *, key: str, part_of: UUID | None = None) -> Case:
    """File the draft. However often and from wherever it is sent, there is one case and one receipt.

    Raises:
        Invalid: every problem that is left, each with its field.
        Conflict: the item version is no longer in force (``refile`` is the way out), or the key was
            used for another case, or the draft is part of something larger (``part_of`` names it).
    """
    if not key or len(key) > 64:
        raise invalid("key", "required", _("缺少提交标识，请刷新页面后重试"))
    try:
        with transaction.atomic():
            case = access.own_case(actor, case_id, lock=True)
            if case.state != State.DRAFT and case.number:
                return case  # the second click, or the second device
            access.require(Act.SUBMIT, case)
            access.require_whole(case, part_of)
            detail = items.current(case.version_id)
            rows = _HANDED_IN.all(case=case.id)
            if found := [
                *_form_problems(case, detail),
                *materials.problems(detail, rows, waived=case.waived),
            ]:
                raise Invalid(*found)
            _licences_still_good(actor, case, detail, rows)
            _file(actor, case, detail, rows, key)
            return case
    except IntegrityError as error:
        if "submission_key" not in str(error):
            raise
        raise Conflict(_("这个提交标识已用于另一件申请，请刷新页面后重试"), code="key_reused") from error


def _licences_still_good(
    actor: Actor, case: Case, detail: items.VersionDetail, rows: list[CaseMaterial]
) -> None:
    """What met a material when it was attached may have expired or been revoked since."""
    types = {m.key: m.licence_types for m in detail.materials}
    for row in rows:
        if row.means == Means.LICENCE and row.licence_id is not None:
            licences.meet(
                actor,
                row.licence_id,
                subject_id=case.applicant_id,
                type_slugs=types[row.key],
                purpose=materials.purpose_of(case),
                case_id=case.id,
            )


def _file(actor: Actor, case: Case, detail: items.VersionDetail, rows: list[CaseMaterial], key: str) -> None:
    moment = clocking.now()
    case.answers = items.clean_answers(detail, case.answers)
    case.number = numbers.case_number(case.division, moment)
    case.state, case.submission_key = State.SUBMITTED, key
    case.submitted_at = case.received_at = case.saved_at = moment
    case.accept_by = clocking.accept_by(moment)
    clocking.refresh(case, detail)
    kept.update(case, _FILED)
    handed = [[r.key, r.means, r.file_id or str(r.licence_id or "")] for r in rows]
    data = {
        "number": case.number,
        "version": str(case.version_id),
        "answers": case.answers,
        "materials": handed,
    }
    if case.waived:
        data["waived"] = case.waived
    trace.append(actor, case.id, "case.submitted", data)
    work.open_acceptance(case, detail)
    telling.after(case, "submitted")
    events.case_submitted.emit(case_id=str(case.id), at=moment.isoformat())


def answer_supplement(actor: Actor, case_id: UUID, answers: Mapping[str, Any], *, key: str) -> Case:
    """Answer what was asked: the marked fields and materials, nothing else. The same key answers once."""
    with transaction.atomic():
        case = access.own_case(actor, case_id, lock=True)
        supplement = Supplement.objects.filter(case=case).first()
        if supplement is not None and supplement.answered_at and supplement.answer_key == key:
            return case
        access.require(Act.ANSWER_SUPPLEMENT, case)
        if supplement is None:
            raise Conflict(_("没有需要补正的内容"), code="state")
        detail = items.version(case.version_id)
        case.answers = _marked_only(case, detail, answers, supplement.fields)
        rows = list(case.materials.all())
        found = [p for p in _form_problems(case, detail) if p.field in supplement.fields]
        if found := [*found, *_papers_missing(case, detail, rows, supplement.materials)]:
            raise Invalid(*found)
        moment = clocking.now()
        supplement.answered_at, supplement.answer_key = moment, key[:64]
        supplement.save(update_fields=["answered_at", "answer_key"])
        case.state, case.received_at = State.SUBMITTED, moment
        case.accept_by = clocking.accept_by(moment)
        case.revision += 1
        clocking.refresh(case, detail)
        case.save()
        changed = {name: case.answers.get(name) for name in supplement.fields}
        trace.append(actor, case.id, "case.supplement_answered", {"answers": changed})
        work.open_acceptance(case, detail)
        telling.after(case, "answered")
        return case


def _papers_missing(
    case: Case, detail: items.VersionDetail, rows: list[CaseMaterial], asked: Iterable[str]
) -> list[FieldProblem]:
    return materials.problems(detail, rows, asked, waived=case.waived)


def _marked_only(
    case: Case, detail: items.VersionDetail, answers: Mapping[str, Any], marked: list[str]
) -> dict[str, Any]:
    outside = [n for n, v in answers.items() if n not in marked and v != case.answers.get(n)]
    if outside:
        words = _("补正通知没有要求这一项，不能更改")
        raise Invalid(*(FieldProblem(n, "not_asked", words) for n in outside))
    props = forming.properties(detail)
    # A clerk who asks about a locked field asks for the truth: the source is shown, the answer may differ.
    return {**case.answers, **{n: v for n, v in answers.items() if n in marked and n in props}}


def withdraw(actor: Actor, case_id: UUID, reason: str) -> Case:
    """Take the application back before it is decided."""
    if not reason.strip():
        raise invalid("reason", "required", _("请填写撤回原因"))
    with transaction.atomic():
        case = access.own_case(actor, case_id, lock=True)
        access.require(Act.WITHDRAW, case)
        work.end(actor, case, State.WITHDRAWN, "withdrawn", reason.strip())
        return case
