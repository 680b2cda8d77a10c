"""Sources as their pages show them: who sends what, how often, how fresh, and what waits."""

from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.utils import timezone

from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden, NotFound
from tongban.organisations.service import Department
from tongban.resources.freshness import Light, light_of
from tongban.resources.keepers import may_see, may_set_up, steward_of
from tongban.resources.mapping import columns
from tongban.resources.models import Landed, Snapshot, Source

PAGE = 20


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source with its light and counts: received = landed + quarantined + discarded."""

    source: Source
    light: Light
    quarantined: int
    may_set_up: bool
    may_work: bool

    @property
    def received(self) -> int:
        return self.source.landed + self.quarantined + self.source.discarded


def sources(actor: Actor) -> list[SourceView]:
    """The sources an actor may see: a department's stewards its own, operators and the data office all."""
    found = list(Source.objects.select_related("department").order_by("department__name", "slug"))
    seen = [row for row in found if may_see(actor, row.department_id)]
    waiting = Landed.objects.filter(outcome="quarantined", source__in=seen).values("source")
    counts = {one["source"]: one["n"] for one in waiting.annotate(n=Count("pk"))}
    return [_view(actor, row, counts.get(row.pk, 0)) for row in seen]


def source_view(actor: Actor, slug: str) -> SourceView:
    """One source. Raises NotFound, Forbidden."""
    row = Source.objects.select_related("department").filter(slug=slug).first()
    if row is None:
        raise NotFound
    if not may_see(actor, row.department_id):
        raise Forbidden
    return _view(actor, row, Landed.objects.filter(outcome="quarantined", source=row).count())


def _view(actor: Actor, row: Source, waiting: int) -> SourceView:
    return SourceView(
        row, light_of(row.cycle, row.last_received, row.created_at, timezone.now()), waiting,
        may_set_up(actor, row.department_id), steward_of(actor, row.department_id),
    )  # fmt: skip


def holders() -> dict[str, list[Department]]:
    """By element, the departments whose sources say it: all but the source department are checkers."""
    found: dict[str, dict[UUID, Department]] = {}
    for row in Source.objects.select_related("department").order_by("department__name", "slug"):
        for one in columns(row.mapping, row.kind).values():
            found.setdefault(one.element, {})[row.department_id] = row.department
    return {code: list(departments.values()) for code, departments in found.items()}


def snapshots(actor: Actor, slug: str, *, page: int = 1) -> "Page[Snapshot]":
    """The files a source has handed in, the newest first."""
    rows = Snapshot.objects.filter(source=source_view(actor, slug).source)
    return Paginator(rows.order_by("-created_at"), PAGE).get_page(page)


def snapshot(actor: Actor, slug: str, snapshot_id: UUID) -> Snapshot:
    """One file's account. Raises NotFound, Forbidden."""
    source = source_view(actor, slug).source
    row = Snapshot.objects.select_related("source").filter(pk=snapshot_id, source=source).first()
    if row is None:
        raise NotFound
    return row
