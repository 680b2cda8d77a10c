"""Events: told in the transaction, heard once each by everybody, gone with a rollback."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from tongban.kit import events


@pytest.fixture
def event() -> Iterator[events.Event]:
    made = events.declare("kit_test", teller="kit", payload=("n",), description="A test.")
    yield made
    del events._declared["kit_test"]


@pytest.mark.django_db
def test_each_hearer_hears_once(event: events.Event, run_jobs: Callable[[], list[str]]) -> None:
    heard: list[tuple[str, Any]] = []
    events.subscribe(event, "one")(lambda p: heard.append(("one", p)))
    events.subscribe(event, "two")(lambda p: heard.append(("two", p)))
    event.emit(n=1)
    assert heard == []  # nothing is heard before the worker comes
    assert run_jobs() == ["kit.deliver_event"] * 2
    assert heard == [("one", {"n": 1}), ("two", {"n": 1})]
    assert ("kit_test", "kit", "A test.", ["one", "two"]) in events.who_hears()


@pytest.mark.django_db
def test_many_are_heard_together_by_who_can(event: events.Event, run_jobs: Callable[[], list[str]]) -> None:
    heard: list[tuple[str, Any]] = []
    events.subscribe(event, "one")(lambda p: heard.append(("one", p)))
    events.subscribe(event, "all", lambda them: heard.append(("all", them)))(
        lambda p: heard.append(("all alone", p))
    )
    event.emit_many({"n": n} for n in (1, 2))
    event.emit(n=3)
    run_jobs()
    assert [what for who, what in heard if who == "one"] == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert [(who, what) for who, what in heard if who != "one"] == [
        ("all", [{"n": 1}, {"n": 2}]), ("all alone", {"n": 3}),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_rollback_takes_the_telling_back(event: events.Event, run_jobs: Callable[[], list[str]]) -> None:
    events.subscribe(event, "one")(print)
    with transaction.atomic():
        event.emit(n=1)
        transaction.set_rollback(True)
    assert run_jobs() == []


def test_payload_and_names_are_kept_to(event: events.Event) -> None:
    with pytest.raises(ValueError, match="differs"):
        event.emit(m=1)
    with pytest.raises(ValueError, match="twice"):
        events.declare("kit_test", teller="kit", payload=(), description="")
    events.subscribe(event, "one")(print)
    with pytest.raises(ValueError, match="twice"):
        events.subscribe(event, "one")(repr)
