"""Who may edit, review and see: a department's stewards edit, people of the data office review."""

from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden
from tongban.organisations import service as organisations

ROLES = ("steward", "supervisor")  # who sees the desk's pages; of the data office also who reviews


def may_edit(actor: Actor, department_id: UUID) -> bool:
    """A steward of the department; the platform itself may as well."""
    return actor.kind == "system" or any(
        p.role == "steward" and p.department_id == department_id for p in actor.posts
    )


def office(actor: Actor) -> bool:
    """Whether the actor is a steward or supervisor of the data office."""
    return actor.kind == "system" or any(
        p.role in ROLES and organisations.department(p.department_id).code == settings.DATA_OFFICE
        for p in actor.posts
    )


def may_see(actor: Actor, department_id: UUID) -> bool:
    """Whether the actor may see drafts of the department."""
    return may_edit(actor, department_id) or office(actor)


def need_editor(actor: Actor, department_id: UUID) -> None:
    """Raises Forbidden."""
    if not may_edit(actor, department_id):
        raise Forbidden(_("只有这个部门的数据管理员可以编制它的目录"))


def need_office(actor: Actor) -> None:
    """Raises Forbidden."""
    if not office(actor):
        raise Forbidden(_("只有数据管理部门的数据管理员或监督员可以这样做"))
