"""Who may make, review and answer. Pure but for the names of roles."""

from django.utils.translation import gettext as _

from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden
from tongban.organisations.service import Department

MAKERS = ("steward",)
REVIEWERS = ("steward", "supervisor")


def _reaches(actor: Actor, roles: tuple[str, ...], department: Department) -> bool:
    return any(
        post.role in roles
        and (post.department_id == department.id or department.division.startswith(post.division))
        for post in actor.posts
    )


def may_make(actor: Actor, department: Department) -> bool:
    """A steward of the department, or of its region."""
    return _reaches(actor, MAKERS, department)


def may_review(actor: Actor, department: Department) -> bool:
    """A steward or supervisor of the department, or of its region."""
    return _reaches(actor, REVIEWERS, department)


def need_maker(actor: Actor, department: Department) -> None:
    """Raises Forbidden."""
    if not may_make(actor, department):
        raise Forbidden(_("只有这个部门或地区的数据管理员可以这样做"))


def need_reviewer(actor: Actor, department: Department) -> None:
    """Raises Forbidden."""
    if not may_review(actor, department):
        raise Forbidden(_("只有这个部门或地区的数据管理员或监督员可以审核"))
