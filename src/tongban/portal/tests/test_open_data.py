"""Open data's public pages, downloads and catalogue."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest

from tongban.conftest import client_of as signed_in
from tongban.identity.models import Account
from tongban.opendata import service as opendata
from tongban.opendata.tests.conftest import _sources, people, publish  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_of():
    return lambda actor: signed_in(Account.objects.get(pk=actor.account_id))


def test_search_finds_by_words_and_facets(client, publish):  # noqa: F811
    publish()
    publish("test-register", title="服务名录", theme="REGI")
    assert "测试数据集" in client.get("/open/").content.decode()
    page = client.get("/open/", {"q": "名录"}).content.decode()
    assert "服务名录" in page
    assert "测试数据集" not in page
    assert "服务名录" not in client.get("/open/", {"theme": "GOVE"}).content.decode()
    assert client.get("/open/", {"q": "\x00", "page": "x", "format": "XLS"}).status_code == 200


def test_a_dataset_page_shows_rows_columns_chart_and_licence(client, publish):  # noqa: F811
    publish()
    response = client.get("/open/datasets/test-counts/")
    page = response.content.decode()
    for words in (
        "件数，按地区",
        "合计",
        "creativecommons.org/licenses/by/4.0",
        "隐去",
        "test-counts-1.parquet",
    ):
        assert words in page
    block = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
    assert json.loads(block)["@type"] == "Dataset"
    assert 'rel="alternate"' in response["Link"]


def test_drafts_are_not_there_and_withdrawn_say_why(client, people, publish):  # noqa: F811
    assert client.get("/open/datasets/test-counts/").status_code == 404
    row = publish()
    opendata.withdraw(people.steward, row.id, "口径有误")
    response = client.get("/open/datasets/test-counts/")
    assert response.status_code == 410
    assert "口径有误" in response.content.decode()
    assert client.get("/open/datasets/test-counts/1/test-counts-1.csv").status_code == 410


def body(response):
    return b"".join(response.streaming_content)


def test_downloads_with_ranges_and_etag(client, publish):  # noqa: F811
    row = publish()
    path = "/open/datasets/test-counts/1/test-counts-1.csv"
    response = client.get(path)
    whole = body(response)
    assert next(csv.reader(io.StringIO(whole.decode())))[0] == "area"
    assert body(client.get(path, {"bom": "1"})) == b"\xef\xbb\xbf" + whole
    etag = response["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    part = client.get(path, headers={"Range": "bytes=3-9"})
    assert (part.status_code, body(part)) == (206, whole[3:10])
    assert part["Content-Range"] == f"bytes 3-9/{len(whole)}"
    assert body(client.get(path, headers={"Range": "bytes=-4"})) == whole[-4:]
    assert body(client.get(path, headers={"Range": "bytes=5-"})) == whole[5:]
    assert client.get(path, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    stale = client.get(path, headers={"Range": "bytes=0-1", "If-Range": '"old"'})
    assert (stale.status_code, body(stale)) == (200, whole)
    typed = body(client.get(path.replace(".csv", ".parquet")))
    assert pq.read_table(io.BytesIO(typed)).num_rows == opendata.release_of(row).rows
    assert client.get(path.replace(".csv", ".exe")).status_code == 404
    assert client.get("/open/datasets/test-counts/7/test-counts-7.csv").status_code == 404


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/turtle", "text/turtle"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("*/*", "application/ld+json"),
    ],
)
def test_the_catalogue_by_content_negotiation(client, publish, accept, kind):  # noqa: F811
    publish()
    response = client.get("/open/catalog", headers={"Accept": accept})
    assert response["Content-Type"].startswith(kind)
    assert response["Access-Control-Allow-Origin"] == "*"


def test_the_catalogue_by_extension_and_for_people(client, publish):  # noqa: F811
    publish()
    for extension in ("jsonld", "ttl", "rdf"):
        assert client.get(f"/open/catalog.{extension}").status_code == 200
        assert client.get(f"/open/datasets/test-counts.{extension}").status_code == 200
    assert client.get("/open/catalog.doc").status_code == 404
    assert client.get("/open/datasets/nothing.ttl").status_code == 404
    assert client.get("/open/catalog", headers={"Accept": "text/html"}).status_code == 302
    assert client.get("/open/catalog", headers={"Accept": "image/png"}).status_code == 406
    turtle = client.get("/open/datasets/test-counts/", headers={"Accept": "text/turtle"})
    assert turtle["Content-Type"].startswith("text/turtle")


def test_site_map_and_robots(client, publish):  # noqa: F811
    publish()
    assert "/open/datasets/test-counts/</loc>" in client.get("/sitemap.xml").content.decode()
    assert "Sitemap: " in client.get("/robots.txt").content.decode()


def test_the_console_shows_answers_and_what_is_wrong(client, publish):  # noqa: F811
    publish()
    page = client.get("/open/api/", {"dataset": "test-counts", "query": "area=b&limit=2"}).content.decode()
    assert "area=b&amp;limit=2" in page
    assert "&quot;total&quot;: 3" in page
    wrong = client.get("/open/api/", {"dataset": "test-counts", "query": "nothing=1&limit=x"})
    assert wrong.status_code == 422
    assert client.get("/open/api/", {"dataset": "no"}).status_code == 404


ASKED = {"title": "企业登记数", "text": "各县区每年新登记的企业数量", "purpose": "研究", "key": "k1"}


def test_asking_following_and_the_public_answer(people, publish, client_of, client):  # noqa: F811
    publish()
    resident = client_of(people.resident)
    assert client.get("/open/requests/new/").status_code == 302
    assert client_of(people.steward).get("/open/requests/new/").status_code == 403
    assert resident.get("/open/requests/new/").status_code == 200
    assert resident.post("/open/requests/new/", {"title": ""}).status_code == 422
    asked = {**ASKED, "department": str(people.department.id)}
    response = resident.post("/open/requests/new/", asked)
    assert resident.post("/open/requests/new/", asked).url == response.url  # pressed twice
    assert client.get(response.url).status_code == 404  # not public before it is answered
    assert "最迟" in resident.get(response.url).content.decode()
    row = opendata.PublicRequest.objects.get()
    opendata.answer(
        people.steward, row.id, outcome="provided", text="已经开放，请下载", dataset_code="test-counts"
    )
    page = client.get(response.url).content.decode()
    assert "已经开放" in page
    assert "林一" not in page
    assert "企业登记数" in client.get("/open/requests/").content.decode()
    assert resident.post(f"{response.url}follow/", {"on": "0"}).status_code == 302
    assert not opendata.follows(people.resident, row)
    assert client.post(f"{response.url}follow/", {"on": "1"}).status_code == 302
    from tongban.notices import service as notices

    assert notices.unread_count(people.resident.account_id) == 1


def test_a_showcase_is_shown_after_a_review(people, publish, client_of, client):  # noqa: F811
    publish()
    given = {"title": "地图", "text": "用数据集做了一张地图", "maker": "林先生", "url": "javascript:alert(1)",
             "datasets": ["test-counts"]}  # fmt: skip
    resident = client_of(people.resident)
    assert client.post("/open/showcase/new/", given).status_code == 302
    assert resident.get("/open/showcase/new/").status_code == 200
    assert resident.post("/open/showcase/new/", given).status_code == 422
    assert resident.post("/open/showcase/new/", given | {"url": "https://example.org/"}).status_code == 302
    assert "地图" not in client.get("/open/showcase/").content.decode().split("<main")[1]
    opendata.review_showcase(people.supervisor, opendata.Showcase.objects.get().id, show=True)
    assert "https://example.org/" in client.get("/open/showcase/").content.decode()
