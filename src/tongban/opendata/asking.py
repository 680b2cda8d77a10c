"""Members of the public ask for data; the department answers in public."""

import secrets
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.identity import service as identity
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound
from tongban.notices import service as notices
from tongban.opendata import rights
from tongban.opendata.models import Dataset, DatasetState, Follow, PublicRequest, RequestState
from tongban.organisations import service as organisations
from tongban.standards.calendar import default_calendar
from tongban.standards.clock import ClockView, Limit, clock
from tongban.trace import service as trace

PAGE = 20
ASKING = identity.Limit("opendata-ask", 5, 24 * 3600)


def _chain(request_id: UUID) -> str:
    return f"opendata-request:{request_id}"


@transaction.atomic
def ask(
    actor: Actor, *, title: str, text: str, purpose: str, department_id: UUID | None, key: str
) -> PublicRequest:
    """Ask for data; the same ``key`` again gives back the same request.

    Raises:
        Forbidden: nobody is signed in. Invalid: naming each field. TooMany: more than five a day.
    """
    if actor.account_id is None:
        raise Forbidden(_("请先登录"))
    if known := PublicRequest.objects.filter(key=key, asker_id=actor.account_id).first():
        return known
    problems = []
    if not 4 <= len(title.strip()) <= 100:
        problems.append(FieldProblem("title", "length", _("标题请写 4 至 100 字")))
    if not 10 <= len(text.strip()) <= 2000:
        problems.append(FieldProblem("text", "length", _("请用 10 至 2000 字写明需要什么数据")))
    if len(purpose.strip()) > 500:
        problems.append(FieldProblem("purpose", "length", _("请不要超过 500 字")))
    if department_id is None:
        problems.append(FieldProblem("department", "required", _("请选择一个部门")))
    if problems or department_id is None:
        raise Invalid(*problems)
    department = organisations.department(department_id)
    identity.count_attempt(ASKING, str(actor.account_id))
    today = timezone.localdate()
    row = PublicRequest(
        number=f"SJ{today:%Y%m%d}{secrets.randbelow(10**8):08d}", asker_id=actor.account_id,
        title=title.strip(), text=text.strip(), purpose=purpose.strip(), department=department, key=key,
        due_on=default_calendar().add_working_days(today, settings.OPENDATA_ANSWER_DAYS),
    )  # fmt: skip
    row.save(force_insert=True)
    Follow.objects.create(request=row, account_id=actor.account_id)
    trace.append(actor, _chain(row.id), "opendata.asked", {"number": row.number}, about=row.title)
    return row


def clock_of(row: PublicRequest) -> ClockView:
    """The clock of a request; working days from the day after it came in."""
    asked = timezone.localtime(row.created_at).date()
    answered = row.answered_at and timezone.localtime(row.answered_at).date()
    return clock(
        asked, Limit(settings.OPENDATA_ANSWER_DAYS), (), 0, answered, timezone.localdate(), default_calendar()
    )


def public_requests(*, state: str = "", words: str = "", page: int = 1) -> "Page[Any]":
    """Answered requests, the latest first. What is not answered yet is not public."""
    rows = PublicRequest.objects.exclude(state=RequestState.OPEN).select_related("department", "dataset")
    if state:
        rows = rows.filter(state=state)
    for word in words.replace("\x00", " ").split()[:10]:
        rows = rows.filter(Q(title__icontains=word) | Q(text__icontains=word) | Q(answer__icontains=word))
    rows = rows.annotate(followers=Count("follows")).order_by("-answered_at", "-id")
    return Paginator(rows, PAGE).get_page(page)


def own_requests(actor: Actor) -> list[PublicRequest]:
    """What the actor asked for, the latest first."""
    if actor.account_id is None:
        return []
    rows = PublicRequest.objects.filter(asker_id=actor.account_id).select_related("department", "dataset")
    return list(rows[:50])


