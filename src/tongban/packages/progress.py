"""After submission: what waits is filed when its time comes; the joined view; withdrawal."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.cases import service as cases
from tongban.files import service as files
from tongban.identity import service as identity
from tongban.kit.actors import SYSTEM, Actor
from tongban.kit.errors import Conflict, DomainError, NotFound, invalid
from tongban.licences import service as licences
from tongban.packages import filing as filings
from tongban.packages import merging, telling
from tongban.packages.models import Filing, FilingState, Part, PartState
from tongban.trace import service as trace

GOOD = ("granted", "concluded", "delivered")
BAD = ("refused", "denied", "withdrawn", "returned", "voided")
MAY_WITHDRAW = ("submitted", "supplement_asked", "accepted", "under_review", "suspended")


def standing(part: Part) -> str:
    """good, bad, running or waiting: the case has the word once it is filed."""
    if part.state == PartState.ENDED or part.case is None:
        return "bad"
    if part.case.state in GOOD:
        return "good"
    if part.case.state in BAD:
        return "bad"
    return "waiting" if part.case.state == "draft" else "running"


def applicant_actor(filing: Filing) -> Actor | None:
    """The person who filed, standing for the applicant; None when he may not any more."""
    account = filing.account
    if account.subject_id == filing.applicant_id:
        return identity.own_actor(account)
    found = identity.acting_actor(account, filing.applicant_id)
    return found[0] if found else None


def advance(filing_id: UUID) -> None:
    """File what may start now, end what cannot go on, close the package when all is decided.

    Safe to run at any time and any number of times: the filing is locked, and submitting is keyed.
    """
    with transaction.atomic():
        filing = (
            Filing.objects.select_for_update(of=("self",))
            .select_related("version__package", "account")
            .filter(pk=filing_id)
            .first()
        )
        if filing is None or filing.state != FilingState.SUBMITTED:
            return
        parts = filings.parts_of(filing)
        for member, part in parts.rows.items():
            if part.state == PartState.WAITING and standing(part) == "waiting":
                _next(filing, parts, member, part)
        _close(filing)


def _next(filing: Filing, parts: filings.Parts, member: str, part: Part) -> None:
    needed = filings.waits(parts, member)
    stands = {a.member: standing(parts.rows[a.member]) for a in needed}
    failed = [a.member for a in needed if a.on_failure == "end" and stands[a.member] == "bad"]
    if failed:
        _end(filing, parts, part, failed[0])
    elif all(stands[a.member] in ("good", "bad") for a in needed):
        failed = [a.member for a in needed if stands[a.member] == "bad"]
        _start(filing, parts, member, part, in_spite_of=parts.rows[failed[0]].name if failed else "")


def _end(filing: Filing, parts: filings.Parts, part: Part, because: str) -> None:
    values = {"item": part.name, "before": parts.rows[because].name}
    part.state = PartState.ENDED
    part.note = _("前一件事“%(before)s”没有办成，这一件不再办理") % values
    part.save(update_fields=["state", "note"])
    trace.append(SYSTEM, filing.id, "package.part_ended", {"member": part.member, "because": because})
    sentence = _("“%(before)s”没有办成，“%(item)s”不再继续办理。")
    telling.tell(filing, f"ended:{part.member}", sentence, **values)


def _start(filing: Filing, parts: filings.Parts, member: str, part: Part, *, in_spite_of: str) -> None:
    actor = applicant_actor(filing)
    try:
        if actor is None:
            raise Conflict(_("提交人已不能代表申请人"), code="not_acting")
        with transaction.atomic():
            _attach_results(actor, parts, member, part)
            key = f"package:{part.id.hex}"
            case = cases.submit(actor, filings.case_id(part), key=key, part_of=part.id)
    except DomainError as error:
        part.state, part.note = PartState.NEEDS, str(error.message)
        part.save(update_fields=["state", "note"])
        trace.append(SYSTEM, filing.id, "package.part_needs", {"member": member, "why": part.note})
        sentence = _("“%(item)s”还需要您补充后提交：%(why)s")
        telling.tell(filing, f"needs:{member}", sentence, item=part.name, why=part.note)
        return
    part.state, part.case = PartState.FILED, case
    part.save(update_fields=["state"])
    data = {"member": member, "case": str(case.id), "number": case.number}
    trace.append(SYSTEM, filing.id, "package.part_filed", data)
    values = {"item": part.name, "case": case.number or "", "before": in_spite_of}
    sentence = _("前一件事已办成，“%(item)s”已按您的申请自动提交，办件编号 %(case)s。")
    if in_spite_of:
        sentence = _("“%(before)s”没有办成，“%(item)s”不受影响，已自动提交，办件编号 %(case)s。")
    telling.tell(filing, f"filed:{member}", sentence, **values)


def _attach_results(actor: Actor, parts: filings.Parts, member: str, part: Part) -> None:
    """The predecessors' licences become the materials they are meant to be."""
    for (key, material), source in merging.feeds(parts.definition, parts.details).items():
        if key != member:
            continue
        wanted = next(m for m in parts.details[member].materials if m.key == material)
        for licence in licences.of_case(actor, filings.case_id(parts.rows[source])):
            if licence.type.slug in wanted.licence_types:
                cases.attach_licence(actor, filings.case_id(part), material, licence.id)


