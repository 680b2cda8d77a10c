"""The demo's catalogue: standards, counties that lag, versions in each state, requests, a trend."""

from collections import Counter

import pytest

from tongban.alignment import service as alignment
from tongban.conftest import client_of
from tongban.demo import catalogue, content, loading
from tongban.identity import service as identity
from tongban.items import service as items
from tongban.notices.models import Notice
from tongban.organisations import service as organisations
from tongban.standards import codes

pytestmark = pytest.mark.django_db
NEEDED = {"divisions", "departments", "item", "staff", "search"}


@pytest.fixture
def province() -> None:
    for piece in loading.pieces():
        kind, _colon, slug = piece.key.partition(":")
        if kind in NEEDED and (kind != "item" or slug in catalogue.SLUGS):
            loading.do(piece)
    for piece in catalogue.pieces():
        loading.do(piece)


def test_the_catalogue_lives(province: None) -> None:
    _standards()
    _people()
    _versions()
    _pages()


def _standards() -> None:
    assert len(catalogue.SLUGS) >= 15
    assert len(catalogue.COUNTIES) >= 20
    places = len(catalogue.COUNTIES) + 1
    scores, _page = alignment.by_basic_item()
    assert len(scores) == len(catalogue.SLUGS)
    assert {score.items for score in scores} == {places}
    assert (scores[0].name, scores[0].drifting) == ("公司变更登记", places)  # its standard was just changed
    lagging = alignment.Standing.objects.filter(deviating__gt=0).count()
    assert places < lagging < len(catalogue.SLUGS) * places / 3
    assert alignment.Standing.objects.exclude(varied={}).count() > places
    points = [score for _day, score in alignment.trend("35")]
    assert len(points) == catalogue.DAYS + 1
    assert points[0] is not None
    assert points[-1] is not None
    assert points[0] < points[-1] < 100
    states = Counter(alignment.Correction.objects.values_list("state", flat=True))
    assert states["open"] >= 3
    assert states["answered"] == 1
    assert Notice.objects.filter(kind="alignment.overdue").exists()


def _people() -> None:
    usccs = [organisations.department_by_code(slug).uscc for slug, _model, _county in catalogue.departments()]
    assert len(set(usccs)) == len(usccs)
    called = [
        organisations.department_by_code(slug).name for slug, _model, _county in catalogue.departments()
    ]
    assert len(set(called)) == len(called)
    assert "仓山区公安局" in called
    assert all(name.endswith(("局", "委员会")) for name in called), called
    assert all(codes.uscc_valid(code) and code[8:10] == "Y9" for code in usccs)
    taken = {entry["uscc"] for entry in content.departments()}
    assert not taken & set(usccs)


def _versions() -> None:
    states = set(items.ItemVersion.objects.values_list("state", flat=True))
    assert states >= {"draft", "submitted", "business", "scheduled", "published"}
    guide = items.published("company-registration-350203")
    assert not guide.fileable
    assert [hit.item.slug for hit in items.search("公司变更登记").hits].count("company-change") == 1


def _pages() -> None:
    def page(login: str, path: str) -> str:
        account = identity.find_account(login)
        assert account is not None
        answer = client_of(account).get(path)
        assert answer.status_code == 200, (login, path)
        return str(answer.content.decode())

    assert "公司变更登记" in page("province", "/work/alignment/")
    assert "鼓楼区" in page("editor", "/work/alignment/corrections/")
    assert "已逾期" in page("supervisor", "/work/alignment/corrections/")
    waiting = page("legal", "/work/items/?stage=business")
    assert "注销" in waiting
    assert "一键采用标准" in page(
        "county", f"/work/alignment/items/{items.item_id_of('company-change-350104')}/"
    )
