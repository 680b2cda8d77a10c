"""Subscribers are told of changes over real HTTP: in order, once or more, never of what did not happen."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.urls import resolve
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from tongban.conftest import Person, SubjectFactory, run_due_jobs
from tongban.kit.actors import SYSTEM
from tongban.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tongban.notices import service as notices
from tongban.resources import service
from tongban.resources.hooks import delivering
from tongban.resources.hooks.models import Delivery, SandboxEvent, SandboxReceiver, Subscription
from tongban.trace import service as trace

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS, PHONE = "person.address", "person.phone"
SECOND = timedelta(seconds=1)
NAME = "minzheng"


@dataclass
class World:
    put: Callable[..., int]
    subject: Any
    row: Subscription
    url: str
    departments: dict[str, Any]

    def change(self, value: str, subject: Any = None) -> None:
        self.put("gongan", {ADDRESS: value}, subject=subject)

    def fault(self, name: str) -> None:
        SandboxReceiver.objects.update_or_create(name=NAME, defaults={"fault": name})

    def go(self, after: float = 0) -> None:
        """Run the jobs, then what is due after some seconds."""
        run_due_jobs()
        if after:
            with time_machine.travel(timezone.now() + timedelta(seconds=after), tick=True):
                delivering.deliver(self.row.id, None)
                run_due_jobs()

    def now(self) -> Subscription:
        self.row.refresh_from_db()
        return self.row

    def waiting(self) -> int:
        return Delivery.objects.filter(state="waiting").count()

    def received(self) -> list[SandboxEvent]:
        return list(SandboxEvent.objects.filter(receiver=NAME).order_by("created_at", "id"))


@pytest.fixture
def world(live_server: Any, put: Any, sources: dict[str, Any], resident: Person, settings: Any) -> World:
    settings.SUBSCRIBERS = [live_server.url]
    settings.SUBSCRIBER_SECONDS = 1.0
    resolve(f"/sandbox/subscriber/{NAME}/")  # loading all URLs is not the receiver's second
    url = f"{live_server.url}/sandbox/subscriber/{NAME}/"
    row, _secret = service.subscribe(SYSTEM, sources["minzheng"].id, "地址变化", [ADDRESS], url)
    assert resident.subject is not None
    return World(put, resident.subject, row, url, sources)


def test_a_change_is_told_as_a_signed_cloudevent_without_values(world: World) -> None:
    world.put("minzheng", {ADDRESS: "西街 2 号", PHONE: "13900000001"}, days_old=9)
    world.change("东街 1 号")
    world.go()
    events = world.received()
    assert len(events) == 2
    assert all(one.signed for one in events)
    body = events[1].body
    assert (body["specversion"], body["type"], body["datacontenttype"]) == (
        "1.0", "cn.tongban.golden.changed.v1", "application/json",
    )  # fmt: skip
    assert body["source"].endswith("/resources")
    assert body["subject"] == body["partitionkey"] == str(world.subject.id)
    assert datetime.fromisoformat(body["time"]).tzinfo is not None
    assert body["id"] == str(Delivery.objects.order_by("-id")[0].event_id)
    assert body["data"] == {
        "kind": "person", "number": world.subject.id_number,  # a department that states something has it
        "elements": [{"element": ADDRESS, "changed": True, "source": "gongan", "you_differ": True}],
    }  # fmt: skip
    assert "街" not in json.dumps([one.body for one in events], ensure_ascii=False)
    assert world.waiting() == 0
    assert world.now().last_sent_at is not None


def test_who_does_not_hold_the_number_is_not_told_it(world: World) -> None:
    world.change("东街 1 号")
    world.go()
    assert "number" not in world.received()[0].body["data"]
    assert world.subject.id_number not in json.dumps(world.received()[0].body)


def test_what_is_rolled_back_or_not_asked_for_is_not_told(world: World) -> None:
    def jobs() -> int:
        return ProcrastinateJob.objects.filter(task_name="resources.deliver_changes").count()

    with transaction.atomic():
        world.change("东街 1 号")
        assert (world.waiting(), jobs()) == (1, 1)
        transaction.set_rollback(True)
    world.put("gongan", {PHONE: "13900000001"})
    assert (world.waiting(), jobs()) == (0, 0)


@pytest.mark.parametrize("fault", ["down", "slow", "moved", "busy"])
def test_an_unreachable_subscriber_is_left_alone_and_then_told_in_order(world: World, fault: str) -> None:
    world.fault(fault)
    values = ["东街 1 号", "东街 2 号", "东街 3 号"]
    for value in values:
        world.change(value)
    world.go()
    row = world.now()
    assert (row.failures, world.waiting(), world.received()) == (1, 3, [])  # the others did not even try
    assert row.retry_at is not None
    assert 0 < (row.retry_at - timezone.now()).total_seconds() <= 5
    assert row.last_problem
    world.go(after=8)
    assert (world.now().failures, world.waiting()) == (2, 3)
    world.fault("")
    world.go(after=60)
    assert (world.now().failures, world.waiting(), row.state) == (0, 0, "active")
    sequence = [one.body["sequence"] for one in world.received()]
    assert sequence == sorted(sequence)
    assert len(sequence) == 3
    assert [one.times for one in world.received()] == [1, 1, 1]


def test_a_lost_answer_sends_the_same_event_again(world: World) -> None:
    world.fault("lost")
    world.change("东街 1 号")
    world.go()
    world.fault("")
    world.go(after=8)
    assert [one.times for one in world.received()] == [2]
    assert Delivery.objects.get().attempts == 2


def test_a_refused_event_holds_up_its_subject_only_and_can_be_told_again(world: World) -> None:
    world.change("东街 1 号")
    world.change("东街 2 号")
    world.fault("refuse")
    for _turn in range(delivering.MOST_REFUSALS - 1):
        Delivery.objects.update(retry_at=None)
        delivering.deliver(world.row.id, world.subject.id)
    first, second = Delivery.objects.order_by("id")
    assert (first.attempts, second.attempts) == (delivering.MOST_REFUSALS - 1, 0)
    other = SubjectFactory()
    world.fault("")
    Delivery.objects.filter(id=first.id).update(retry_at=timezone.now() + timedelta(hours=1))
    world.change("南街 3 号", subject=other.id)
    world.go()
    assert [one.body["subject"] for one in world.received()] == [str(other.id)]
    world.fault("refuse")
    Delivery.objects.update(retry_at=None)
    delivering.deliver(world.row.id, world.subject.id)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.attempts) == ("refused", 1)
    assert service.subscription(SYSTEM, world.row.id).refused == 1
    world.fault("")
    Delivery.objects.update(retry_at=None)
    world.go()
    assert service.replay(SYSTEM, world.row.id, timezone.now() - timedelta(hours=1)) >= 2
    world.go(after=8)
    told = [one.body for one in world.received() if one.body["subject"] == str(world.subject.id)]
    assert {one["id"] for one in told} == {str(first.event_id), str(second.event_id)}
    assert world.waiting() == 0


def test_who_wants_no_more_or_is_away_for_days_is_stopped_and_misses_nothing(
    world: World, staff_with: Callable[[str, Any], Person]
) -> None:
    steward = staff_with("steward", world.departments["minzheng"])
    world.fault("gone")
    world.change("东街 1 号")
    world.go()
    assert world.now().state == "stopped"
    inbox = notices.inbox(steward.account.id).rows
    assert [(one.kind, one.link) for one in inbox] == [
        ("data.subscription_stopped", f"/work/subscriptions/{world.row.id}/")
    ]
    assert "HTTP 410" in inbox[0].body
    world.change("东街 2 号")
    world.go()
    assert world.waiting() == 2
    world.fault("")
    service.resume_subscription(SYSTEM, world.row.id)
    world.go()
    assert (world.now().state, world.waiting(), len(world.received())) == ("active", 0, 2)
    world.fault("down")
    Subscription.objects.update(failures=delivering.MOST_FAILURES - 1)
    world.change("东街 3 号")
    world.go()
    assert world.now().state == "stopped"


def test_paused_it_waits_and_ended_it_is_over(world: World) -> None:
    service.pause_subscription(SYSTEM, world.row.id)
    world.change("东街 1 号")
    world.go()
    assert (world.waiting(), world.received()) == (1, [])
    service.resume_subscription(SYSTEM, world.row.id)
    world.go()
    assert len(world.received()) == 1
    service.end_subscription(SYSTEM, world.row.id)
    world.change("东街 2 号")
    assert Delivery.objects.count() == 1
    for act in (service.pause_subscription, service.resume_subscription, service.new_secret):
        with pytest.raises(Conflict):
            act(SYSTEM, world.row.id)
    actions = [one.action for one in trace.rows(SYSTEM, f"resources:{world.departments['minzheng'].id}")]
    assert {"resources.subscribed", "resources.subscription_paused", "resources.subscription_ended"} <= set(
        actions
    )


def test_a_replay_sends_the_same_ids_in_the_same_order(world: World) -> None:
    for n in range(3):
        world.change(f"东街 {n} 号")
    world.go()
    ids = [one.event_id for one in world.received()]
    since = Delivery.objects.order_by("id")[1].occurred_at
    SandboxEvent.objects.all().delete()
    assert service.replay(SYSTEM, world.row.id, since) == 2
    world.go()
    assert [one.event_id for one in world.received()] == ids[1:]
    assert sorted(Delivery.objects.values_list("replays", flat=True)) == [0, 1, 1]
    for bad in (timezone.now() + timedelta(days=1), timezone.now().replace(tzinfo=None)):
        with pytest.raises(Invalid):
            service.replay(SYSTEM, world.row.id, bad)


def test_after_a_new_secret_the_old_one_signs_nothing(world: World) -> None:
    old = Subscription.objects.get().secret
    assert service.new_secret(SYSTEM, world.row.id)
    assert Subscription.objects.get().secret != old
    world.change("东街 1 号")
    world.go()
    assert [one.signed for one in world.received()] == [True]


def test_workers_at_the_same_moment_send_each_once_and_in_order(world: World) -> None:
    for n in range(6):
        world.change(f"东街 {n} 号")
    start = threading.Barrier(4)

    def work() -> None:
        try:
            start.wait(timeout=20)
            delivering.deliver(world.row.id, world.subject.id)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    got = world.received()
    assert [one.times for one in got] == [1] * 6
    assert [one.body["sequence"] for one in got] == sorted(one.body["sequence"] for one in got)


def test_a_bulk_load_is_told_by_one_job(world: World) -> None:
    subjects = [SubjectFactory() for _n in range(5)]
    rows = [(one.id, ADDRESS, f"{n} 号") for n, one in enumerate(subjects)]
    service.put_values(world.departments["gongan"].id, rows, timezone.now())
    assert ProcrastinateJob.objects.filter(task_name="resources.deliver_changes").count() == 1
    world.go()
    assert len(world.received()) == 5


def test_what_lost_its_job_is_found_and_what_is_old_is_dropped(world: World) -> None:
    world.change("东街 1 号")
    ProcrastinateJob.objects.all()._raw_delete("default")
    assert delivering.sweep() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=True):
        assert delivering.sweep() == 1
        world.go()
    assert len(world.received()) == 1
    with time_machine.travel(timezone.now() + timedelta(days=91), tick=True):
        delivering.sweep()
    assert not Delivery.objects.exists()


def test_what_waited_for_an_ended_subscription_is_dropped_in_time(world: World) -> None:
    service.pause_subscription(SYSTEM, world.row.id)
    world.change("东街 1 号")
    with time_machine.travel(timezone.now() + timedelta(days=91), tick=True):
        delivering.sweep()
        assert world.waiting() == 1  # paused for long, it still waits
        service.end_subscription(SYSTEM, world.row.id)
        delivering.sweep()
    assert not Delivery.objects.exists()


def test_only_listed_origins_are_called(world: World, settings: Any) -> None:
    listed = settings.SUBSCRIBERS[0]
    inside = ("http://169.254.169.254/latest/", "http://127.0.0.1:1/", "file:///etc/passwd", "ftp://a/", "",
              listed.replace("http://", "http://user@"), listed.replace("http", "https"), "sandbox:/work/",
              f"{listed}.evil.cn/", listed.replace("localhost", "localhost.evil.cn"), f"{listed}/a\nb",
              "http://[::1", f"{listed}/#x", "http://" + "a" * 600)  # fmt: skip
    department = world.departments["renshe"].id
    for url in inside:
        with pytest.raises(Invalid):
            service.subscribe(SYSTEM, department, "试试", [ADDRESS], url)
    settings.SUBSCRIBERS = []
    world.change("东街 1 号")
    world.go()
    assert world.now().state == "stopped"
    assert world.received() == []
    with pytest.raises(Invalid):
        service.resume_subscription(SYSTEM, world.row.id, world.url)
    service.subscribe(SYSTEM, department, "沙箱", [ADDRESS], "sandbox:/sandbox/subscriber/x/")
    settings.SANDBOX = False
    with pytest.raises(Invalid):
        service.subscribe(SYSTEM, department, "沙箱二", [ADDRESS], "sandbox:/sandbox/subscriber/x/")


def test_the_sandbox_in_process_takes_events_too(world: World) -> None:
    service.resume_subscription(SYSTEM, world.row.id, f"sandbox:/sandbox/subscriber/{NAME}/")
    world.change("东街 1 号")
    world.go()
    assert len(world.received()) == 1


def test_a_subscription_is_the_departments_stewards_affair(
    world: World, staff_with: Callable[[str, Any], Person], clerk: Person, resident: Person
) -> None:
    own = staff_with("steward", world.departments["minzheng"]).actor
    other = staff_with("steward", world.departments["renshe"]).actor
    row = world.row.id
    acts: list[Callable[[Any], object]] = [
        lambda who: service.subscription(who, row),
        lambda who: service.deliveries(who, row),
        lambda who: service.new_secret(who, row),
        lambda who: service.replay(who, row, timezone.now()),
        lambda who: service.pause_subscription(who, row),
        lambda who: service.resume_subscription(who, row),
        lambda who: service.subscribe(who, world.departments["minzheng"].id, "另一个", [PHONE], world.url),
        lambda who: service.end_subscription(who, row),
    ]
    for who in (other, clerk.actor, resident.actor):
        for act in acts:
            with pytest.raises(Forbidden):
                act(who)
    assert service.subscriptions(other) == []
    with pytest.raises(Forbidden):
        service.subscriptions(clerk.actor)
    assert [one.row.id for one in service.subscriptions(own)] == [row]
    for act in acts:
        act(own)
    with pytest.raises(NotFound):
        service.subscription(own, world.subject.id)
    department = world.departments["minzheng"].id
    for given in (("x", [ADDRESS]), ("名称", []), ("名称", ["person.gone"])):
        with pytest.raises(Invalid):
            service.subscribe(own, department, *given, world.url)
    with pytest.raises(Conflict):
        service.subscribe(own, department, "另一个", [ADDRESS], world.url)
