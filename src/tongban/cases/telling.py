"""What follows an act: the notice to the applicant and the signed document, made by the worker.

A command defers one job in its own transaction; the job may run twice, the notice (by key) and the
document (by case, kind, occurrence) come out once.
"""

from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.cases import clocking, numbers
from tongban.cases.models import Case, CaseDocument
from tongban.cases.papers import paper_data
from tongban.cases.states import DocumentKind
from tongban.documents import service as documents
from tongban.identity import service as identity
from tongban.notices import service as notices

# What the applicant is told at each step: title, sentence.
WORDS: dict[str, tuple[Promise, Promise]] = {
    "submitted": (_("申请已提交"), _("您申请的“%(item)s”已提交，办件编号 %(number)s。%(due)s")),
    "supplement": (_("请补正材料"), _("您申请的“%(item)s”（%(number)s）需要补正：%(detail)s")),
    "answered": (_("补正材料已收到"), _("您申请的“%(item)s”（%(number)s）的补正材料已收到。%(due)s")),
    "accepted": (_("申请已受理"), _("您申请的“%(item)s”（%(number)s）已受理。%(due)s")),
    "refused": (_("申请不予受理"), _("您申请的“%(item)s”（%(number)s）不予受理：%(detail)s")),
    "suspended": (_("进入特别程序"), _("您申请的“%(item)s”（%(number)s）进入特别程序：%(detail)s")),
    "resumed": (_("特别程序结束"), _("您申请的“%(item)s”（%(number)s）的特别程序已结束，继续办理。%(due)s")),
    "extended": (_("办理期限延长"), _("您申请的“%(item)s”（%(number)s）经批准延长办理期限：%(detail)s")),
    "granted": (_("申请已批准"), _("您申请的“%(item)s”（%(number)s）已批准。")),
    "denied": (_("申请未获批准"), _("您申请的“%(item)s”（%(number)s）未获批准：%(detail)s")),
    "concluded": (_("办件已办结"), _("您申请的“%(item)s”（%(number)s）已办结。")),
    "delivered": (_("结果已送达"), _("您申请的“%(item)s”（%(number)s）的办理结果已送达。")),
    "withdrawn": (_("申请已撤回"), _("您已撤回“%(item)s”（%(number)s）的申请。")),
    "returned": (_("申请已退回"), _("您申请的“%(item)s”（%(number)s）已退回：%(detail)s")),
    "voided": (_("办件已作废"), _("您申请的“%(item)s”（%(number)s）已作废：%(detail)s")),
}
PAPER_OF: dict[str, DocumentKind] = {
    "submitted": DocumentKind.RECEIPT,
    "supplement": DocumentKind.SUPPLEMENT,
    "accepted": DocumentKind.ACCEPTANCE,
    "refused": DocumentKind.REFUSAL,
    "suspended": DocumentKind.SPECIAL_PROCEDURE,
    "extended": DocumentKind.EXTENSION,
    "granted": DocumentKind.DECISION,
    "denied": DocumentKind.DECISION,
    "concluded": DocumentKind.CONCLUSION,
}


def after(case: Case, what: str, *, detail: str = "", occurrence: int = 1) -> None:
    """Defer notice and document for what was just done; joins the caller's transaction."""
    from tongban.cases.tasks import follow_up

    follow_up.defer(
        case_id=str(case.id), what=what, detail=detail, occurrence=occurrence, at=clocking.now().isoformat()
    )


def tell(case: Case, what: str, detail: str, occurrence: int) -> None:
    """Send the notice to everybody who stands behind the applicant; once each."""
    title, body = WORDS[what]
    values = {
        "item": case.item_name,
        "number": case.number,
        "detail": detail,
        "due": clocking.due_sentence(case),
    }
    for recipient in identity.recipients_for_subject(case.applicant_id):
        notices.send(
            recipient,
            f"case.{what}",
            str(title),
            str(body) % values,
            link=f"/cases/{case.id}/",
            key=f"case:{case.id}:{what}:{occurrence}:{recipient.account_id}",
        )


def write(case_id: UUID, kind: DocumentKind, occurrence: int, at: str) -> None:
    """Number, render, seal and keep one document; a second run finds it done or finishes it."""
    case = Case.objects.select_related("department", "applicant", "version__item").get(pk=case_id)
    row = numbers.numbered(case, kind, occurrence, at)
    if row.file_id:
        return
    data = paper_data(case, row)
    name = f"{row.number}-{kind.label}.pdf".replace("/", "-")
    stored = documents.produce(kind.value, data, case.department_id, name)
    CaseDocument.objects.filter(pk=row.pk, file=None).update(file_id=stored.hash)
