"""Notices: once per key, by preference, retried, replayed; the inbox."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.db import transaction
from django.utils import timezone

from tongban.conftest import Person
from tongban.identity import service as identity
from tongban.kit.actors import ANONYMOUS
from tongban.kit.errors import Forbidden, NotFound
from tongban.notices import delivery, service
from tongban.notices.cli import commands
from tongban.notices.models import Delivery, Notice, SandboxMessage
from tongban.notices.sandbox import store

pytestmark = pytest.mark.django_db
Jobs = Callable[[], list[str]]


def tell(person: Person, key: str = "case:1:accepted") -> Notice:
    person.account.email = "lin@example.org"
    person.account.save()
    to = identity.recipient(person.account.id)
    return service.send(to, "cases.accepted", "已受理", "您的申请已受理。", link="/cases/1/", key=key)


def test_a_notice_reaches_inbox_phone_and_mailbox_once(resident: Person, run_jobs: Jobs) -> None:
    first = tell(resident)
    assert tell(resident).id == first.id
    run_jobs()
    assert {(m.channel, m.target) for m in SandboxMessage.objects.all()} == {
        ("sms", resident.account.phone), ("mail", "lin@example.org")
    }  # fmt: skip
    assert all(d.state == "sent" and d.provider_id for d in Delivery.objects.all())
    page = service.inbox(resident.account.id)
    assert [n.title for n in page.rows] == ["已受理"]
    assert (page.total, page.unread) == (1, 1)


def test_a_rollback_sends_nothing(resident: Person, run_jobs: Jobs) -> None:
    def fail() -> None:
        with transaction.atomic():
            tell(resident)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert run_jobs() == []
    assert not Notice.objects.exists()


def test_preferences_choose_the_channels(resident: Person, other_resident: Person) -> None:
    service.set_preferences(resident.actor, service.Preferences(sms=False, mail=True))
    tell(resident)
    tell(other_resident, key="other")
    own = Delivery.objects.filter(notice__account=resident.account).values_list("channel", flat=True)
    assert list(own) == ["mail"]
    assert Delivery.objects.filter(notice__account=other_resident.account).count() == 2
    with pytest.raises(Forbidden):
        service.set_preferences(ANONYMOUS, service.Preferences())


def test_a_notice_is_read_by_its_owner_only(resident: Person, other_resident: Person) -> None:
    notice = tell(resident)
    with pytest.raises(NotFound):
        service.mark_read(other_resident.actor, notice.id)
    with pytest.raises(NotFound):
        service.mark_read(ANONYMOUS, notice.id)
    assert service.mark_read(resident.actor, notice.id).read_at
    assert service.unread_count(resident.account.id) == 0
    tell(resident, key="2")
    assert service.mark_all_read(resident.actor) == 1


def test_a_gateway_that_is_down_is_tried_again_and_given_up_in_the_end(resident: Person) -> None:
    store.set_fault("sms", "down")
    tell(resident)
    row = Delivery.objects.get(channel="sms")
    for n in range(1, delivery.MAX_ATTEMPTS):
        with pytest.raises(delivery.TryAgain):
            delivery.attempt(row.id)
        row.refresh_from_db()
        assert (row.state, row.attempts) == ("waiting", n)
        assert "503" in row.last_problem
    delivery.attempt(row.id)
    row.refresh_from_db()
    assert row.state == "failed"
    assert row in service.failed_deliveries()


def test_a_lost_answer_does_not_double_the_message(resident: Person) -> None:
    tell(resident)
    for channel in ("sms", "mail"):
        store.set_fault(channel, "lost_answer")
        row = Delivery.objects.get(channel=channel)
        with pytest.raises(delivery.TryAgain):
            delivery.attempt(row.id)
        store.set_fault(channel, "")
        delivery.attempt(row.id)
        row.refresh_from_db()
        assert row.state == "sent"
        assert SandboxMessage.objects.filter(channel=channel).count() == 1
        delivery.attempt(row.id)
    assert SandboxMessage.objects.count() == 2


@pytest.mark.parametrize("channel", ["sms", "mail"])
def test_a_refusal_is_final_until_replayed(resident: Person, run_jobs: Jobs, channel: str) -> None:
    store.set_fault(channel, "refuse")
    tell(resident)
    run_jobs()
    row = Delivery.objects.get(channel=channel)
    assert row.state == "failed"
    assert "Refused" in row.last_problem
    store.set_fault(channel, "")
    Delivery.objects.update(created_at=timezone.now() - timedelta(hours=1))
    answer = CliRunner().invoke(commands, ["replay", "--json"])
    assert json.loads(answer.output) == {"queued": 1}
    run_jobs()
    row.refresh_from_db()
    assert row.state == "sent"


def test_failures_are_listed_for_operators(resident: Person, run_jobs: Jobs) -> None:
    store.set_fault("sms", "refuse")
    tell(resident)
    run_jobs()
    listed = json.loads(CliRunner().invoke(commands, ["failed", "--json"]).output)
    assert [(r["channel"], r["state"]) for r in listed] == [("sms", "failed")]


def test_an_old_code_is_not_sent_any_more(resident: Person, run_jobs: Jobs) -> None:
    to = identity.recipient(resident.account.id)
    service.send_code(to, "123456", "登录", expires_at=timezone.now() - timedelta(seconds=1))
    run_jobs()
    row = Delivery.objects.get()
    assert (row.state, row.sealed) == ("failed", "")
    assert not SandboxMessage.objects.exists()


def test_a_code_speaks_the_readers_language(resident: Person, run_jobs: Jobs) -> None:
    to = identity.recipient(resident.account.id)
    service.send_code(to, "654321", "登录", expires_at=timezone.now() + timedelta(minutes=5))
    run_jobs()
    assert "654321" in SandboxMessage.objects.get().text
