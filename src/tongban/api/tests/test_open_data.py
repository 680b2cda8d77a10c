"""The open query API: contract, errors, rate limit, reads from other sites."""

import pytest

from tongban.opendata.tests.conftest import _sources, people, publish  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db
BASE = "/api/v1/open/datasets"


def test_datasets_one_dataset_and_its_rows(client, publish):  # noqa: F811
    publish("test-register")
    found = client.get(BASE, {"q": "测试"}).json()
    assert [one["code"] for one in found["datasets"]] == ["test-register"]
    assert found["facets"]["theme"][0]["value"] == "GOVE"
    one = client.get(f"{BASE}/test-register").json()
    assert [c["type"] for c in one["columns"]] == ["string", "string", "integer", "date", "boolean", "number"]
    assert {f["format"] for f in one["files"]} == {"CSV", "Parquet"}
    page = client.get(f"{BASE}/test-register/rows?size__gte=20&columns=code,size&limit=2&sort=-size").json()
    assert page["rows"] == [{"code": "024", "size": 24}, {"code": "023", "size": 23}]
    rest = client.get(
        f"{BASE}/test-register/rows",
        {"size__gte": 20, "columns": "code", "limit": 9, "sort": "-size", "cursor": page["next"]},
    ).json()
    assert [row["code"] for row in rest["rows"]] == ["022", "021", "020"]
    assert rest["next"] == ""


@pytest.mark.parametrize(
    ("query", "field"),
    [("size__gte=x", "size__gte"), ("no=1", "no"), ("limit=0", "limit"), ("limit=9999", "limit"),
     ("columns=zz", "columns"), ("cursor=zz", "cursor"), ("version=x", "version")],
)  # fmt: skip
def test_what_is_wrong_is_named(client, publish, query, field):  # noqa: F811
    publish("test-register")
    response = client.get(f"{BASE}/test-register/rows?{query}")
    assert response.status_code == 422
    assert [p["field"].split(".")[-1] for p in response.json()["problems"]] == [field]
    assert response["Access-Control-Allow-Origin"] == "*"


def test_unknown_datasets_and_versions(client, publish):  # noqa: F811
    publish("test-register")
    assert client.get(f"{BASE}/none").status_code == 404
    assert client.get(f"{BASE}/none/rows").status_code == 404
    assert client.get(f"{BASE}/test-register/rows?version=7").status_code == 404


def test_other_sites_may_read_and_nothing_else(client):
    ask = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    response = client.options(BASE, headers=ask)
    assert response.status_code == 204
    assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "Access-Control-Allow-Credentials" not in response
    assert "Access-Control-Allow-Origin" not in client.get("/api/v1/codes")
    assert client.post(BASE).status_code == 405


def test_too_many_calls(client, settings):
    settings.OPENDATA_CALLS = 3
    assert [client.get(BASE).status_code for _ in range(4)] == [200, 200, 200, 429]
