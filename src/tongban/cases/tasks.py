"""What the worker does for cases. Every task may run twice and leaves one result."""

import time
from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

from tongban.cases import clocking, telling
from tongban.cases.models import Case
from tongban.cases.models.case import CLOCKED
from tongban.cases.states import DocumentKind, Light, State

BATCH = 500


@app.task(name="cases.follow_up", queue="cases", retry=10)
def follow_up(case_id: str, what: str, detail: str, occurrence: int, at: str) -> None:
    """Tell the applicant, then see to the signed document of this act."""
    case = Case.objects.select_related("department").get(pk=case_id)
    with clocking.at(datetime.fromisoformat(at)):  # what is still to run is counted from the act
        telling.tell(case, what, detail, occurrence)
    kind = telling.PAPER_OF.get(what)
    if kind is not None:
        write_document.configure(lock=f"paper:{case_id}").defer(
            case_id=case_id, kind=kind.value, occurrence=occurrence, at=at
        )


@app.task(name="cases.write_document", queue="documents", retry=10)
def write_document(case_id: str, kind: str, occurrence: int, at: str) -> None:
    """Make the document of (case, kind, occurrence) once."""
    telling.write(UUID(case_id), DocumentKind(kind), occurrence, at)


@app.periodic(cron="5 * * * *")
@app.task(name="cases.deem_accepted", queue="cases", queueing_lock="cases.deem_accepted")
def deem_accepted(timestamp: int) -> None:
    """Accept what nobody answered within five working days (行政许可法 §32)."""
    from tongban.cases import acceptance

    late = Case.objects.filter(state=State.SUBMITTED, accept_by__lt=clocking.today())
    for case_id in late.values_list("pk", flat=True):
        acceptance.deem_accepted(case_id)


@app.periodic(cron="15 * * * *")
@app.task(name="cases.refresh_lights", queue="cases", queueing_lock="cases.refresh_lights")
def refresh_lights(timestamp: int) -> None:
    """Bring the copies of the clock up to the day, in batches, and warn whoever holds the work."""
    last = None
    while True:
        rows = Case.objects.filter(state__in=(*CLOCKED, State.GRANTED, State.DENIED, State.CONCLUDED))
        rows = rows.order_by("pk").select_related("extension").prefetch_related("pauses")
        batch = list((rows.filter(pk__gt=last) if last else rows)[:BATCH])
        if not batch:
            return
        refresh_batch(batch)
        last = batch[-1].pk
        time.sleep(0)  # let other threads of the worker in between batches


def refresh_batch(batch: list[Case]) -> None:
    from tongban.cases import warning

    changed = []
    for case in batch:
        before = (case.due_on, case.light, case.due_provisional)
        clocking.refresh(case)
        if before != (case.due_on, case.light, case.due_provisional):
            changed.append(case)
    for case in changed:
        Case.objects.filter(pk=case.pk, state=case.state).update(
            due_on=case.due_on, light=case.light, due_provisional=case.due_provisional
        )
    for case in batch:
        if case.light in (Light.YELLOW, Light.RED) and case.warned not in (case.light, Light.RED):
            warning.warn(case)
