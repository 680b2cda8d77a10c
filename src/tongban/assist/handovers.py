"""Handing a question to people: the queue, claiming, answering with sources, passing on."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from tongban.assist import duty
from tongban.assist.events import hand_over_ended
from tongban.assist.limits import HAND_OVERS, HAND_OVERS_FROM, count
from tongban.assist.models import PROVINCE, Conversation, HandOver, HandOverState
from tongban.assist.rules import Light, add_working_minutes, handover_light, masked
from tongban.assist.settings import load
from tongban.cases import service as cases
from tongban.identity import service as identity
from tongban.items import service as items
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, NotFound, invalid
from tongban.notices import service as notices
from tongban.organisations import service as organisations
from tongban.standards.calendar import default_calendar
from tongban.trace import service as trace

MAX_ANSWER = 5000
OPEN = (HandOverState.WAITING, HandOverState.CLAIMED)
_PAGE = 20


@dataclass(frozen=True, slots=True)
class Waiting:
    """A hand-over in the queue with its light."""

    row: HandOver
    light: Light
    late: bool


def session_key(session: str) -> str:
    """A session's token as it is kept: nobody can be found by it."""
    return salted_hmac("tongban.assist.session", session, algorithm="sha256").hexdigest() if session else ""


@transaction.atomic
def hand_over(
    actor: Actor,
    *,
    session: str,
    question: str = "",
    channel: str = "web",
    division: str = "",
    address: str = "",
) -> HandOver:
    """Hand the session's last question, or ``question``, to people; the talk so far goes with it, masked.

    Raises:
        Invalid: there is nothing to hand over. TooFast: too many within an hour.
    """
    talk = Conversation.objects.filter(key=session_key(session), expires_at__gt=timezone.now()).first()
    turns = talk.turns if talk else []
    words = masked(" ".join(question.replace("\x00", " ").split())) or (
        turns[-1]["question"] if turns else ""
    )
    if not words:
        raise invalid("question", "required", _("请写明您的问题"))
    if len(words) > 10_000:
        raise invalid("question", "length", _("问题请不要超过 10000 个字"))
    waiting = _same(actor, session, words)
    if waiting is not None:
        return waiting
    count(HAND_OVERS, str(actor.account_id or session))
    count(HAND_OVERS_FROM, address)
    item = _item(talk.item_code if talk else "")
    place = division or home_of(actor)
    known = item is not None and (bool(place) or not _elsewhere(item))
    chosen, now = load(), timezone.localtime(cases.now())
    row = HandOver(
        token=secrets.token_urlsafe(24),
        account_id=actor.account_id,
        session=session_key(session),
        channel=channel,
        question=words,
        transcript=turns,
        item_id=item.item_id if item else None,
        item_name=talk.item_name if talk and item else "",
        department_id=item.department_id if item and known else None,
        division=(item.division if item and known else place) or PROVINCE,
        due_at=add_working_minutes(now, chosen.answer_minutes, chosen.spans, default_calendar()),
    )
    row.save(force_insert=True)
    data = {
        "department": str(row.department_id or ""),
        "division": row.division,
        "due_at": row.due_at.isoformat(),
    }
    trace.append(actor, _chain(row), "assist.handed_over", data)
    return row


def _same(actor: Actor, session: str, words: str) -> HandOver | None:
    """The same question of the same asker that still waits: pressing twice hands over once."""
    mine = HandOver.objects.filter(state__in=OPEN, question=words)
    if actor.account_id is not None:
        return mine.filter(account_id=actor.account_id).first()
    return mine.filter(session=session_key(session)).first() if session else None


def _item(code: str) -> items.VersionDetail | None:
    try:
        return items.published(code) if code else None
    except NotFound:
        return None


def _elsewhere(item: items.VersionDetail) -> bool:
    """Whether several bodies handle the matter; then only the asker's place says whose question it is."""
    return bool(item.basic_code) and len(items.implementations(item.basic_code)) > 1


def home_of(actor: Actor) -> str:
    """Where the one acted for lives or has its seat; empty for visitors and staff."""
    if actor.kind != "resident" or actor.subject_id is None:
        return ""
    return identity.subject(actor.subject_id).division


