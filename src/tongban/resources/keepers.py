"""Who may do what with sources, quarantine and decisions."""

from uuid import UUID

from django.conf import settings

from tongban.kit.actors import Actor
from tongban.organisations import service as organisations

ROLE = "steward"


def steward_of(actor: Actor, department_id: UUID) -> bool:
    """Whether the actor looks after this department's data; the platform itself may as well."""
    return actor.kind == "system" or any(
        p.role == ROLE and p.department_id == department_id for p in actor.posts
    )


def may_set_up(actor: Actor, department_id: UUID) -> bool:
    """Whether the actor may set up this department's sources: its stewards and the operators."""
    return actor.has_role("operator") or steward_of(actor, department_id)


def data_office(actor: Actor) -> bool:
    """Whether the actor is a steward of the data office, which sees and decides for all departments."""
    return actor.kind == "system" or any(
        p.role == ROLE and organisations.department(p.department_id).code == settings.DATA_OFFICE
        for p in actor.posts
    )


def may_see(actor: Actor, department_id: UUID) -> bool:
    """Whether the actor may see that a source is there and how it does (no rows of it)."""
    return may_set_up(actor, department_id) or data_office(actor)
