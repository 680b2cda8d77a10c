"""The law's clock on a case: the pure function of ``standards.clock`` fed from rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.cases.models import Case
from tongban.cases.rules import law_maximum_extension
from tongban.cases.states import Light, State
from tongban.items.service import VersionDetail, version
from tongban.standards.calendar import WorkCalendar, default_calendar
from tongban.standards.clock import ClockView, Interval, Limit, acceptance_deadline, clock, delivery_deadline

_moment: ContextVar[datetime | None] = ContextVar("cases_moment", default=None)


def now() -> datetime:
    """The moment an act happens: the wall clock, unless :func:`at` says otherwise."""
    return _moment.get() or timezone.now()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Do acts as of ``moment`` (aware): demo data and tests live through past cases lawfully."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)


def today() -> date:
    """Today in the country's time zone."""
    return local_date(now())


def local_date(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def calendar() -> WorkCalendar:
    return default_calendar()


def limit_of(detail: VersionDetail) -> Limit:
    """The limits of an item version; the law's 20 days where the item names none (§42)."""
    statutory = detail.statutory_days if detail.statutory_days is not None else 20
    return Limit(statutory, detail.promised_days, law_maximum_extension(detail.extension_days))


def clock_of(case: Case, detail: VersionDetail | None = None) -> ClockView | None:
    """How the clock from acceptance to decision stands; None before acceptance."""
    if case.accepted_at is None:
        return None
    detail = detail or version(case.version_id)
    pauses = [
        Interval(local_date(p.started_at), local_date(p.ended_at) if p.ended_at else None, p.kind)
        for p in case.pauses.all()
    ]
    extension = getattr(case, "extension", None)
    return clock(
        accepted_at=local_date(case.accepted_at),
        limit=limit_of(detail),
        pauses=pauses,
        extension_days=extension.days if extension else 0,
        decided_on=local_date(case.decided_at) if case.decided_at else None,
        today=today(),
        calendar=calendar(),
    )


def add_days(start: date, days: int) -> date:
    """``days`` working days after ``start``."""
    return calendar().add_working_days(start, days)


def accept_by(received: datetime) -> date:
    return acceptance_deadline(local_date(received), calendar())


def deliver_by(decided: datetime) -> date:
    return delivery_deadline(local_date(decided), calendar())


def deadline(case: Case) -> date | None:
    """The deadline that runs now: acceptance, then decision, then delivery."""
    if case.state == State.SUBMITTED:
        return case.accept_by
    if case.state in (State.ACCEPTED, State.UNDER_REVIEW):
        return case.due_on
    if case.state in (State.GRANTED, State.DENIED, State.CONCLUDED):
        return case.deliver_by
    return None


def days_left(due: date | None) -> int | None:
    """Working days from today to ``due``; negative when it has passed."""
    if due is None:
        return None
    here = today()
    if due >= here:
        return calendar().working_days_between(here, due)
    return -calendar().working_days_between(due, here)


def light_of(due: date | None, total: int | None) -> Light:
    """Red when passed; yellow with one day or a fifth of the limit left (thresholds: STANDARDS, open)."""
    left = days_left(due)
    if left is None:
        return Light.NONE
    if left < 0:
        return Light.RED
    return Light.YELLOW if left <= max(1, (total or 0) * 0.2) else Light.GREEN


def refresh(case: Case, detail: VersionDetail | None = None) -> list[str]:
    """Recompute the copies that lists show; returns the names of the columns set (not saved here)."""
    view = clock_of(case, detail)
    if view is not None:
        case.due_on, case.due_provisional = view.due_on, view.provisional
    running = deadline(case)
    if case.state in (State.ACCEPTED, State.UNDER_REVIEW) and view is not None:
        case.light = Light(view.light)
    else:
        case.light = light_of(running, 5 if case.state == State.SUBMITTED else 10)
    return ["due_on", "due_provisional", "light"]


def due_sentence(case: Case) -> str:
    """The clock as a sentence, such as “最迟 3 月 12 日办结，还剩 4 个工作日”; empty when none runs."""
    if case.state == State.SUPPLEMENT_ASKED:
        return _("等待您补正材料，补正期间不计入办理时限")
    if case.state == State.SUSPENDED:
        return _("正在进行特别程序，办理时限暂停计算")
    due = deadline(case)
    left = days_left(due)
    if due is None or left is None:
        return ""
    word = {State.SUBMITTED: _("答复是否受理"), State.GRANTED: _("送达"), State.DENIED: _("送达")}.get(
        State(case.state), _("送达") if case.state == State.CONCLUDED else _("办结")
    )
    values = {"month": due.month, "day": due.day, "what": word, "left": abs(left)}
    if left < 0:
        return _("应于 %(month)d 月 %(day)d 日前%(what)s，已超期 %(left)d 个工作日") % values
    if left == 0:
        return _("最迟今天%(what)s") % values
    return _("最迟 %(month)d 月 %(day)d 日%(what)s，还剩 %(left)d 个工作日") % values
