"""The pages of subscriptions, and the sandbox's subscriber."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from tongban.conftest import DepartmentFactory, Person, SubjectFactory, run_due_jobs
from tongban.organisations.models import Department
from tongban.resources import service as resources
from tongban.resources.hooks.models import Delivery, SandboxEvent, Subscription

pytestmark = pytest.mark.django_db
URL = "/work/subscriptions/"
BOX = "/sandbox/subscriber/min/"


@pytest.fixture
def civil(db: None) -> Department:
    return DepartmentFactory(code="minzheng", name="福州市民政局", short_name="民政局")


@pytest.fixture
def client(civil: Department, staff_with: Callable[..., Person]) -> Any:
    return staff_with("steward", civil).client


def form(civil: Department, **more: Any) -> dict[str, Any]:
    return {"name": "地址变化", "department": str(civil.id), "url": f"sandbox:{BOX}",
            "elements": ["person.address"], **more}  # fmt: skip


def test_a_subscription_is_made_told_paused_and_ended(client: Any, civil: Department) -> None:
    assert "还没有订阅" in client.get(URL).content.decode()
    assert "推送地址" in client.get(f"{URL}new/").content.decode()
    wrong = client.post(f"{URL}new/", form(civil, url="http://169.254.169.254/"))
    assert wrong.status_code == 422
    assert "TONGBAN_SUBSCRIBERS" in wrong.content.decode()
    assert client.post(f"{URL}new/", form(civil, elements=[])).status_code == 422
    made = client.post(f"{URL}new/", form(civil))
    row = Subscription.objects.get()
    assert "只显示这一次" in made.content.decode()
    assert client.post(f"{URL}new/", form(civil)).status_code == 422  # the name is taken
    own = f"{URL}{row.id}/"
    assert "只显示这一次" not in client.get(own).content.decode()
    subject, police = SubjectFactory(), DepartmentFactory(code="gongan")
    resources.put_values(police.id, [(subject.id, "person.address", "东街 1 号")], timezone.now())
    run_due_jobs()
    page = client.get(own).content.decode()
    assert "已送达 1" in page
    assert str(Delivery.objects.get().event_id) in page
    assert "东街" not in page
    assert "没有推送过" in client.get(f"{own}?state=refused").content.decode()
    assert client.post(own, {"act": "replay", "since": "x"}).status_code == 422
    assert client.post(own, {"act": "replay", "since": timezone.localdate().isoformat()}).status_code == 302
    run_due_jobs()
    assert SandboxEvent.objects.get().times == 2
    assert "只显示这一次" in client.post(own, {"act": "secret"}).content.decode()
    assert client.post(own, {"act": "pause"}).status_code == 302
    assert "已暂停" in client.get(URL).content.decode()
    assert client.post(own, {"act": "resume", "url": "http://a/"}).status_code == 422
    assert client.post(own, {"act": "resume", "url": ""}).status_code == 302
    assert client.post(own, {"act": "dance"}).status_code == 400
    assert client.post(own, {"act": "end"}).status_code == 302
    assert client.post(own, {"act": "pause"}, follow=True).status_code == 200
    assert Subscription.objects.get().state == "ended"


def test_others_may_not(
    client: Any, civil: Department, clerk: Person, operator: Person, staff_with: Callable[..., Person]
) -> None:
    client.post(f"{URL}new/", form(civil))
    own = f"{URL}{Subscription.objects.get().id}/"
    for path in (URL, f"{URL}new/", own):
        assert clerk.client.get(path).status_code == 403
        assert operator.client.get(path).status_code == 200
    police = staff_with("steward", DepartmentFactory(code="gongan")).client
    assert police.get(own).status_code == 403
    assert police.post(own, {"act": "end"}).status_code == 403
    assert police.post(f"{URL}new/", form(civil)).status_code == 422
    assert "地址变化" not in police.get(URL).content.decode()


def test_the_sandbox_shows_what_came_and_plays_faults(client: Any, settings: Any) -> None:
    assert "还没有收到事件" in client.get(f"{BOX}received/").content.decode()
    assert client.post(f"{BOX}fault/", {"fault": "down"}).status_code == 302
    assert client.post(BOX, "{}", content_type="application/json").status_code == 503
    client.post(f"{BOX}fault/", {"fault": ""})
    assert client.post(BOX, "no json", content_type="application/json").status_code == 400
    assert client.post(BOX, '{"id": "1"}', content_type="application/json").status_code == 401
    forged = {"HTTP_TONGBAN_SUBSCRIPTION": "x" * 36, "HTTP_TONGBAN_SIGNATURE": "t=1,v1=0"}
    assert client.post(BOX, '{"id": "1"}', content_type="application/json", **forged).status_code == 401
    assert not SandboxEvent.objects.exists()
    settings.SANDBOX = False
    for path in (f"{BOX}received/", BOX):
        assert client.post(path, "{}", content_type="application/json").status_code in (404, 405)
