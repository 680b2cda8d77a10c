"""What the worker does for the room, by the task functions themselves; running twice does nothing twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tongban.assist import service as assist
from tongban.assist import tasks
from tongban.assist.models import Conversation, HandOver, Ticket
from tongban.conftest import Person
from tongban.kit.actors import ANONYMOUS
from tongban.notices import service as notices

pytestmark = pytest.mark.django_db


def test_sweeping_forgets_talk_fades_old_questions_and_ends_answered_tickets(
    handed: assist.HandOver, resident: Person
) -> None:
    given = assist.TicketIn("consult", "摆摊要不要备案", "想在小区门口卖早点，要不要备案？")
    ticket = assist.open_ticket(resident.actor, given)
    long_ago = timezone.now() - timedelta(days=100)
    Ticket.objects.update(state="answered", answered_on=long_ago.date(), accepted_on=long_ago.date())
    HandOver.objects.update(state="closed", created_at=long_ago)
    Conversation.objects.update(expires_at=long_ago)
    for _run in range(2):
        tasks.sweep(0)
        handed.refresh_from_db()
        ticket.refresh_from_db()
        assert not Conversation.objects.exists()
        assert (handed.session, handed.transcript) == ("", [])
        assert ticket.state == "closed"
        assert ticket.entries.filter(act="ended").count() == 1


def test_what_is_fresh_is_left_alone(handed: assist.HandOver) -> None:
    tasks.sweep(0)
    handed.refresh_from_db()
    assert handed.transcript
    assert assist.turns_of("s1")
    assert assist.own_hand_over(ANONYMOUS, handed.token).state == "waiting"


def test_lateness_is_told_once(handed: assist.HandOver, staffed: object) -> None:
    boss = staffed("supervisor")  # type: ignore[operator]
    HandOver.objects.update(due_at=timezone.now() - timedelta(minutes=1), division="3501")
    for _run in range(2):
        tasks.warn_late(0)
        assert notices.inbox(boss.account.id).total == 1
