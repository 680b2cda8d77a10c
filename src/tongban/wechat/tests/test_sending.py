"""Messages to bound people and late answers, through every fault of WeChat's server."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from tongban.conftest import Person
from tongban.identity import service as identity
from tongban.notices import delivery
from tongban.notices import service as notices
from tongban.notices.tasks import deliver
from tongban.plugins import service as plugins
from tongban.wechat import client
from tongban.wechat.models import Binding, SandboxLine
from tongban.wechat.sandbox import server, store
from tongban.wechat.tests.conftest import SITE, WeChat

pytestmark = pytest.mark.django_db
Jobs = Callable[[], list[str]]


@pytest.fixture
def bound(resident: Person, account: WeChat) -> str:
    """The resident's WeChat user, who has just written."""
    openid = store.new_user("林", "oBound").openid
    until = timezone.now() + timedelta(hours=48)
    Binding.objects.create(openid=openid, account=resident.account, open_until=until)
    store.grant(openid, "message")
    cache.clear()
    return openid


def tell(person: Person, key: str = "k1", body: str = "您的申请已受理。") -> UUID | None:
    to = identity.recipient(person.account.id)
    notices.send(to, "cases.accepted", "已受理", body, link="/cases/1/", key=key, channels=("wechat",))
    row = notices.Delivery.objects.filter(notice__key=key, channel="wechat").first()
    return row.id if row else None


def got(openid: str) -> list[tuple[str, str]]:
    return [(line.kind, line.text) for line in store.lines(openid) if line.by == "account"]


def state(delivery_id: UUID | None) -> tuple[str, int]:
    row = notices.Delivery.objects.get(pk=delivery_id)
    return row.state, row.attempts


def test_a_bound_person_is_told_once_with_a_link(resident: Person, bound: str, run_jobs: Jobs) -> None:
    tell(resident)
    tell(resident)
    run_jobs()
    assert got(bound) == [("text", f"已受理\n您的申请已受理。\n{SITE}/cases/1/")]


def test_a_long_notice_is_cut_before_its_link(resident: Person, bound: str, run_jobs: Jobs) -> None:
    tell(resident, body="长" * 2000)
    run_jobs()
    assert got(bound)[0][1].endswith(f"…\n{SITE}/cases/1/")


def test_who_does_not_want_it_or_is_not_bound_is_not_written_to(
    resident: Person, other_resident: Person, bound: str
) -> None:
    assert tell(other_resident, "k2") is None
    notices.set_preferences(resident.actor, notices.Preferences(wechat=False))
    assert tell(resident) is None


