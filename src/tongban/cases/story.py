"""The case told in order, for the applicant and for the desk."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from tongban.cases import access
from tongban.cases.models import Case, CaseDocument
from tongban.cases.shapes import DocumentView, TimelineEntry
from tongban.cases.states import DocumentKind, SpecialProcedure, State, StepAction, TaskKind
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, NotFound


def timeline(actor: Actor, case_id: UUID) -> tuple[TimelineEntry, ...]:
    """What happened, oldest first. Reviewers' opinions stay inside the house until the decision."""
    return entries(access.access_case(actor, case_id, purpose=_("查看办理进度")), inside=actor.is_staff)


def entries(case: Case, *, inside: bool) -> tuple[TimelineEntry, ...]:
    papers = {(d.kind, d.occurrence): d.id for d in case.documents.all()}
    handlers = case.department.name
    made = [
        *_filing(case, papers),
        *_pauses(case, papers),
        *_decided(case, papers),
    ]
    if inside:
        made += [
            TimelineEntry(
                s.ended_at, f"{s.name}：{StepAction(s.action).label}", s.opinion, s.handler_name, "step"
            )
            for s in case.steps.all()
            if s.kind == TaskKind.REVIEW
        ]
    shown = [e if inside or e.by == case.applicant_name else _outside(e, handlers) for e in made]
    return tuple(sorted(shown, key=_moment))


def _moment(entry: TimelineEntry) -> datetime:
    return entry.at


def _outside(entry: TimelineEntry, department: str) -> TimelineEntry:
    """The applicant deals with the department, not with its people."""
    return TimelineEntry(entry.at, entry.title, entry.detail, department, entry.kind, entry.document_id)


Papers = dict[tuple[str, int], UUID]


def _filing(case: Case, papers: Papers) -> list[TimelineEntry]:
    made = []
    if case.submitted_at:
        paper = papers.get((DocumentKind.RECEIPT, 1))
        made.append(
            TimelineEntry(
                case.submitted_at, _("提交申请"), case.number or "", case.applicant_name, "submitted", paper
            )
        )
    asked = getattr(case, "supplement", None)
    if asked:
        paper = papers.get((DocumentKind.SUPPLEMENT, 1))
        made.append(
            TimelineEntry(
                asked.asked_at, _("要求补正"), asked.message, asked.asked_by_name, "supplement", paper
            )
        )
        if asked.answered_at:
            made.append(TimelineEntry(asked.answered_at, _("补正完成"), "", case.applicant_name, "answered"))
    if case.accepted_at:
        paper = papers.get((DocumentKind.ACCEPTANCE, 1))
        detail = _("五个工作日内未告知，依法视为受理") if case.deemed_accepted else ""
        made.append(TimelineEntry(case.accepted_at, _("受理"), detail, "", "accepted", paper))
    return made


def _pauses(case: Case, papers: Papers) -> list[TimelineEntry]:
    made = []
    for i, pause in enumerate(case.pauses.all(), start=1):
        paper = papers.get((DocumentKind.SPECIAL_PROCEDURE, i))
        name = dict(SpecialProcedure.choices).get(pause.kind, pause.kind)
        detail = _("%(reason)s（%(days)d 个工作日）") % {"reason": pause.reason, "days": pause.days}
        title = _("进入特别程序：%(name)s") % {"name": name}
        made.append(TimelineEntry(pause.started_at, title, detail, pause.started_by_name, "suspended", paper))
        if pause.ended_at:
            made.append(TimelineEntry(pause.ended_at, _("特别程序结束"), pause.outcome, "", "resumed"))
    longer = getattr(case, "extension", None)
    if longer:
        paper = papers.get((DocumentKind.EXTENSION, 1))
        detail = _("%(reason)s（%(days)d 个工作日）") % {"reason": longer.reason, "days": longer.days}
        made.append(
            TimelineEntry(
                longer.approved_at, _("延长期限"), detail, longer.approved_by_name, "extended", paper
            )
        )
    return made


def _decided(case: Case, papers: Papers) -> list[TimelineEntry]:
    made = []
    decision = getattr(case, "decision", None)
    if decision:
        title = _("准予") if decision.granted else _("不予许可")
        paper = papers.get((DocumentKind.DECISION, 1))
        made.append(
            TimelineEntry(
                decision.decided_at, title, decision.reasons, decision.decided_by_name, "decided", paper
            )
        )
    if case.concluded_at:
        paper = papers.get((DocumentKind.CONCLUSION, 1))
        made.append(TimelineEntry(case.concluded_at, _("办结"), "", "", "concluded", paper))
    if case.ended_at:
        by = case.applicant_name if case.state == State.WITHDRAWN else ""
        paper = papers.get((DocumentKind.REFUSAL, 1))
        label = str(State(case.state).label)
        made.append(TimelineEntry(case.ended_at, label, case.end_reason, by, case.state, paper))
    return made


def document_view(row: CaseDocument) -> DocumentView:
    return DocumentView(
        id=row.id,
        kind=row.kind,
        title=str(DocumentKind(row.kind).label),
        number=row.number,
        dated=row.dated,
        ready=row.file_id is not None,
        file_hash=row.file_id or "",
    )


def documents_of(actor: Actor, case_id: UUID) -> tuple[DocumentView, ...]:
    """The case's documents, in order of their dates."""
    case = access.access_case(actor, case_id, purpose=_("查看文书"))
    return tuple(document_view(d) for d in case.documents.all())


def case_document(actor: Actor, document_id: UUID) -> DocumentView:
    """One document for whoever may read its case. Conflict while the worker is still making it."""
    row = CaseDocument.objects.filter(pk=document_id).first()
    if row is None:
        raise NotFound(_("没有找到这份文书"))
    access.access_case(actor, row.case_id, purpose=_("查看文书"))
    if row.file_id is None:
        raise Conflict(_("文书正在生成，请稍后再试"), code="not_ready")
    return document_view(row)
