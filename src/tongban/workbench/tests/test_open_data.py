"""The stewards' pages of open data: from a draft to the public, by two people."""

import pytest

from tongban.conftest import client_of
from tongban.identity.models import Account
from tongban.opendata import service as opendata
from tongban.opendata.tests.conftest import _sources, people, publish  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(people):  # noqa: F811
    return lambda name: client_of(Account.objects.get(pk=getattr(people, name).account_id))


def filled(people, **more):  # noqa: F811
    return {
        "code": "test-counts", "source": "test-counts", "title": "测试", "title_en": "Test",
        "description": "说明文字", "theme": "GOVE", "department": str(people.department.id),
        "terms": "CC-BY-4.0", "cycle": "monthly", "division": "35", "contact_name": "数据局",
        "contact": "a@example.org", "treatment": "suppress", "keywords": "测试，开放", **more,
    }  # fmt: skip


def test_a_draft_is_made_reviewed_published_and_withdrawn(people, at):  # noqa: F811
    steward, supervisor = at("steward"), at("supervisor")
    assert steward.get("/work/open-data/new/").status_code == 200
    assert steward.post("/work/open-data/new/", filled(people, contact="nobody")).status_code == 422
    page = steward.post("/work/open-data/new/", filled(people)).url
    assert steward.get(page).status_code == 200
    assert steward.post(page, {"act": "build", "words": "首版"}).status_code == 302
    assert "为防推算" in steward.get(page).content.decode()
    assert steward.post(page, {"act": "submit"}).status_code == 302
    assert steward.post(page, {"act": "publish"}).status_code == 403  # one's own
    assert supervisor.post(page, {"act": "back"}).status_code == 422  # no reason
    assert supervisor.post(page, {"act": "publish"}).status_code == 302
    assert opendata.published("test-counts").title == "测试"
    changed = filled(people, act="save", title="改过的标题")
    assert steward.post(page, changed).status_code == 302
    assert "改过的标题" in steward.get("/work/open-data/", {"q": "改过"}).content.decode()
    assert supervisor.post(page, changed).status_code == 403
    assert steward.post(page, {"act": "withdraw", "words": ""}).status_code == 422
    assert steward.post(page, {"act": "withdraw", "words": "口径有误"}).status_code == 302
    assert steward.post(page, {"act": "nothing"}).status_code == 400


def test_others_are_kept_out(people, at):  # noqa: F811
    for path in ("", "requests/", "showcase/"):
        assert at("clerk").get(f"/work/open-data/{path}").status_code == 403
        assert at("resident").get(f"/work/open-data/{path}").status_code == 403
        assert at("supervisor").get(f"/work/open-data/{path}").status_code == 200
    assert at("supervisor").get("/work/open-data/new/").status_code == 403


def test_requests_are_answered(people, at, publish):  # noqa: F811
    publish()
    row = opendata.ask(
        people.resident, title="企业登记数", text="各县区每年新登记的企业数量", purpose="",
        department_id=people.department.id, key="k",
    )  # fmt: skip
    steward = at("steward")
    assert "企业登记数" in steward.get("/work/open-data/requests/").content.decode()
    given = {"id": str(row.id), "outcome": "provided", "text": "已经开放了", "dataset": ""}
    assert steward.post("/work/open-data/requests/", given).status_code == 422
    assert at("supervisor").post("/work/open-data/requests/", given).status_code == 403
    assert steward.post("/work/open-data/requests/", given | {"dataset": "test-counts"}).status_code == 302
    assert steward.post("/work/open-data/requests/", given | {"id": "x"}).status_code == 400


def test_showcases_are_reviewed(people, at, publish):  # noqa: F811
    publish()
    row = opendata.propose(
        people.resident,
        title="地图",
        text="用数据集做了一张地图",
        url="",
        maker="林先生",
        codes=["test-counts"],
    )
    supervisor = at("supervisor")
    given = {"id": str(row.id), "act": "refuse", "words": ""}
    assert supervisor.post("/work/open-data/showcase/", given).status_code == 422
    assert supervisor.post("/work/open-data/showcase/", given | {"act": "show"}).status_code == 302
    assert supervisor.post("/work/open-data/showcase/", given | {"act": "show"}).status_code == 409