def test_without_a_secret_nothing_is_sent(
    resident: Person, bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGBAN_WECHAT_SECRET", "")
    assert tell(resident) is None


def test_the_newest_of_two_bound_users_is_written_to(resident: Person, bound: str) -> None:
    until = timezone.now() + timedelta(hours=48)
    Binding.objects.create(openid="oNewer", account=resident.account, open_until=until)
    row = notices.Delivery.objects.get(pk=tell(resident))
    assert row.target == "oNewer"


def test_all_processes_share_one_token(bound: str) -> None:
    first, second = client.client(), client.client()
    assert first.run(first.misc.get_wechat_ips) == ["127.0.0.1"]
    assert second.access_token == first.access_token
    assert second.access_token not in str(cache.get(f"wechat-token-{first.appid}"))


def test_an_expired_token_is_renewed_once_and_the_message_goes_out(
    resident: Person, bound: str, run_jobs: Jobs
) -> None:
    here = client.client()
    old = here.access_token
    store.set_fault("expired")
    row = tell(resident)
    run_jobs()
    assert state(row) == ("sent", 1)
    assert client.client().access_token != old
    assert len(got(bound)) == 1


def test_a_token_that_another_site_replaced_is_renewed(resident: Person, bound: str, run_jobs: Jobs) -> None:
    assert client.client().access_token
    store.token(fresh=True)
    row = tell(resident)
    run_jobs()
    assert state(row) == ("sent", 1)


@pytest.mark.parametrize("fault", ["invalid", "secret", "busy", "down", "limit", "lost"])
def test_trouble_is_tried_again_and_nothing_is_lost(
    resident: Person, bound: str, fault: str, run_jobs: Jobs
) -> None:
    store.set_fault(fault)
    row = tell(resident)
    with pytest.raises(delivery.TryAgain):
        delivery.attempt(row)
    assert state(row) == ("waiting", 1)
    store.set_fault("")
    delivery.attempt(row)
    assert state(row) == ("sent", 2)
    # WeChat's customer messages know no key: a lost answer doubles the message, everything else does not.
    assert len(got(bound)) == (2 if fault == "lost" else 1)


def test_a_used_up_quota_waits_for_the_next_day(resident: Person, bound: str) -> None:
    store.set_fault("limit")
    row = tell(resident)
    ProcrastinateJob.objects.all().delete()
    evening = timezone.localtime().replace(hour=20, minute=5, second=0, microsecond=0)
    with time_machine.travel(evening, tick=False):
        deliver(delivery_id=str(row))
        job = ProcrastinateJob.objects.get(task_name="notices.deliver")
        assert job.scheduled_at == timezone.now() + timedelta(hours=4)
    assert state(row) == ("waiting", 1)


def test_a_server_that_is_slow_is_left_in_time(
    resident: Person, bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SLOW", 0.2)
    monkeypatch.setattr(client, "TIMEOUT", 0.1)
    here = client.Client(client.load(), timeout=0.1)
    store.set_fault("slow")
    with pytest.raises(client.Trouble, match="Timeout"):
        here.run(here.misc.get_wechat_ips)


def test_outside_the_window_a_template_message_goes(
    resident: Person, bound: str, run_jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGBAN_WECHAT_TEMPLATE", "t1")
    store.set_fault("window")
    row = tell(resident, body="您的申请已受理，我们会在八个工作日内办结，请留意通知。")
    run_jobs()
    assert state(row) == ("sent", 1)
    line = SandboxLine.objects.get(kind="template")
    first, second, _time = line.text.split("\n")
    assert (first, second) == ("已受理", "您的申请已受理，我们会在八个工作日内办…")
    assert line.detail["url"] == f"{SITE}/cases/1/"


def test_a_lost_answer_does_not_double_a_template_message(
    resident: Person, bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGBAN_WECHAT_TEMPLATE", "t1")
    with time_machine.travel(timezone.now() + timedelta(hours=49), tick=False):
        store.set_fault("lost")
        row = tell(resident)
        with pytest.raises(delivery.TryAgain):
            delivery.attempt(row)
        store.set_fault("")
        delivery.attempt(row)
    assert state(row) == ("sent", 2)
    assert [kind for kind, _text in got(bound)] == ["template"]


def test_outside_the_window_and_without_a_template_nobody_is_written_to(resident: Person, bound: str) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=49), tick=False):
        assert tell(resident) is None


def test_a_window_that_closed_on_the_way_is_given_up_in_words(
    resident: Person, bound: str, run_jobs: Jobs
) -> None:
    store.set_fault("window")
    row = tell(resident)
    run_jobs()
    assert state(row) == ("failed", 1)
    assert "45015" in notices.Delivery.objects.get(pk=row).last_problem


def test_who_left_is_given_up(resident: Person, bound: str, run_jobs: Jobs) -> None:
    store.set_subscribed(bound, on=False)
    row = tell(resident)
    run_jobs()
    assert state(row) == ("failed", 1)


def test_operators_see_whether_the_account_answers(bound: str) -> None:
    def told() -> plugins.AdapterState:
        return next(
            s for s in plugins.states() if s.registry == "notices" and s.identifier == "official-account"
        )

    assert told().ok
    store.set_fault("secret")
    cache.clear()
    assert not told().ok
    assert "40125" in str(told().problems)


def test_the_account_over_a_real_connection(
    live_server: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, account: WeChat
) -> None:
    monkeypatch.setenv("TONGBAN_WECHAT_API", f"{live_server.url}/sandbox/wechat/cgi-bin/")
    cache.clear()
    openid = store.new_user("远方", "oFar").openid
    store.grant(openid, "message")
    here = client.client()
    here.run(lambda: here.message.send_text(openid, "您好"))
    store.set_fault("expired")
    here.run(lambda: here.message.send_text(openid, "又好"))
    assert [text for _kind, text in got(openid)] == ["您好", "又好"]
    monkeypatch.setattr(server, "SLOW", 0.6)
    store.set_fault("slow")
    slow = client.Client(client.load(), timeout=0.2)
    with pytest.raises(client.Trouble, match="Timeout"):
        slow.run(slow.misc.get_wechat_ips)
    monkeypatch.setenv("TONGBAN_WECHAT_API", "http://127.0.0.1:9/cgi-bin/")
    nobody = client.client()
    with pytest.raises(client.Trouble, match="ConnectionError"):
        nobody.run(nobody.misc.get_wechat_ips)
