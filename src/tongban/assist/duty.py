"""Who may work on what people hand over: rights on hand-overs, tickets and general answers."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from tongban.identity import service as identity
from tongban.kit.actors import Actor
from tongban.notices import service as notices
from tongban.organisations import service as organisations

DUTY = ("clerk", "item_editor", "hall_manager", "chief")  # answer questions of their departments and regions
OVERSEERS = ("supervisor",)  # see everything of their region, and may pass it on
COMPLAINTS = ("chief", "supervisor")  # take complaints
REVIEWERS = ("item_editor",)


def on_duty(actor: Actor, department_id: UUID | None, division: str, roles: Iterable[str] = DUTY) -> bool:
    """Whether the actor answers for this department and region; without a department, for the region."""
    chosen = tuple(roles)
    return any(
        post.role in chosen
        and (department_id is None or post.department_id == department_id)
        and (
            division.startswith(post.division)
            or (department_id is None and post.division.startswith(division))
        )
        for post in actor.posts
    )


def oversees(actor: Actor, division: str) -> bool:
    """Whether the actor supervises the region."""
    return any(post.role in OVERSEERS and division.startswith(post.division) for post in actor.posts)


def within_reach(actor: Actor, roles: Iterable[str] = DUTY) -> Q:
    """The rows :func:`on_duty` or :func:`oversees` lets the actor see."""
    chosen, reach = tuple(roles), Q(pk__in=[])
    for post in actor.posts:
        if post.role in OVERSEERS:
            reach |= Q(division__startswith=post.division)
        if post.role in chosen:
            reach |= Q(department_id=post.department_id, division__startswith=post.division)
            above = [post.division[:n] for n in range(2, len(post.division) + 1)]
            nobody = Q(division__startswith=post.division) | Q(division__in=above)
            reach |= Q(department_id=None) & nobody
    return reach


def tell_supervisors(division: str, kind: str, title: str, body: str, *, link: str, key: str) -> int:
    """A notice to every supervisor of the region; gives back how many there are."""
    staff = organisations.staff_for("supervisor", division)
    for one in staff:
        notices.send(
            identity.recipient(one.account_id), kind, title, body, link=link, key=f"{key}:{one.account_id}"
        )
    return len(staff)
