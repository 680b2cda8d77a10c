"""One case, everything on one page."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongban.cases import service as cases
from tongban.kit.access import access, actor_of, staff
from tongban.kit.actors import Actor
from tongban.packages import service as packages


@access(staff)
@require_GET
def desk(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The case desk; opening it is logged as a read of the applicant's data."""
    actor = actor_of(request)
    view = cases.desk(actor, case_id)
    context = {
        "desk": view,
        "case": view.case,
        "claimable": {task.id for task in view.tasks if _claimable(actor, view, task)},
        "releasable": {task.id for task in view.tasks if _releasable(actor, view, task)},
        "belonging": packages.belonging(actor, case_id),
        "section": "cases",
    }
    return render(request, "workbench/desk.html", context)


def _claimable(actor: Actor, view: cases.DeskView, task: cases.TaskCard) -> bool:
    """Open work for one's own post; nothing is taken up while a special procedure runs."""
    able = actor.holds(task.role, view.case.department_id, view.case.division)
    return task.state == cases.TaskState.OPEN and view.case.state != cases.State.SUSPENDED and able


def _releasable(actor: Actor, view: cases.DeskView, task: cases.TaskCard) -> bool:
    """One's own task; anybody's for the head of the department."""
    if task.state != cases.TaskState.CLAIMED:
        return False
    chief = actor.holds("chief", view.case.department_id, view.case.division)
    return task.claimed_by_id == actor.account_id or chief
