"""Upward talk: a room declares an event and emits it in its transaction; higher rooms subscribe.

The hearer imports the teller, never the other way round. An emission defers one job for each hearer
inside the caller's transaction: rolled back with it, run at least once afterwards, retried on its own,
so that one hearer's failure never holds up another's. Hearers must therefore be idempotent.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from procrastinate.contrib.django import app

Hearer = Callable[[dict[str, Any]], None]
Together = Callable[[list[dict[str, Any]]], None]
TOGETHER = 500  # emissions in one job, where many are made at once


@dataclass(frozen=True, slots=True)
class Event:
    """Something a room tells. ``payload`` names the keys it carries (all JSON values)."""

    name: str
    teller: str
    payload: tuple[str, ...]
    description: str
    hearers: dict[str, Hearer] = field(default_factory=dict)
    together: dict[str, Together] = field(default_factory=dict)  # hearers that take many emissions at once

    def emit(self, **payload: Any) -> None:
        """Tell every hearer; call inside the transaction that makes it true."""
        self._check(payload)
        for hearer in self.hearers:
            deliver.configure(queue="events").defer(event=self.name, hearer=hearer, payload=payload)

    def emit_many(self, payloads: Iterable[dict[str, Any]]) -> None:
        """Tell every hearer many emissions with one job for each 500: what bulk loads use."""
        for chunk in _chunks(iter(payloads)):
            for payload in chunk:
                self._check(payload)
            for hearer in self.hearers:
                deliver_many.configure(queue="events").defer(
                    event=self.name, hearer=hearer, payloads=[*chunk]
                )

    def _check(self, payload: dict[str, Any]) -> None:
        if missing := set(self.payload) ^ set(payload):
            raise ValueError(f"{self.name}: payload differs from what is declared: {sorted(missing)}")


_declared: dict[str, Event] = {}


def declare(name: str, *, teller: str, payload: tuple[str, ...], description: str) -> Event:
    """Declare an event in a room's ``events.py``. Names are unique in the house."""
    if name in _declared:
        raise ValueError(f"event {name} is declared twice")
    event = Event(name, teller, payload, description)
    _declared[name] = event
    return event


def subscribe(event: Event, hearer: str, together: Together | None = None) -> Callable[[Hearer], Hearer]:
    """Decorator: hear an event as ``"<room>.<what>"``; the module is imported in ``AppConfig.ready``.

    :param together: hears many emissions of a bulk load in one call, where that is cheaper than one by one
    """

    def add(function: Hearer) -> Hearer:
        if event.hearers.setdefault(hearer, function) is not function:
            raise ValueError(f"{hearer} hears {event.name} twice")
        if together is not None:
            event.together[hearer] = together
        return function

    return add


def who_hears() -> list[tuple[str, str, str, list[str]]]:
    """Every event with its teller, description and hearers: the page of docs is drawn from this."""
    return [
        (e.name, e.teller, e.description, sorted(e.hearers)) for e in sorted(_declared.values(), key=_name)
    ]


def _chunks(payloads: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while chunk := list(islice(payloads, TOGETHER)):
        yield chunk


def _name(event: Event) -> str:
    return event.name


@app.task(name="kit.deliver_event", queue="events", retry=5)
def deliver(event: str, hearer: str, payload: dict[str, Any]) -> None:
    """Hand one event to one hearer. A hearer that is gone since (an older job) is an error, not silence."""
    _declared[event].hearers[hearer](payload)


@app.task(name="kit.deliver_events", queue="events", retry=5)
def deliver_many(event: str, hearer: str, payloads: list[dict[str, Any]]) -> None:
    """Hand many emissions to one hearer, in order; a repeat hands all of them again."""
    said = _declared[event]
    if hearer in said.together:
        said.together[hearer](payloads)
        return
    hear = said.hearers[hearer]
    for payload in payloads:
        hear(payload)
