"""Who may see and check what.

A department's steward works on what it must check, and may look at what it is a party to. The stewards of
the data office see that everything of their region is done and may hand it on; they see no values.
"""

from django.conf import settings
from django.db.models import Q

from tongban.kit.actors import Actor, PostHeld
from tongban.organisations import service as organisations
from tongban.stewardship.models import Check, Discrepancy

ROLE = "steward"


def posts(actor: Actor) -> list[PostHeld]:
    """The steward's posts an actor holds."""
    return [p for p in actor.posts if p.role == ROLE]


def offices(actor: Actor) -> list[PostHeld]:
    """His posts in the data office."""
    return [p for p in posts(actor) if _code(p) == settings.DATA_OFFICE]


def _code(post: PostHeld) -> str:
    return organisations.department(post.department_id).code


def may_check(actor: Actor, row: Check) -> bool:
    """Whether it is the actor's department's turn."""
    return actor.holds(ROLE, row.department_id, row.division)


def oversees(actor: Actor, row: Check) -> bool:
    """Whether the actor sees from the data office that it is done."""
    return any(row.division.startswith(p.division) for p in offices(actor))


def party_to(actor: Actor, row: Check) -> bool:
    """Whether his department says one of the values."""
    if not isinstance(row, Discrepancy):
        return False
    return any(actor.holds(ROLE, one, row.division) for one in (row.source_id, row.dissenter_id))


def reach(actor: Actor) -> Q:
    """What an actor's lists show."""
    found = Q(pk__in=[])
    seen = offices(actor)
    for post in posts(actor):
        here = Q() if len(post.division) <= 2 else Q(division__startswith=post.division)
        found |= here & Q(pk__isnull=False) if post in seen else here & Q(department=post.department_id)
    return found
