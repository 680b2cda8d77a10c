"""The one door of the organisations room: departments, halls, staff and their posts."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.kit.actors import SYSTEM, Actor, PostHeld
from tongban.kit.errors import Forbidden, NotFound, invalid
from tongban.organisations.models import Department, Hall, Post, Staff
from tongban.organisations.posts import holding_today, staff_held
from tongban.standards import codes
from tongban.trace import service as trace

__all__ = [
    "Department", "Hall", "Post", "Staff", "department", "department_by_code", "department_by_uscc",
    "departments", "end_post", "ensure_department", "ensure_hall", "ensure_post", "ensure_staff", "hall",
    "halls", "posts_of", "staff_for", "staff_named", "staff_of",
]  # fmt: skip


def department(department_id: UUID) -> Department:
    """The department of this id. Raises NotFound."""
    return _one(Department.objects.filter(pk=department_id).first())


def department_by_code(slug: str) -> Department:
    """The department of this short code, such as ``gongan``. Raises NotFound."""
    return _one(Department.objects.filter(code=slug).first())


def department_by_uscc(uscc: str) -> Department:
    """The department of this unified social credit code. Raises NotFound."""
    return _one(Department.objects.filter(uscc=uscc.strip().upper()).first())


def _one(found: Department | None) -> Department:
    if found is None:
        raise NotFound(_("没有找到这个部门"))
    return found


def departments(division: str = "") -> list[Department]:
    """Departments in a region and below, by code of division and name."""
    return list(Department.objects.filter(division__startswith=division).order_by("division", "name"))


def halls(division: str = "") -> list[Hall]:
    """Halls in a region and below."""
    return list(Hall.objects.filter(division__startswith=division).order_by("division", "name"))


def hall(hall_id: UUID) -> Hall:
    """The hall of this id. Raises NotFound."""
    found = Hall.objects.filter(pk=hall_id).first()
    if found is None:
        raise NotFound(_("没有找到这个大厅"))
    return found


def posts_of(account_id: UUID) -> tuple[PostHeld, ...]:
    """The posts an account holds today."""
    held = staff_held(account_id)
    return held.posts if held else ()


def staff_of(department_id: UUID, role: str, division: str = "") -> list[Staff]:
    """Staff who hold a role in a department today, for a division or one above it (any when empty)."""
    rows = Post.objects.filter(
        holding_today(), department_id=department_id, role=role, staff__account__is_active=True
    )
    if division:
        rows = rows.annotate(place=Value(division)).filter(place__startswith=F("division"))
    return list(Staff.objects.filter(pk__in=rows.values("staff_id")).order_by("number"))


def staff_for(role: str, division: str) -> list[Staff]:
    """Staff who hold a role today, in any department, for a division or one above it."""
    rows = Post.objects.filter(holding_today(), role=role, staff__account__is_active=True)
    rows = rows.annotate(place=Value(division)).filter(place__startswith=F("division"))
    return list(Staff.objects.filter(pk__in=rows.values("staff_id")).order_by("number"))


def staff_named(text: str) -> list[Staff]:
    """Staff whose name or number is in ``text``, as people write whom they met."""
    rows = Staff.objects.annotate(said=Value(text.strip())).filter(
        Q(said__contains=F("name")) | Q(said__icontains=F("number"))
    )
    return list(rows.order_by("number")[:50]) if text.strip() else []


def ensure_department(
    code: str, uscc: str, name: str, *, short_name: str = "", division: str = "35", kind: str = "government"
) -> Department:
    """The department of this code, made or brought up to date. Raises Invalid for a wrong credit code."""
    if not codes.uscc_valid(uscc):
        raise invalid("uscc", "uscc", _("统一社会信用代码不正确，请核对 18 位代码"))
    values: dict[str, Any] = {
        "uscc": uscc, "name": name, "short_name": short_name or name, "division": division, "kind": kind
    }  # fmt: skip
    row, _made = Department.objects.update_or_create(code=code, defaults=values)
    return row


def ensure_hall(
    name: str, division: str, *, address: str, hours: str = "", phone: str = "",
    lon: float | None = None, lat: float | None = None,
) -> Hall:  # fmt: skip
    """The hall of this name in this division, made or brought up to date."""
    values: dict[str, Any] = {"address": address, "hours": hours, "phone": phone, "lon": lon, "lat": lat}
    row, _made = Hall.objects.update_or_create(division=division, name=name, defaults=values)
    return row


def ensure_staff(account_id: UUID, department_id: UUID, name: str, number: str) -> Staff:
    """The staff row of an account, made or brought up to date."""
    values: dict[str, Any] = {"department_id": department_id, "name": name, "number": number}
    row, _made = Staff.objects.update_or_create(account_id=account_id, defaults=values)
    return row


def _may_appoint(actor: Actor, department_id: UUID) -> None:
    """Operators, and the chief of the department itself."""
    own_chief = any(p.role == "chief" and p.department_id == department_id for p in actor.posts)
    if actor is not SYSTEM and not actor.has_role("operator") and not own_chief:
        raise Forbidden(_("只有运维人员或本部门负责人可以安排岗位"))


@transaction.atomic
def ensure_post(
    actor: Actor, staff_id: UUID, role: str, department_id: UUID, division: str,
    *, valid_from: date | None = None, valid_to: date | None = None,
) -> Post:  # fmt: skip
    """Give a member of staff a post unless he holds it. Raises Forbidden, Invalid."""
    _may_appoint(actor, department_id)
    if role not in Post.Role.values:
        raise invalid("role", "choice", _("没有这个岗位"))
    same = Post.objects.filter(
        holding_today(), staff_id=staff_id, role=role, department_id=department_id, division=division
    ).first()
    if same is not None:
        return same
    row = Post.objects.create(
        staff_id=staff_id, role=role, department_id=department_id, division=division,
        valid_from=valid_from or timezone.localdate(), valid_to=valid_to,
    )  # fmt: skip
    data = {"post": str(row.id), "role": role, "department": str(department_id), "division": division}
    trace.append(actor, staff_id, "organisations.post_given", data)
    return row


@transaction.atomic
def end_post(actor: Actor, post_id: UUID) -> None:
    """End a post at once: the person loses the role with the next request. Raises Forbidden, NotFound."""
    post = Post.objects.select_for_update().filter(pk=post_id).first()
    if post is None:
        raise NotFound(_("没有找到这个岗位"))
    _may_appoint(actor, post.department_id)
    trace.append(actor, post.staff_id, "organisations.post_ended", {"post": str(post.id), "role": post.role})
    post.delete()