def _chain(row: HandOver) -> str:
    return f"handover:{row.id}"


def asked_by(actor: Actor, session: str) -> list[HandOver]:
    """The asker's own hand-overs of the last days, newest first: of the account, or of the session."""
    rows = HandOver.objects.order_by("-id")
    if actor.account_id is not None and actor.kind == "resident":
        return list(rows.filter(account_id=actor.account_id)[:10])
    return list(rows.filter(session=session_key(session), account=None)[:10]) if session else []


def own_hand_over(actor: Actor, token: str) -> HandOver:
    """The hand-over of this token; one of an account is for that account only. Raises NotFound."""
    row = HandOver.objects.filter(token=token[:48]).first()
    if row is None or (row.account_id is not None and row.account_id != actor.account_id):
        raise NotFound
    return row


def queue(actor: Actor, *, state: str = "open", page: int = 1) -> "Page[HandOver]":
    """What the actor may answer or oversees, those due first."""
    if not actor.has_role(*duty.DUTY, *duty.OVERSEERS):
        raise Forbidden
    rows = HandOver.objects.filter(duty.within_reach(actor)).select_related("department").order_by("-id")
    if state == "open":
        rows = rows.filter(state__in=OPEN).order_by("due_at")
    elif state in HandOverState.values:
        rows = rows.filter(state=state).order_by("-id")
    return Paginator(rows, _PAGE).get_page(page)


def light_of(row: HandOver) -> Light:
    """The hand-over's light now."""
    return handover_light(row.due_at, timezone.now(), done=row.state not in OPEN)


def seen_hand_over(actor: Actor, hand_over_id: UUID) -> HandOver:
    """One hand-over for whoever may answer or oversees it. Raises NotFound."""
    row = HandOver.objects.select_related("department", "item").filter(pk=hand_over_id).first()
    if row is None or not _may_see(actor, row):
        raise NotFound
    return row


def _may_see(actor: Actor, row: HandOver) -> bool:
    return duty.on_duty(actor, row.department_id, row.division) or duty.oversees(actor, row.division)


def _locked(actor: Actor, hand_over_id: UUID) -> HandOver:
    row = HandOver.objects.select_for_update().filter(pk=hand_over_id).first()
    if row is None or not _may_see(actor, row):
        raise NotFound
    return row


@transaction.atomic
def claim(actor: Actor, hand_over_id: UUID) -> HandOver:
    """Take a waiting hand-over; of all who try at once one gets it, the others Conflict."""
    row = _locked(actor, hand_over_id)
    if row.state != HandOverState.WAITING:
        raise Conflict(
            _("%(name)s 已经认领") % {"name": row.claimed_name} if row.claimed_name else _("已经办完")
        )
    row.state, row.claimed_by, row.claimed_name = HandOverState.CLAIMED, actor.account_id, actor.name
    row.save(update_fields=["state", "claimed_by", "claimed_name"])
    trace.append(actor, _chain(row), "assist.claimed", {})
    return row


@transaction.atomic
def answer(actor: Actor, hand_over_id: UUID, text: str, source_codes: Sequence[str] = ()) -> HandOver:
    """Answer what one has claimed, naming the items the answer comes from; the asker is told.

    Raises:
        Conflict: somebody else holds it, or it is answered. Invalid: no words, or an unknown item.
    """
    row = _locked(actor, hand_over_id)
    if row.state != HandOverState.CLAIMED or row.claimed_by != actor.account_id:
        raise Conflict(_("请先认领；只有认领的人可以答复"))
    if not 1 <= len(text.strip()) <= MAX_ANSWER:
        raise invalid("answer", "length", _("答复请写 1 至 5000 字"))
    row.sources = [_source(code) for code in dict.fromkeys(one.strip() for one in source_codes) if code]
    row.answer, row.answered_by, row.answered_at = text.strip(), actor.name, cases.now()
    row.state = HandOverState.ANSWERED
    row.save(update_fields=["sources", "answer", "answered_by", "answered_at", "state"])
    trace.append(actor, _chain(row), "assist.answered", {"late": row.answered_at > row.due_at})
    _tell_asker(row, _("您的问题已有答复"), "answered")
    return row


