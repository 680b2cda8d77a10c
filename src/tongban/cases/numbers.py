"""Numbers people read: of cases (a sequence, gaps allowed) and of documents (counters, no gaps)."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tongban.cases.models import Case, CaseDocument, DocumentCounter
from tongban.cases.states import DocumentKind
from tongban.kit.kept import execute

# 字 of each series of official letters.
WORD = {
    DocumentKind.SUPPLEMENT: "补",
    DocumentKind.ACCEPTANCE: "受",
    DocumentKind.REFUSAL: "不受",
    DocumentKind.SPECIAL_PROCEDURE: "特",
    DocumentKind.EXTENSION: "延",
    DocumentKind.DECISION: "决",
    DocumentKind.CONCLUSION: "结",
}


def case_number(division: str, moment: datetime) -> str:
    """办件编号: division 6, date 8, serial 7 or more, all digits: it can be read out on the phone."""
    (serial,) = execute("SELECT nextval('cases_number')").fetchone() or (0,)
    return f"{division[:6]:0<6}{timezone.localtime(moment):%Y%m%d}{serial:07d}"


def next_in(series: str) -> int:
    """The next number of a series; call in a transaction (a rollback gives it back)."""
    DocumentCounter.objects.get_or_create(series=series)
    DocumentCounter.objects.filter(pk=series).update(last=F("last") + 1)
    return DocumentCounter.objects.values_list("last", flat=True).get(pk=series)


@transaction.atomic
def numbered(case: Case, kind: DocumentKind, occurrence: int, at: str) -> CaseDocument:
    """The document's row with its number, made at most once for (case, kind, occurrence)."""
    Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    found = CaseDocument.objects.filter(case=case, kind=kind, occurrence=occurrence).first()
    if found is not None:
        return found
    dated = datetime.fromisoformat(at)
    number = f"{case.number}-R"
    if kind in WORD:
        year = timezone.localtime(dated).year
        serial = next_in(f"{case.department_id}:{kind}:{year}")
        number = f"{case.department.short_name or case.department.name}{WORD[kind]}〔{year}〕{serial}号"
    return CaseDocument.objects.create(
        case=case, kind=kind, occurrence=occurrence, number=number, dated=dated
    )