def _close(filing: Filing) -> None:
    rows = list(filing.parts.select_related("case"))
    if not all(standing(p) in ("good", "bad") for p in rows):
        return
    from tongban.packages.tasks import write_result

    filing.state, filing.done_at = FilingState.DONE, timezone.now()
    filing.save(update_fields=["state", "done_at"])
    trace.append(SYSTEM, filing.id, "package.done", {p.member: standing(p) for p in rows})
    write_result.defer(filing_id=str(filing.id))
    good = sum(standing(p) == "good" for p in rows)
    sentence = _("“%(name)s”已全部办完，可以查看合并的办理结果。")
    if good < len(rows):
        sentence = _("“%(name)s”都有结果了：办成 %(good)s 件，没有办成 %(bad)s 件。请看每一件的说明。")
    telling.tell(filing, "done", sentence, good=str(good), bad=str(len(rows) - good))


@dataclass(frozen=True, slots=True)
class PartView:
    """One member in the joined view. ``act`` is what is needed from the applicant now, with its link."""

    member: str
    name: str
    case_id: UUID | None
    number: str
    department: str
    state: str  # a case state, or waiting / needs / ended
    label: str
    after: tuple[str, ...]
    note: str
    due_on: date | None
    clock: cases.ClockView | None  # while the department's clock runs or stands
    act: str
    href: str
    licences: tuple[Any, ...]
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class Joined:
    filing: Filing
    parts: tuple[PartView, ...]

    @property
    def failed(self) -> tuple[PartView, ...]:
        """Parts that were refused, denied, taken back or ended with an earlier one."""
        return tuple(p for p in self.parts if p.state in (*BAD, PartState.ENDED))

    @property
    def good(self) -> int:
        return sum(p.state in GOOD for p in self.parts)

    @property
    def needed(self) -> tuple[PartView, ...]:
        return tuple(p for p in self.parts if p.act)


def joined(actor: Actor, filing_id: UUID) -> Joined:
    """All cases of a filing on one page: order, states, what is needed now, what came of it."""
    filing = filings.own(actor, filing_id)
    parts = filings.parts_of(filing)
    names = {k: p.name for k, p in parts.rows.items()}
    rows = filing.parts.select_related("case__department", "case__supplement", "case__decision")
    made = []
    for part in rows:
        after = tuple(names[a.member] for a in filings.waits(parts, part.member))
        made.append(_part_view(actor, part, after))
    return Joined(filing, tuple(made))


def _why(case: cases.Case) -> str:
    """Why a case came to nothing, as the department or the applicant wrote it."""
    decision = getattr(case, "decision", None)
    return case.end_reason or (decision.reasons if decision else "")


def _part_view(actor: Actor, part: Part, after: tuple[str, ...]) -> PartView:
    case, act, href, note = part.case, "", "", part.note
    planned = case is None or case.state == "draft" or part.state == PartState.ENDED
    state = part.state if planned else case.state  # type: ignore[union-attr]
    if case is None:
        state = PartState.ENDED
    label = PartState(state).label if planned else cases.State(state).label
    if state == "supplement_asked" and case:
        act, href = _("补正"), f"/cases/{case.id}/supplement/"
        asked = getattr(case, "supplement", None)
        note = asked.message if asked else ""
    elif state == PartState.NEEDS and case:
        act, href = _("补充后提交"), f"/cases/{case.id}/file/"
    elif case:
        href = f"/cases/{case.id}/" if not planned else ""
        note = _why(case) if state in BAD else note
    return PartView(
        member=part.member,
        name=part.name,
        case_id=case.id if case else None,
        number=case.number or "" if case else "",
        department=case.department.name if case else "",
        state=str(state),
        label=str(label),
        after=after,
        note=note,
        due_on=case.due_on if case else None,
        clock=cases.clock_of(case) if case and not planned and case.accepted_at else None,
        act=act,
        href=href,
        licences=tuple(licences.of_case(actor, case.id)) if case and state in GOOD else (),
        may_withdraw=bool(case) and (state in MAY_WITHDRAW or state in (PartState.WAITING, PartState.NEEDS)),
    )