def _source(code: str) -> list[str]:
    try:
        found = items.published(code)
    except NotFound:
        words = _("没有找到编码或简称为“%(code)s”的已发布事项") % {"code": code[:80]}
        raise invalid("sources", "item", words) from None
    return [f"/items/{found.slug or found.code}/", found.name]


@transaction.atomic
def pass_on(actor: Actor, hand_over_id: UUID, department_id: UUID, note: str) -> HandOver:
    """Give it to another department; the time to answer goes on."""
    row = _locked(actor, hand_over_id)
    if row.state not in OPEN:
        raise Conflict(_("已经办完"))
    if row.claimed_by not in (None, actor.account_id) and not duty.oversees(actor, row.division):
        raise Conflict(_("%(name)s 已经认领") % {"name": row.claimed_name})
    if not 1 <= len(note.strip()) <= 500:
        raise invalid("note", "required", _("请用 1 至 500 字写明转办的原因"))
    department = organisations.department(department_id)
    if department.id == row.department_id:
        raise invalid("department", "same", _("请选择另一个部门"))
    row.department_id, row.division, row.passed_note = department.id, department.division, note.strip()
    row.state, row.claimed_by, row.claimed_name = HandOverState.WAITING, None, ""
    row.save()
    trace.append(actor, _chain(row), "assist.passed_on", {"department": str(department.id)})
    return row


@transaction.atomic
def close(actor: Actor, hand_over_id: UUID, note: str) -> HandOver:
    """Close what needs no answer (nonsense, abuse, a repetition); the asker reads why."""
    row = _locked(actor, hand_over_id)
    if row.state == HandOverState.CLOSED:
        raise Conflict(_("已经关闭"))
    if row.claimed_by not in (None, actor.account_id) and not duty.oversees(actor, row.division):
        raise Conflict(_("%(name)s 已经认领") % {"name": row.claimed_name})
    if not 1 <= len(note.strip()) <= 500:
        raise invalid("note", "required", _("请用 1 至 500 字写明关闭的原因"))
    answered = row.state == HandOverState.ANSWERED
    row.state, row.closed_note = HandOverState.CLOSED, note.strip()
    row.save(update_fields=["state", "closed_note"])
    trace.append(actor, _chain(row), "assist.closed", {})
    if not answered:
        _tell_asker(row, _("您的问题已关闭"), "closed")
    return row


def _tell_asker(row: HandOver, title: str, what: str) -> None:
    if row.account_id is None:
        hand_over_ended.emit(token=row.token)
        return
    words = row.answer or row.closed_note
    digest = hashlib.sha256(words.encode()).hexdigest()[:8]
    notices.send(
        identity.recipient(row.account_id), f"assist.{what}", title, words[:300],
        link=f"/assist/answers/{row.token}/", key=f"handover:{row.id}:{what}:{digest}",
    )  # fmt: skip


@transaction.atomic
def warn_late() -> int:
    """Tell the supervisors of each hand-over that passed its time unanswered; once for each."""
    rows = HandOver.objects.select_for_update(skip_locked=True).filter(
        state__in=OPEN, due_at__lt=timezone.now(), late_told=False
    )
    told = 0
    for row in rows.order_by("due_at")[:200]:
        body = _("“%(question)s”应在 %(due)s 前答复，现在还没有。") % {
            "question": row.question[:60], "due": timezone.localtime(row.due_at).strftime("%Y-%m-%d %H:%M")
        }  # fmt: skip
        link, key = f"/work/assist/{row.id}/", f"handover-late:{row.id}"
        duty.tell_supervisors(
            row.division, "assist.late", _("转人工的问题超过答复时间"), body, link=link, key=key
        )
        row.late_told = True
        row.save(update_fields=["late_told"])
        told += 1
    return told


def fade() -> int:
    """Take the talk and the tie to a session off old hand-overs of people without an account.

    Question and answer stay: they are the department's work. Gives back how many faded.
    """
    before = timezone.now() - timedelta(days=load().keep_days)
    old = HandOver.objects.filter(account=None, created_at__lt=before).exclude(state__in=OPEN)
    return old.exclude(session="", transcript=[]).update(session="", transcript=[])
