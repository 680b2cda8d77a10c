"""新生儿一件事 of the demo: filed once, four departments in their order, one signed result."""

from collections.abc import Callable
from typing import Any

import pytest

from tongban.cases import service as cases
from tongban.demo import content, loading, packages, staffing
from tongban.demo.playing import paper, staff_of
from tongban.files import service as files
from tongban.identity import service as identity
from tongban.kit.actors import Actor
from tongban.packages import service

ITEMS = ("birth-certificate", "birth-registration", "resident-medical", "social-card")
CHILD: dict[str, Any] = {
    "relation": "mother",
    "child_name": "林沐辰",
    "child_sex": "男",
    "child_ethnicity": "汉族",
    "child_birth_date": "2026-01-05",
    "birth_place": "福建省福州市鼓楼区",
    "hospital": "福州市鼓楼区妇幼保健院",
    "mother_name": "林晓梅",
    "mother_id_number": "11010519491231002X",
    "father_known": "no",
    "follow": "mother",
    "also_medical": "no",
    "for_whom": "child",
    "card_kind": "first",
    "bank": "fjnx",
    "delivery_way": "branch",
    "pickup_point": "东街支行",
    "social_security_bound": "no",
    "reason": "新生儿一件事一起申请",
    "receive": "online",
}


@pytest.fixture
def province(db: None) -> None:
    for piece in loading.pieces():
        kind, _colon, rest = piece.key.partition(":")
        if (kind == "item" and rest not in ITEMS) or (kind == "persons" and rest != "0"):
            continue
        if kind not in ("search", "enterprises") and rest != "firms":
            loading.do(piece)
    packages.load(next(e for e in packages.entries() if e["code"] == "newborn"))


def fill(actor: Actor, filing: service.Filing) -> None:
    fields = [f for page in service.form(actor, filing.id).pages for f in page.fields if not f.locked]
    given = {f.name: CHILD[n] for f in fields if (n := f.name.split("__", 1)[1]) in CHILD}
    service.save_filing(actor, filing.id, given, page=None)
    for one in service.materials(actor, filing.id).materials:
        if one.met or one.necessity == "2":
            continue
        if one.licences:
            service.attach_licence(actor, filing.id, one.key, one.licences[0].id)
        else:
            service.attach_upload(actor, filing.id, one.key, paper(one.key, one.name))


def grant(filing: service.Filing, member: str) -> None:
    """The way of one part through its department, by people of that department."""
    case = filing.parts.get(member=member).case
    assert case is not None
    item = next(i for i in content.items() if i["slug"] == ITEMS_OF[member])
    for kind, role in (("accept", "clerk"), ("review", "reviewer"), ("decide", "approver")):
        for task in cases.Task.objects.filter(case=case, kind=kind, state="open"):
            actor = staff_of(item["department"], item["division"], role)
            cases.claim(actor, task.id)
            if kind == "accept":
                cases.accept(actor, case.id)
            elif kind == "review":
                cases.complete_step(actor, task.id, "pass", "材料和信息相符")
            else:
                cases.decide(actor, case.id, True, "")


ITEMS_OF = dict(zip(("birth", "hukou", "medical", "card"), ITEMS, strict=True))


def states(actor: Actor, filing: service.Filing) -> dict[str, str]:
    return {p.member: p.state for p in service.joined(actor, filing.id).parts}


def test_four_departments_in_their_order(province: None, run_jobs: Callable[[], list[str]]) -> None:
    account = identity.find_account("lin")
    assert account is not None
    actor = identity.own_actor(account)
    filing = service.start(actor, "newborn", {"card": "yes"}, key="newborn")
    fill(actor, filing)
    service.submit(actor, filing.id, key="newborn")
    waiting = {"hukou": "waiting", "medical": "waiting", "card": "waiting"}
    assert states(actor, filing) == {"birth": "submitted", **waiting}
    grant(filing, "birth")
    run_jobs()
    hukou = filing.parts.get(member="hukou").case
    assert hukou is not None
    assert hukou.state == "submitted"
    assert hukou.materials.get(key="birth-certificate").licence_id
    grant(filing, "hukou")
    run_jobs()
    assert (states(actor, filing)["medical"], states(actor, filing)["card"]) == ("submitted", "submitted")
    grant(filing, "medical")
    grant(filing, "card")
    run_jobs()
    view = service.joined(actor, filing.id)
    assert (view.filing.state, view.good, view.failed) == ("done", 4, ())
    assert files.read(service.result(actor, filing.id).hash).startswith(b"%PDF")


def test_each_department_has_people_who_may_sign_in() -> None:
    for slug in ITEMS:
        item = next(i for i in content.items() if i["slug"] == slug)
        roles = {
            post.role
            for worker in staffing.workers()
            if worker.login in staffing.SIGN_IN
            for post in worker.posts
            if post.department == item["department"] and item["division"].startswith(post.division)
        }
        assert {"clerk", "reviewer", "approver"} <= roles, slug
