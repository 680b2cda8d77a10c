"""Who sees which figures on which page, empty states, filters, the download, the public page and the API."""

from collections import Counter
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from tongban.conftest import Person, run_due_jobs
from tongban.kit.errors import Conflict, Forbidden
from tongban.quality import service as quality
from tongban.quality.models import Measure
from tongban.quality.tests.conftest import ADDRESS, GULOU, PHONE, SIMING, World
from tongban.stewardship import service as stewardship

pytestmark = pytest.mark.django_db
HOME, OTHER = "福州市鼓楼区东街街道1号", "福州市鼓楼区水部街道7号"
PAGES = ("/work/quality/", "/work/quality/matrix/", "/work/quality/worst/", "/work/quality/export.csv")
ORDER = ("day", "department", "element", "division")
CELL = f"/work/quality/gongan/{ADDRESS}/"


@pytest.fixture
def measured(world: World) -> World:
    """Two persons in Fuzhou, one in Xiamen; civil affairs differs about one."""
    one, two, three = world.person(GULOU), world.person(GULOU), world.person(SIMING)
    for subject in (one, two, three):
        world.put("gongan", subject, {ADDRESS: HOME, PHONE: "13900000001"}, days_old=2)
    world.put("minzheng", one, {ADDRESS: HOME}, days_old=3)
    world.put("minzheng", two, {ADDRESS: OTHER}, days_old=3)
    run_due_jobs()
    quality.measure()
    return world


@pytest.mark.parametrize("path", [*PAGES, CELL])
def test_stewards_and_supervisors_may_open_the_pages_and_nobody_else(
    path: str, measured: World, resident: Person, clerk: Person
) -> None:
    for person in (measured.stewards["gongan"], measured.stewards["shuju"], measured.supervisor):
        assert person.client.get(path).status_code == 200
    assert clerk.client.get(path).status_code == 403
    assert resident.client.get(path).status_code == 403
    assert Client().get(path).status_code in (302, 401)


@pytest.mark.parametrize("path", [*PAGES[:3], "/open/quality/"])
def test_before_anything_was_measured_the_pages_say_so(path: str, world: World) -> None:
    page = world.supervisor.client.get(path)
    assert page.status_code == 200
    assert "还没有测量" in page.content.decode() or "没有找到问题" in page.content.decode()


def test_a_department_sees_its_own_figures_and_the_data_office_all(measured: World) -> None:
    own = measured.stewards["gongan"].client
    assert "minzheng" not in own.get("/work/quality/matrix/").content.decode()
    assert own.get(f"/work/quality/minzheng/{ADDRESS}/").status_code == 404
    table = own.get("/work/quality/export.csv")
    assert ",minzheng," not in b"".join(table.streaming_content).decode()  # type: ignore[attr-defined]
    for person in (measured.stewards["shuju"], measured.supervisor):
        assert "minzheng" in person.client.get("/work/quality/matrix/").content.decode()
        assert person.client.get(f"/work/quality/minzheng/{ADDRESS}/").status_code == 200


def test_a_post_for_a_county_sees_that_county(measured: World, staff_with: object) -> None:
    local = staff_with("supervisor", measured.departments["shuju"])  # type: ignore[operator]
    local.actor  # noqa: B018
    from tongban.organisations.models import Post

    Post.objects.filter(staff__account=local.account).update(division=SIMING)
    day = timezone.localdate()
    assert quality.tally(local.actor, quality.Scope(), day).filled == 2
    assert quality.tally(local.actor, quality.Scope(GULOU), day).filled == 0
    assert quality.tally(measured.supervisor.actor, quality.Scope(GULOU), day).filled == 6


def test_the_room_refuses_whoever_holds_no_such_post(
    measured: World, resident: Person, clerk: Person
) -> None:
    for person in (resident, clerk):
        with pytest.raises(Forbidden):
            quality.tally(person.actor, quality.Scope(), timezone.localdate())


def test_figures_narrow_to_region_department_and_element(measured: World) -> None:
    actor, day = measured.supervisor.actor, timezone.localdate()
    all_ = quality.tally(actor, quality.Scope(), day)
    parts = [quality.tally(actor, quality.Scope(code), day) for code in ("3501", "3502")]
    assert quality.total(parts) == all_
    minzheng = quality.Scope(department=measured.departments["minzheng"].id, element=ADDRESS)
    assert quality.tally(actor, minzheng, day).share("consistent") == quality.Share(1, 2)
    worst = quality.worst(actor, quality.Scope(), day, "consistent")
    assert [(one.department.code, one.region, one.share.missing) for one in worst] == [("minzheng", GULOU, 1)]
    assert quality.worst(actor, quality.Scope(), day, "consistent", by_share=True) == []  # of two values only
    places = quality.regions(actor, minzheng, day, "consistent")
    assert [(one.region, one.share) for one in places] == [("3501", quality.Share(1, 2))]


