"""Whether each source comes as often as its published entry says; the late ones first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from tongban.inventory import rights, telling
from tongban.inventory.models import Cycle, Entry, State, Version
from tongban.kit.actors import SYSTEM, Actor
from tongban.resources import service as resources

ORDER = {"red": 0, "yellow": 1, "green": 2}


@dataclass(frozen=True, slots=True)
class Watch:
    """One source. ``due_at``: when it should have come next; ``late``: for how long that is past, or none.

    ``cycle`` is what the public was promised; of a source without a published entry its own.
    """

    source: resources.Source
    cycle: str
    light: str
    due_at: datetime
    late: timedelta | None
    entry: Entry | None

    @property
    def cycle_words(self) -> str:
        return str(Cycle(self.cycle).label)

    @property
    def late_days(self) -> int:
        return self.late.days if self.late else 0


def monitor(actor: Actor, *, now: datetime | None = None) -> list[Watch]:
    """The sources an actor may see, the latest first: own ones for a department, all for the data office."""
    at = now or timezone.now()
    entries = {row.source_id: row for row in Entry.objects.exclude(source=None)}
    promised = dict(Version.objects.filter(state=State.PUBLISHED).values_list("entry", "cycle"))
    found = []
    for view in resources.sources(SYSTEM if rights.office(actor) else actor):
        source, entry = view.source, entries.get(view.source.id)
        cycle = promised.get(entry.id, source.cycle) if entry else source.cycle
        due = resources.due_at(cycle, source.last_received, source.created_at)
        light = resources.light_of(cycle, source.last_received, source.created_at, at)
        found.append(Watch(source, cycle, light, due, at - due if due < at else None, entry))
    return sorted(found, key=lambda one: (ORDER[one.light], one.due_at))


def tell_late(now: datetime | None = None) -> int:
    """Tell of every source that is late by now, nobody twice. Returns how many are late."""
    at = now or timezone.now()
    late = 0
    for one in monitor(SYSTEM, now=at):
        source = one.source
        light = resources.light_of(one.cycle, source.last_received or source.created_at,
                                   source.created_at, at)  # fmt: skip
        if light == "green":  # one that has never come is not late until its first turn is over
            continue
        late += 1
        with transaction.atomic():
            telling.late(source, red=light == "red")
    return late
