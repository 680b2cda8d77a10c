"""What each document says, from the rows of the case: the data its template takes."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tongban.cases import clocking
from tongban.cases.models import Case, CaseDocument
from tongban.cases.states import DocumentKind, Means, SpecialProcedure
from tongban.items.service import VersionDetail, version
from tongban.kit.actors import SYSTEM
from tongban.licences import service as licences


def paper_data(case: Case, row: CaseDocument) -> dict[str, Any]:
    """The fields of the template ``row.kind``; see ``documents`` for what each means."""
    detail = version(case.version_id)
    letter: dict[str, Any] = {
        "department": case.department.name,
        "number": row.number,
        "date": clocking.local_date(row.dated),
        "recipient": case.applicant_name,
        "item": case.item_name,
        "case_number": case.number,
        "contact": detail.enquiry,
    }
    return letter | _OWN[DocumentKind(row.kind)](case, detail, row)


def _day(moment: Any) -> date:
    return clocking.local_date(moment)


def _names(case: Case, detail: VersionDetail) -> dict[str, str]:
    return {m.key: m.name for m in detail.materials}


def _receipt(case: Case, detail: VersionDetail, row: CaseDocument) -> dict[str, Any]:
    names = _names(case, detail)
    lines = [
        {"name": names.get(m.key, m.name), "means": str(Means(m.means).label)}
        for m in case.materials.filter(created_at__lte=case.submitted_at or row.dated)
    ]
    return {"received_at": case.submitted_at, "materials": lines}


def _supplement(case: Case, detail: VersionDetail, row: CaseDocument) -> dict[str, Any]:
    asked, names = case.supplement, _names(case, detail)
    props = detail.schema.get("properties", {})
    missing = [
        {"name": str(props.get(f, {}).get("title", f)), "problem": _("请更正或补充填写")}
        for f in asked.fields
    ]
    missing += [{"name": names.get(m, m), "problem": _("请补交或重新提交")} for m in asked.materials]
    return {"received_on": _day(case.submitted_at), "missing": missing, "message": asked.message}


def _acceptance(case: Case, detail: VersionDetail, row: CaseDocument) -> dict[str, Any]:
    # What was promised on the day of acceptance: later pauses and extensions have their own letters.
    limit = clocking.limit_of(detail)
    total = limit.binding_days
    accepted = _day(case.accepted_at)
    due = clocking.add_days(accepted, total)
    return {
        "accepted_on": accepted,
        "days_total": total,
        "due_on": due,
        "provisional": clocking.calendar().provisional(due),
    }


def _basis(detail: VersionDetail) -> list[dict[str, str]]:
    return [{"law": b.law.strip("《》"), "article": b.article} for b in detail.legal_basis]


def _refusal(case: Case, detail: VersionDetail, row: CaseDocument) -> dict[str, Any]:
    return {"received_on": _day(case.submitted_at), "reasons": [case.end_reason], "basis": _basis(detail)}


def _special(case: Case, detail: VersionDetail, row: CaseDocument) -> dict[str, Any]:
    pause = list(case.pauses.all())[row.occurrence - 1]
    named = {p.kind: p.name for p in detail.special_procedures}
    known = dict(SpecialProcedure.choices)
    starts = _day(pause.started_at)
    return {
        "kind": named.get(pause.kind) or str(known.get(pause.kind, pause.kind)),
        "reason": pause.reason,
        "starts_on": starts,
        "days": pause.days,
        "ends_on": clocking.add_days(starts, pause.days),
    }


def _extension(case: Case, detail: VersionDetail, row: CaseDocument) -> dict[str, Any]:
    return {"reason": case.extension.reason, "days": case.extension.days, "due_on": case.due_on}


def _decision(case: Case, detail: VersionDetail, row: CaseDocument) -> dict[str, Any]:
    decision = case.decision
    data: dict[str, Any] = {
        "granted": decision.granted,
        "accepted_on": _day(case.accepted_at),
        "reasons": [decision.reasons] if decision.reasons else [],
        "basis": _basis(detail),
    }
    if decision.granted and (issued := licences.of_case(SYSTEM, case.id)):
        data |= {"licence_name": issued[0].type.name, "licence_number": issued[0].number}
    return data


def _conclusion(case: Case, detail: VersionDetail, row: CaseDocument) -> dict[str, Any]:
    decision = case.decision
    outcome = _("准予") if decision.granted else _("不予许可")
    results = [o.name for o in detail.outcomes] if decision.granted else []
    return {"concluded_on": _day(case.concluded_at), "outcome": outcome, "results": results}


_OWN = {
    DocumentKind.RECEIPT: _receipt,
    DocumentKind.SUPPLEMENT: _supplement,
    DocumentKind.ACCEPTANCE: _acceptance,
    DocumentKind.REFUSAL: _refusal,
    DocumentKind.SPECIAL_PROCEDURE: _special,
    DocumentKind.EXTENSION: _extension,
    DocumentKind.DECISION: _decision,
    DocumentKind.CONCLUSION: _conclusion,
}