def seen_request(actor: Actor, number: str) -> PublicRequest:
    """A request for the public once answered, before that for its asker and the department's staff."""
    row = (
        PublicRequest.objects.select_related("department", "dataset")
        .filter(number=number)
        .annotate(followers=Count("follows"))
        .first()
    )
    own = row is not None and actor.account_id is not None and row.asker_id == actor.account_id
    if row is None or not (row.state != RequestState.OPEN or own or rights.may_review(actor, row.department)):
        raise NotFound(_("没有这个数据需求，或者它还没有公开"))
    return row


def follows(actor: Actor, row: PublicRequest) -> bool:
    """Whether the actor follows a request."""
    return actor.account_id is not None and row.follows.filter(account_id=actor.account_id).exists()


@transaction.atomic
def follow(actor: Actor, number: str, *, on: bool) -> None:
    """Hear of a request's answer, or no longer. Raises Forbidden, NotFound."""
    if actor.account_id is None:
        raise Forbidden(_("请先登录"))
    row = seen_request(actor, number)
    if on:
        Follow.objects.get_or_create(request=row, account_id=actor.account_id)
    else:
        row.follows.filter(account_id=actor.account_id).delete()


def request_queue(actor: Actor, *, state: str = "", page: int = 1) -> "Page[PublicRequest]":
    """Requests the actor's posts may answer; open ones first, by due day. Raises Forbidden."""
    if not actor.has_role(*rights.REVIEWERS):
        raise Forbidden
    reach = Q()
    for post in actor.posts:
        if post.role in rights.REVIEWERS:
            reach |= Q(department_id=post.department_id) | Q(department__division__startswith=post.division)
    rows = PublicRequest.objects.filter(reach).select_related("department", "dataset")
    rows = rows.filter(state=state or RequestState.OPEN)
    return Paginator(rows.order_by("due_on" if not state else "-answered_at", "id"), PAGE).get_page(page)


@transaction.atomic
def answer(
    actor: Actor, request_id: UUID, *, outcome: str, text: str, dataset_code: str = ""
) -> PublicRequest:
    """Answer a request in public; whoever follows it is told.

    Raises:
        Forbidden, NotFound. Conflict: answered already. Invalid: naming each field.
    """
    row = PublicRequest.objects.select_for_update().filter(pk=request_id).first()
    if row is None:
        raise NotFound(_("没有这个数据需求，或者它还没有公开"))
    rights.need_maker(actor, row.department)
    if row.state not in (RequestState.OPEN, RequestState.PLANNED):
        raise Conflict(_("已经答复过了"), code="answered")
    problems = []
    if outcome not in (RequestState.PROVIDED, RequestState.PLANNED, RequestState.REFUSED):
        problems.append(FieldProblem("outcome", "choice", _("请选择答复结果")))
    if not 5 <= len(text.strip()) <= 2000:
        problems.append(FieldProblem("text", "length", _("答复请写 5 至 2000 字")))
    dataset = Dataset.objects.filter(code=dataset_code, state=DatasetState.PUBLISHED).first()
    if outcome == RequestState.PROVIDED and dataset is None:
        problems.append(FieldProblem("dataset", "required", _("请填写已发布的数据集代码")))
    if problems:
        raise Invalid(*problems)
    row.state, row.answer, row.dataset = RequestState(outcome), text.strip(), dataset
    row.answered_by_id, row.answered_at = actor.account_id, timezone.now()
    row.save()
    trace.append(actor, _chain(row.id), "opendata.answered", {"outcome": outcome}, about=row.title)
    _tell(row)
    return row


def _tell(row: PublicRequest) -> None:
    for account_id in row.follows.values_list("account_id", flat=True):
        notices.send(
            identity.recipient(account_id), "opendata.answered", _("数据需求有了答复"),
            _("“%(title)s”：%(state)s") % {"title": row.title, "state": row.get_state_display()},
            link=f"/open/requests/{row.number}/", key=f"opendata:{row.id}:{row.state}:{account_id}",
        )  # fmt: skip
