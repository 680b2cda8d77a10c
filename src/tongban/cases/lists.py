"""Lists that stay fast: narrow columns, one join, counts that stop at a cap."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from tongban.cases import access, clocking
from tongban.cases.models import Case, Task
from tongban.cases.models.case import CLOCKED
from tongban.cases.shapes import CaseCard, Listing, TaskCard
from tongban.cases.states import Light, State
from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden

PER_PAGE = 20
TOTAL_CAP = 10_000  # counting further would read the table for a number nobody uses
HEAVY = ("answers", "prefilled")


def matching(words: str, prefix: str = "") -> Q:
    """By number (from its start), applicant or item name."""
    return (
        Q(**{f"{prefix}number__startswith": words})
        | Q(**{f"{prefix}applicant_name__icontains": words})
        | Q(**{f"{prefix}item_name__icontains": words})
    )


def card(case: Case) -> CaseCard:
    """One row of a list, from the copies on the case (``department`` must be joined)."""
    return CaseCard(
        id=case.id,
        number=case.number or "",
        item_name=case.item_name,
        applicant_name=case.applicant_name,
        department_name=case.department.name,
        division=case.division,
        state=case.state,
        state_label=str(State(case.state).label),
        saved_at=case.saved_at,
        submitted_at=case.submitted_at,
        due_on=clocking.deadline(case),
        days_left=clocking.days_left(clocking.deadline(case)),
        light=case.light,
        light_label=str(Light(case.light).label) if case.light else "",
        part_of=case.part_of,
    )


def task_card(task: Task) -> TaskCard:
    return TaskCard(
        id=task.id,
        kind=task.kind,
        name=task.name,
        role=task.role,
        state=task.state,
        limit_on=task.limit_on,
        claimed_by_id=task.claimed_by_id,
        claimed_by_name=task.claimed_by_name,
        opened_at=task.opened_at,
        case=card(task.case),
    )


def _paged(rows: QuerySet[Any], page: int) -> tuple[list[Any], int, int, int]:
    total = rows.order_by()[:TOTAL_CAP].count()
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(1, page), pages)
    return list(rows[(page - 1) * PER_PAGE : page * PER_PAGE]), total, page, pages


def case_page(rows: QuerySet[Case], page: int) -> Listing:
    found, total, page, pages = _paged(rows.select_related("department").defer(*HEAVY), page)
    return Listing(tuple(card(c) for c in found), total, page, pages, PER_PAGE)


def task_page(rows: QuerySet[Task], page: int) -> Listing:
    heavy = [f"case__{name}" for name in HEAVY]
    found, total, page, pages = _paged(rows.select_related("case__department").defer(*heavy), page)
    return Listing(tuple(task_card(t) for t in found), total, page, pages, PER_PAGE)


def my_cases(actor: Actor, *, state: str | None = None, page: int = 1) -> Listing:
    """The cases of the subject one stands for, newest first; ``state`` is a state, ``open`` or ``ended``.

    Drafts that are part of something larger are left out: they are taken up there.
    """
    alone = Q(part_of=None) | ~Q(state=State.DRAFT)
    rows = Case.objects.filter(alone, access.mine(actor)).order_by("-id")
    if state == "open":
        rows = rows.filter(state__in=CLOCKED)
    elif state == "ended":
        rows = rows.exclude(state__in=(*CLOCKED, State.DRAFT))
    elif state in State.values:
        rows = rows.filter(state=state)
    return case_page(rows, page)


def case_list(actor: Actor, filters: Mapping[str, Any] | None = None, page: int = 1) -> Listing:
    """The cases that the actor's posts give sight of. Filters: ``state``, ``light``, ``department``,
    ``division`` (prefix), ``q``, ``submitted_from``, ``submitted_to`` (dates), ``open``."""
    if not actor.is_staff:
        raise Forbidden
    rows, chosen = Case.objects.filter(access.seen_by_staff(actor)), filters or {}
    exact = {"state": "state", "light": "light", "department": "department_id"}
    for name, column in exact.items():
        if chosen.get(name):
            rows = rows.filter(**{column: chosen[name]})
    if chosen.get("division"):
        rows = rows.filter(division__startswith=chosen["division"])
    if chosen.get("submitted_from"):
        rows = rows.filter(submitted_at__date__gte=chosen["submitted_from"])
    if chosen.get("submitted_to"):
        rows = rows.filter(submitted_at__date__lte=chosen["submitted_to"])
    if chosen.get("open"):
        rows = rows.filter(state__in=CLOCKED)
    if words := str(chosen.get("q") or "").strip():
        rows = rows.filter(matching(words))
    return case_page(rows.order_by("-id"), page)
