"""The pages of drift: matrix, difference, requests to mend."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from tongban.alignment import service as alignment
from tongban.alignment.tests.conftest import BASIC, COUNTIES, Scene
from tongban.alignment.tests.test_standards import publish_anew
from tongban.conftest import PostFactory, client_of
from tongban.identity.models import Account
from tongban.kit.actors import Actor

pytestmark = pytest.mark.django_db


def client(actor: Actor) -> Any:
    return client_of(Account.objects.get(pk=actor.account_id))


@pytest.fixture
def drifting(scene: Scene, run_jobs: Callable[[], Any]) -> Scene:
    publish_anew(scene, COUNTIES[2], statutory_days=18)
    scene.standard()
    run_jobs()
    alignment.keep_day(timezone.localdate())
    return scene


@pytest.mark.parametrize("by", ["items", "regions", "departments", "nonsense"])
def test_overview(drifting: Scene, by: str) -> None:
    answer = client(drifting.keeper).get("/work/alignment/", {"by": by})
    assert answer.status_code == 200
    assert "%" in answer.content.decode()


def test_matrix_colours_what_differs_and_leads_to_it(drifting: Scene) -> None:
    page = client(drifting.keeper).get(f"/work/alignment/basic/{BASIC}/").content.decode()
    assert page.count("tb-cell--off") == 2  # one cell and the legend
    assert f"/work/alignment/items/{drifting.item_ids[COUNTIES[2]]}/#e-statutory_days" in page
    only = client(drifting.keeper).get(f"/work/alignment/basic/{BASIC}/", {"drifting": "1"}).content.decode()
    assert str(drifting.item_ids[COUNTIES[0]]) not in only


def test_unknown_basic_item_is_not_found(drifting: Scene) -> None:
    assert client(drifting.keeper).get("/work/alignment/basic/999999999999/").status_code == 404


def test_asking_and_answering(drifting: Scene) -> None:
    url = f"/work/alignment/items/{drifting.item_ids[COUNTIES[2]]}/"
    keeper, editor = client(drifting.keeper), client(drifting.editors[COUNTIES[2]])
    assert "要求改正" in keeper.get(url).content.decode()
    assert editor.post(url, {"elements": ["statutory_days"], "days": "5"}).status_code == 403
    assert keeper.post(url, {"elements": ["statutory_days"], "days": "soon"}).status_code == 422
    assert keeper.post(url, {"elements": ["statutory_days"], "days": "5", "note": "请改"}).status_code == 302
    assert keeper.post(url, {"elements": ["statutory_days"], "days": "5"}).status_code == 409
    listed = editor.get("/work/alignment/corrections/").content.decode()
    assert "请改" in listed
    row = alignment.Correction.objects.get()
    editor.post(f"/work/alignment/corrections/{row.id}/", {"act": "answer", "answer": "马上改"})
    row.refresh_from_db()
    assert (row.state, row.answer) == ("answered", "马上改")
    stranger = client(drifting.editors[COUNTIES[0]])
    assert "请改" not in stranger.get("/work/alignment/corrections/").content.decode()
    assert stranger.post(f"/work/alignment/corrections/{row.id}/", {"act": "withdraw"}).status_code == 403
    keeper.post(f"/work/alignment/corrections/{row.id}/", {"act": "withdraw"})
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_a_clerk_may_not_look(drifting: Scene) -> None:
    post = PostFactory(role="clerk")
    assert client_of(post.staff.account).get("/work/alignment/").status_code == 403
