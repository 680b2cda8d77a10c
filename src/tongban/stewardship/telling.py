"""Notices: the department that must check, the person who asked, the data office when it is late."""

from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import override

from tongban.identity import service as identity
from tongban.kit.actors import SYSTEM
from tongban.kit.errors import NotFound
from tongban.notices import service as notices
from tongban.organisations import service as organisations
from tongban.resources import service as resources
from tongban.standards.calendar import default_calendar
from tongban.stewardship import keeping, rules
from tongban.stewardship.models import Act, Correction, CorrectionState, Discrepancy, DiscrepancyState, Entry

DESK = "/work/data-checks/"


def _stewards(department_id: UUID, division: str = "") -> list[UUID]:
    return [one.account_id for one in organisations.staff_of(department_id, "steward", division)]


def _office(division: str) -> list[UUID]:
    try:
        office = organisations.department_by_code(settings.DATA_OFFICE)
    except NotFound:
        return []
    return _stewards(office.id, division)


def _said(row: Correction) -> dict[str, str]:
    return {
        "element": resources.element(row.element).label,
        "number": row.number,
        "day": row.due_on.isoformat(),
        "department": row.department.name,
        "reason": row.reason,
    }


def asked(row: Correction, *, again: bool = False) -> None:
    """The department's stewards hear of a request, and the person who has it now."""
    for account_id in _stewards(row.department_id, row.division):
        recipient = identity.recipient(account_id)
        with override(recipient.language):
            words = _("“%(element)s”有人申请更正（%(number)s），请在 %(day)s 前核查并答复。")
            notices.send(
                recipient, "data.asked", _("有人申请更正数据"), words % _said(row),
                link=f"{DESK}correction/{row.id}/",
                key=f"data:{row.id}:asked:{row.department_id}:{account_id}",
            )  # fmt: skip
    told = PASSED_ON if again else RECEIVED
    _person(row, "data.opened", _lazy("更正申请正在核查"), told, f"opened:{row.department_id}")


RECEIVED = _lazy("您申请更正的“%(element)s”已交给%(department)s，最迟 %(day)s 答复您。")
PASSED_ON = _lazy("您申请更正的“%(element)s”已转给%(department)s，最迟 %(day)s 答复您。")
FOUND = {
    "corrected": _lazy("%(department)s已更正您的“%(element)s”。%(reason)s"),
    "right": _lazy("%(department)s核查后认为“%(element)s”登记无误：%(reason)s"),
    "wrong": _lazy("%(department)s确认“%(element)s”有误，将另行更正：%(reason)s"),
}


def answered(row: Correction) -> None:
    """The person hears what the department found."""
    _person(row, "data.answered", _lazy("更正申请有了答复"), FOUND[row.answer], "answered")


def _person(row: Correction, kind: str, title: Any, words: Any, key: str) -> None:
    recipient = identity.recipient(row.account_id)
    with override(recipient.language):
        notices.send(
            recipient, kind, str(title), str(words) % _said(row),
            link=f"/my-data/corrections/{row.id}/", key=f"data:{row.id}:{key}",
        )  # fmt: skip


def remind(today: date | None = None) -> int:
    """Each morning: requests due soon or late, to the stewards; late ones also to the data office and, once,
    to whoever asked; the count of disagreements waiting, to each department. Returns how many are late.

    Running it again on the same day tells nobody twice.
    """
    day = today or timezone.localdate()
    soon = rules.yellow_until(day, settings.CHECK_DAYS, default_calendar())
    rows = Correction.objects.filter(state=CorrectionState.OPEN, due_on__lte=soon).order_by("due_on", "id")
    late = 0
    for row in rows.select_related("department").iterator(chunk_size=500):
        with transaction.atomic():
            late += _remind(row, day)
    return late + _remind_discrepancies(day)


def _remind(row: Correction, day: date) -> bool:
    late = row.due_on < day
    people = _stewards(row.department_id, row.division) + (_office(row.division) if late else [])
    stage = "late" if late else "soon"
    for account_id in dict.fromkeys(people):
        recipient = identity.recipient(account_id)
        with override(recipient.language):
            title = _("更正申请已经逾期") if late else _("更正申请快到期了")
            body = _("%(department)s：“%(element)s”的更正申请 %(number)s 应在 %(day)s 前答复。") % _said(row)
            notices.send(
                recipient, f"data.{stage}", title, body, link=f"{DESK}correction/{row.id}/",
                key=f"data:{row.id}:{stage}:{row.department_id}:{account_id}",
            )  # fmt: skip
    if late and not _told_late(row):
        keeping.note(SYSTEM, row, Act.LATE)
        words = _lazy("您申请更正的“%(element)s”应在 %(day)s 前答复，已经逾期，我们已催办%(department)s。")
        _person(row, "data.late", _lazy("更正申请逾期了"), words, "late")
    return late


def _told_late(row: Correction) -> bool:
    return Entry.objects.filter(check_id=row.id, act=Act.LATE).exists()


def _remind_discrepancies(day: date) -> int:
    waiting = Discrepancy.objects.filter(state=DiscrepancyState.OPEN)
    late = Counter(waiting.filter(due_on__lt=day).values_list("department_id", flat=True))
    total = Counter(waiting.values_list("department_id", flat=True))
    for department_id, number in total.items():
        if not late[department_id]:
            continue
        numbers = {"n": number, "late": late[department_id]}
        for account_id in _stewards(department_id):
            recipient = identity.recipient(account_id)
            with override(recipient.language):
                words = _("有 %(n)s 处与数源部门不一致等您的部门核查，其中 %(late)s 处已经逾期。") % numbers
                notices.send(
                    recipient, "data.discrepancies", _("有数据等待核查"), words,
                    link=f"{DESK}?kind=discrepancy", key=f"data:discrepancies:{day}:{account_id}",
                )  # fmt: skip
    return sum(late.values())
