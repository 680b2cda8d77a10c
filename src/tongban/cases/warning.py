"""Warnings 预警: who holds the work is told before the clock runs out, and once more when it has."""

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.cases import clocking
from tongban.cases.models import Case, Task
from tongban.cases.models.tasks import LIVE
from tongban.cases.states import Light
from tongban.identity import service as identity
from tongban.kit.actors import SYSTEM
from tongban.notices import service as notices
from tongban.organisations import service as organisations
from tongban.trace import service as trace


@transaction.atomic
def warn(case: Case) -> None:
    """Tell the holder of the live task, or everybody whose role could take it; once for each light."""
    locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if locked.warned in (case.light, Light.RED):
        return
    title = _("办件已超期") if case.light == Light.RED else _("办件即将到期")
    body = f"{case.item_name}（{case.number}）{clocking.due_sentence(case)}"
    told = set()
    for task in Task.objects.filter(case=case, state__in=LIVE):
        if task.claimed_by_id:
            told.add(task.claimed_by_id)
            continue
        staff = organisations.staff_of(task.department_id, task.role, task.division)
        told.update(s.account_id for s in staff)
    for account_id in sorted(told):
        key = f"case:{case.id}:warn:{case.light}:{account_id}"
        link = f"/work/cases/{case.id}/"
        notices.send(identity.recipient(account_id), "case.warning", title, body, link=link, key=key)
    locked.warned = case.light
    locked.save(update_fields=["warned"])
    trace.append(SYSTEM, case.id, "case.warned", {"light": case.light, "told": len(told)})
