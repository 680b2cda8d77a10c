"""Today's posts."""

from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from tongban.identity.service import StaffHeld
from tongban.kit.actors import PostHeld
from tongban.organisations.models import Post, Staff


def holding_today() -> Q:
    """Posts held on the current day."""
    today = timezone.localdate()
    return Q(valid_from__lte=today) & (Q(valid_to=None) | Q(valid_to__gte=today))


def staff_held(account_id: UUID) -> StaffHeld | None:
    """The staff row and posts of an account: one query when there are posts, two when there are none."""
    rows = list(
        Post.objects.filter(holding_today(), staff__account_id=account_id)
        .order_by("valid_from", "id")
        .values_list("staff_id", "staff__name", "role", "department_id", "department__name", "division")
    )
    if rows:
        posts = tuple(PostHeld(role, dep, dep_name, div) for _, _, role, dep, dep_name, div in rows)
        return StaffHeld(rows[0][0], rows[0][1], posts)
    staff = Staff.objects.filter(account_id=account_id).first()
    return StaffHeld(staff.id, staff.name, ()) if staff else None
