"""What the worker does for packages. Every task may run twice and leaves one result."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from tongban.cases import service as cases
from tongban.documents import service as documents
from tongban.kit.actors import SYSTEM
from tongban.licences import service as licences
from tongban.packages import progress
from tongban.packages.models import Filing


@app.task(name="packages.write_result", queue="documents", retry=10)
def write_result(filing_id: str) -> None:
    """One signed notice with the outcome of every member and every licence."""
    rows_of = Filing.objects.select_related("version__package__department", "applicant")
    filing = rows_of.get(pk=UUID(filing_id))
    if filing.result_id or filing.done_at is None:
        return
    rows = list(filing.parts.select_related("case"))
    lines, good = [], 0
    for part in rows:
        good += progress.standing(part) == "good"
        label = cases.State(part.case.state).label if part.case and part.case.number else _("未办理")
        given = licences.of_case(SYSTEM, part.case.id) if part.case else []
        papers = "、".join(f"{one.type.name} {one.number}" for one in given)
        lines.append(f"{part.name}：{label}" + (f"（{papers}）" if papers else ""))
    department = filing.version.package.department
    data = {
        "department": department.name,
        "number": f"一件事〔{filing.done_at.year}〕{(filing.number or '')[-10:]}号",
        "date": timezone.localdate(filing.done_at),
        "recipient": filing.applicant.name,
        "item": filing.name,
        "case_number": filing.number or "",
        "concluded_on": timezone.localdate(filing.done_at),
        "outcome": f"共 {len(rows)} 件，办成 {good} 件",
        "results": lines,
    }
    name = f"{filing.name}-{filing.number}.pdf"
    stored = documents.produce("conclusion", data, department.id, name)
    Filing.objects.filter(pk=filing.pk, result=None).update(result_id=stored.hash)