def test_a_fault_everywhere_does_not_hide_all_others(measured: World) -> None:
    for n in range(8):
        measured.person(f"3504{n + 20}")
    measured.put("gongan", measured.person("350403"), {PHONE: "13900000001"})
    quality.measure()
    worst = quality.worst(measured.supervisor.actor, quality.Scope(), timezone.localdate(), "complete")
    shown = Counter((one.department.code, one.element.code) for one in worst)
    assert max(shown.values()) == 5  # of ten counties without
    assert len(shown) >= 6
    assert {("gongan", ADDRESS), ("gongan", PHONE)} <= set(shown)


@pytest.mark.parametrize(
    "query",
    ["?region=%00", "?region=99", "?day=x", "?day=2999-01-01", "?dimension=x&span=9999", "?department=nobody",
     f"?region={quote('福州')}", "?day=2020-01-01", "?by=share"],
)  # fmt: skip
def test_nonsense_in_the_address_means_the_usual(query: str, measured: World) -> None:
    for path in (*PAGES, CELL):
        assert measured.supervisor.client.get(path + query).status_code == 200
    assert measured.supervisor.client.get("/work/quality/gongan/no.such/").status_code == 404


def test_a_cell_leads_to_the_rows_behind_it(measured: World) -> None:
    page = measured.stewards["gongan"].client.get(f"{CELL}?region={GULOU}").content.decode()
    link = f"/work/data-checks/?kind=discrepancy&amp;element={ADDRESS}&amp;region={GULOU}"
    assert link in page
    assert measured.stewards["gongan"].client.get(link.replace("&amp;", "&")).status_code == 200
    assert "/work/data-checks/?" not in measured.supervisor.client.get(CELL).content.decode()


def test_the_cell_s_page_shows_what_a_correction_did(measured: World) -> None:
    row = stewardship.Discrepancy.objects.get()
    stewardship.answer(
        measured.stewards["minzheng"].actor, "discrepancy", row.id, "corrected", "已核对户籍登记", HOME
    )
    run_due_jobs()
    page = measured.supervisor.client.get(
        f"/work/quality/minzheng/{ADDRESS}/?region={GULOU}"
    ).content.decode()
    assert "1/2 → 2/2" in page
    assert "更正 1 项" in page


def test_the_download_adds_up(measured: World) -> None:
    answer = measured.supervisor.client.get("/work/quality/export.csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    heads = lines[0].removeprefix("\ufeff").split(",")
    place = heads.index("filled")
    assert sum(int(line.split(",")[place]) for line in lines[1:]) == 8


def test_everybody_reads_the_province_s_shares_but_nothing_of_few_values(
    measured: World, settings: object
) -> None:
    assert ADDRESS not in (page := Client().get("/open/quality/").content.decode())
    assert "现居住地址" not in page
    settings.QUALITY_PUBLIC_LEAST = 2  # type: ignore[attr-defined]
    page = Client().get("/open/quality/").content.decode()
    assert "现居住地址" in page
    assert "gongan" not in page
    assert "鼓楼" not in page
    # No counts, so that nobody works out how many there are: the words of a drawing's points included.
    assert "（" + "3/3" not in page


def test_the_api_says_the_same(measured: World, clerk: Person) -> None:
    answer = measured.supervisor.client.get(f"/api/v1/quality?region={GULOU}")
    assert answer.status_code == 200
    body = answer.json()
    cell = next(c for c in body["cells"] if (c["department"], c["element"]) == ("minzheng", ADDRESS))
    assert {"dimension": "consistent", "good": 1, "of": 2} in cell["shares"]
    assert clerk.client.get("/api/v1/quality").status_code == 403
    assert Client().get("/api/v1/quality").status_code == 401
    assert measured.supervisor.client.get("/api/v1/quality?day=x").status_code == 422


def test_an_invented_past_says_so_and_never_touches_what_was_measured(
    measured: World, settings: object
) -> None:
    before = list(Measure.objects.order_by("id").values_list("id", "filled"))
    made = quality.invent_past(5)
    assert made == 5 * len(before)
    assert list(Measure.objects.filter(invented=False).order_by("id").values_list("id", "filled")) == before
    again = list(
        Measure.objects.filter(invented=True).order_by(*ORDER).values_list("filled", "fresh", "agreeing")
    )
    assert quality.invent_past(5) == 0
    Measure.objects.filter(invented=True).delete()
    quality.invent_past(5)
    assert (
        list(
            Measure.objects.filter(invented=True).order_by(*ORDER).values_list("filled", "fresh", "agreeing")
        )
        == again
    )
    page = measured.supervisor.client.get("/work/quality/").content.decode()
    assert "演示用的编造历史" in page
    yesterday = quality.trend(measured.supervisor.actor, quality.Scope(), timezone.localdate())[-2]
    assert yesterday.day == timezone.localdate() - timedelta(days=1)
    assert yesterday.invented
    settings.SANDBOX = False  # type: ignore[attr-defined]
    with pytest.raises(Conflict):
        quality.invent_past(5)
