"""Acts on a case: one page each, shown from the desk, done by the cases room."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tongban.cases import service as cases
from tongban.kit.access import access, actor_of, staff
from tongban.kit.actors import Actor
from tongban.kit.errors import DomainError, Forbidden, Invalid, NotFound
from tongban.workbench import forms

# Where the room's name of a field is not the form's (``fields`` is taken by Django's forms).
FIELD_OF = {"fields": "fields_asked", "materials": "materials_asked"}
Doer = Callable[[Actor, cases.DeskView, dict[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that may be done: what it is called, what it asks, and who does it."""

    title: str | Promise
    form: type[forms.ActForm]
    do: Doer
    warning: bool = False  # cannot be taken back


def _step(actor: Actor, desk: cases.DeskView, data: dict[str, Any]) -> object:
    if desk.my_task is None:
        raise Forbidden(_("请先认领这项任务"))
    return cases.complete_step(actor, desk.my_task.id, data["outcome"], data["opinion"])


ACTS: dict[str, Act] = {
    "accept": Act(
        gettext_lazy("受理"), forms.AcceptForm, lambda a, d, x: cases.accept(a, d.case.id, note=x["note"])
    ),
    "refuse_acceptance": Act(
        gettext_lazy("不予受理"),
        forms.RefuseForm,
        lambda a, d, x: cases.refuse_acceptance(a, d.case.id, x["reasons"]),
        warning=True,
    ),
    "ask_supplement": Act(
        gettext_lazy("要求补正"),
        forms.SupplementForm,
        lambda a, d, x: cases.ask_supplement(
            a, d.case.id, x["message"], x["fields_asked"], x["materials_asked"]
        ),
    ),
    "complete_step": Act(gettext_lazy("完成审查"), forms.StepForm, _step),
    "suspend": Act(
        gettext_lazy("启动特别程序"),
        forms.SuspendForm,
        lambda a, d, x: cases.suspend(a, d.case.id, x["kind"], x["reason"], x["days"]),
    ),
    "resume": Act(
        gettext_lazy("结束特别程序"),
        forms.ResumeForm,
        lambda a, d, x: cases.resume(a, d.case.id, outcome=x["outcome"]),
    ),
    "extend": Act(
        gettext_lazy("批准延期"),
        forms.ExtendForm,
        lambda a, d, x: cases.extend(a, d.case.id, x["days"], x["reason"]),
    ),
    "decide": Act(
        gettext_lazy("作出决定"),
        forms.DecideForm,
        lambda a, d, x: cases.decide(a, d.case.id, x["granted"] == "yes", x["reasons"]),
        warning=True,
    ),
    "conclude": Act(gettext_lazy("办结"), forms.PlainForm, lambda a, d, _x: cases.conclude(a, d.case.id)),
    "mark_delivered": Act(
        gettext_lazy("登记送达"), forms.PlainForm, lambda a, d, _x: cases.mark_delivered(a, d.case.id)
    ),
    "return_to_applicant": Act(
        gettext_lazy("退件"),
        forms.ReasonForm,
        lambda a, d, x: cases.return_to_applicant(a, d.case.id, x["reason"]),
        warning=True,
    ),
    "void": Act(
        gettext_lazy("作废"),
        forms.ReasonForm,
        lambda a, d, x: cases.void(a, d.case.id, x["reason"]),
        warning=True,
    ),
}


@access(staff)
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, case_id: UUID, name: str) -> HttpResponse:
    """Show what the act asks, or do it. Whether this person may is the cases room's word."""
    chosen = ACTS.get(name)
    if chosen is None:
        raise NotFound
    actor = actor_of(request)
    desk = cases.desk(actor, case_id)
    if not desk.may(name):
        messages.warning(request, _("现在不能进行“%(act)s”") % {"act": chosen.title})
        return redirect("workbench:desk", case_id=case_id)
    form = chosen.form(request.POST if request.method == "POST" else None, desk=desk)
    status = 200
    if request.method == "POST" and form.is_valid() and _done(request, chosen, desk, form):
        return redirect("workbench:desk", case_id=case_id)
    if request.method == "POST":
        status = 422
    context = {"desk": desk, "case": desk.case, "act": chosen, "name": name, "form": form, "section": "cases"}
    return render(request, "workbench/act.html", context, status=status)


def _done(request: HttpRequest, chosen: Act, desk: cases.DeskView, form: forms.ActForm) -> bool:
    """Do it; put what the room objects to beside the fields it names."""
    try:
        chosen.do(actor_of(request), desk, form.cleaned_data)
    except (Forbidden, NotFound):
        raise
    except DomainError as error:
        problems = error.problems if isinstance(error, Invalid) else ()
        for problem in problems:
            name = FIELD_OF.get(problem.field, problem.field)
            form.add_error(name if name in form.fields else None, str(problem.message))
        if not problems:
            form.add_error(None, str(error.message))
        return False
    messages.success(request, _("已完成：%(act)s") % {"act": chosen.title})
    return True
