"""Posts reach the actor, and leave it when they end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tongban.conftest import DepartmentFactory, HallFactory, Person, actor_of_account, invented_uscc
from tongban.kit.errors import Forbidden, Invalid, NotFound
from tongban.organisations import service
from tongban.organisations.models import Post


def test_the_actor_holds_todays_posts_only(clerk: Person) -> None:
    post = Post.objects.get(staff__account=clerk.account)
    assert clerk.actor.kind == "staff"
    assert clerk.actor.has_role("clerk")
    assert clerk.actor.holds("clerk", post.department_id, "350102")
    assert not clerk.actor.holds("clerk", post.department_id, "3502")
    Post.objects.filter(pk=post.pk).update(
        valid_from=timezone.localdate() - timedelta(days=9), valid_to=timezone.localdate() - timedelta(days=1)
    )
    assert actor_of_account(clerk.account).posts == ()
    assert service.posts_of(clerk.account.id) == ()


def test_a_post_not_yet_begun_gives_nothing(clerk: Person) -> None:
    Post.objects.update(valid_from=timezone.localdate() + timedelta(days=1))
    assert not clerk.actor.has_role("clerk")


def test_the_chief_appoints_in_the_own_department_only(chief: Person, clerk: Person) -> None:
    staff = clerk.account.staff
    post = service.ensure_post(chief.actor, staff.id, "reviewer", staff.department_id, "3501")
    assert service.ensure_post(chief.actor, staff.id, "reviewer", staff.department_id, "3501").id == post.id
    assert [s.id for s in service.staff_of(staff.department_id, "reviewer", "350102")] == [staff.id]
    assert service.staff_of(staff.department_id, "reviewer", "3502") == []
    with pytest.raises(Forbidden):
        service.ensure_post(chief.actor, staff.id, "clerk", DepartmentFactory().id, "3501")
    with pytest.raises(Forbidden):
        service.ensure_post(clerk.actor, staff.id, "approver", staff.department_id, "3501")
    with pytest.raises(Invalid) as wrong:
        service.ensure_post(chief.actor, staff.id, "king", staff.department_id, "3501")
    assert wrong.value.problems[0].field == "role"
    service.end_post(chief.actor, post.id)
    assert not clerk.actor.has_role("reviewer")


def test_departments_are_made_once_and_their_codes_checked(db: None) -> None:
    uscc = invented_uscc()
    first = service.ensure_department("minzheng", uscc, "福州市民政局", division="3501")
    again = service.ensure_department("minzheng", uscc, "福州市民政局（新）", division="3501")
    assert first.id == again.id
    assert service.department_by_uscc(uscc.lower()).name == "福州市民政局（新）"
    assert service.department_by_code("minzheng").id == service.department(first.id).id
    with pytest.raises(Invalid):
        service.ensure_department("wrong", uscc[:-1] + ("0" if uscc[-1] != "0" else "1"), "错")
    with pytest.raises(NotFound):
        service.department_by_code("nowhere")


def test_halls_of_a_region(db: None) -> None:
    hall = HallFactory(division="350102")
    HallFactory(division="350203")
    assert service.halls("3501") == [hall]
    assert service.hall(hall.id) == hall