def withdraw(actor: Actor, filing_id: UUID, reason: str, *, member: str | None = None) -> Filing:
    """Take back one member or, without ``member``, everything that is not decided yet."""
    if not reason.strip():
        raise invalid("reason", "required", _("请填写撤回原因"))
    with transaction.atomic():
        filing = filings.own(actor, filing_id, lock=True)
        if filing.state != FilingState.SUBMITTED:
            raise Conflict(_("这件申请现在不能撤回"), code="state")
        rows = list(filing.parts.select_related("case"))
        chosen = [p for p in rows if member in (None, p.member)]
        if not chosen:
            raise NotFound(_("没有找到这一件事"))
        taken = [p.member for p in chosen if _withdraw_part(actor, p, reason)]
        if not taken:
            raise Conflict(_("已经作出决定的办件不能撤回"), code="decided")
        trace.append(actor, filing.id, "package.withdrawn", {"members": taken, "reason": reason.strip()})
        rows = list(filing.parts.select_related("case"))
        if all(standing(p) == "bad" for p in rows):
            filing.state = FilingState.WITHDRAWN
            filing.save(update_fields=["state"])
    advance(filing.id)
    filing.refresh_from_db()
    return filing


def _withdraw_part(actor: Actor, part: Part, reason: str) -> bool:
    if part.case is None or part.state == PartState.ENDED:
        return False
    if part.case.state == "draft":
        part.state, part.note = PartState.ENDED, reason.strip()[:500]
        part.save(update_fields=["state", "note"])
        return True
    if part.case.state in MAY_WITHDRAW:
        cases.withdraw(actor, part.case.id, reason)
        return True
    return False


def discard(actor: Actor, filing_id: UUID) -> None:
    """Throw a draft away with the drafts of its cases."""
    with transaction.atomic():
        filing = filings.own(actor, filing_id, lock=True)
        filings._draft_only(filing)
        for part in filing.parts.all():
            if part.case_id:
                cases.discard_draft(actor, part.case_id, part_of=part.id)
        trace.append(actor, filing.id, "package.discarded", {})
        filing.delete()


def result(actor: Actor, filing_id: UUID) -> files.StoredFile:
    """The combined notice. Raises Conflict while it is being made or not everything is decided."""
    filing = filings.own(actor, filing_id)
    if filing.result is None:
        raise Conflict(_("合并的结果通知还没有做好，请稍后再看"), code="not_ready")
    return filing.result


@dataclass(frozen=True, slots=True)
class Sibling:
    """What staff of one department may know of another's case: its item and its state."""

    name: str
    label: str
    own: bool


@dataclass(frozen=True, slots=True)
class Belonging:
    package: str
    number: str
    siblings: tuple[Sibling, ...]


def belonging(actor: Actor, case_id: UUID) -> Belonging | None:
    """The package a case belongs to, for staff who may see the case; nothing of siblings but their state."""
    part = Part.objects.select_related("filing").filter(case_id=case_id).first()
    if part is None or not actor.is_staff or part.filing.state == FilingState.DRAFT:
        return None
    cases.access_case(actor, case_id, purpose=_("办理业务"))
    siblings = []
    for one in part.filing.parts.select_related("case"):
        planned = one.case is None or one.case.state == "draft" or one.state == PartState.ENDED
        label = PartState(one.state).label if planned else cases.State(one.case.state).label  # type: ignore[union-attr]
        siblings.append(Sibling(one.name, str(label), one.pk == part.pk))
    return Belonging(part.filing.name, part.filing.number or "", tuple(siblings))


def filing_of(case_id: UUID) -> UUID | None:
    """The filing a case is part of."""
    return Part.objects.filter(case_id=case_id).values_list("filing_id", flat=True).first()
