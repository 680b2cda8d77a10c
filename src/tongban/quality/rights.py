"""Who sees which figures: the data office and supervisors their region's, stewards their department's."""

from django.conf import settings
from django.db.models import Q

from tongban.kit.actors import Actor, PostHeld
from tongban.kit.errors import Forbidden
from tongban.organisations import service as organisations

ROLES = ("steward", "supervisor")


def _oversees(post: PostHeld) -> bool:
    if post.role == "supervisor":
        return True
    return (
        post.role == "steward" and organisations.department(post.department_id).code == settings.DATA_OFFICE
    )


def oversees(actor: Actor) -> bool:
    """Whether the actor sees every department."""
    return actor.kind == "system" or any(_oversees(post) for post in actor.posts)


def reach(actor: Actor) -> Q:
    """The rows an actor sees. Raises Forbidden for whoever sees none.

    A province's post sees everybody its departments hold, those registered elsewhere included.
    """
    if actor.kind == "system":
        return Q()
    found: Q | None = None
    for post in actor.posts:
        if post.role not in ROLES:
            continue
        part = Q(pk__isnull=False) if len(post.division) <= 2 else Q(division__startswith=post.division)
        if not _oversees(post):
            part &= Q(department=post.department_id)
        found = part if found is None else found | part
    if found is None:
        raise Forbidden
    return found


def top(actor: Actor) -> str:
    """The largest region the actor's posts are for."""
    return min((p.division for p in actor.posts if p.role in ROLES), key=len, default="")
