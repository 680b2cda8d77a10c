"""One whole life: a licence for a paper, supplement, suspension, extension, decision, licence, delivery."""

from collections.abc import Callable
from typing import Any

import pytest

from tongban.cases import events
from tongban.cases import service as cases
from tongban.cases.tests.conftest import ITEM, pass_review, png
from tongban.conftest import Person
from tongban.documents import service as documents
from tongban.files import service as files
from tongban.items import service as items
from tongban.kit import events as kit_events
from tongban.kit.actors import SYSTEM
from tongban.kit.errors import Invalid
from tongban.licences import service as licences
from tongban.notices import service as notices
from tongban.organisations.models import Department
from tongban.trace import service as trace

pytestmark = pytest.mark.django_db
ID_CARD, PERMIT = "resident-card", "stall-permit"


@pytest.fixture
def types(department: Department, other_department: Department) -> None:
    name = {"key": "holder_name", "label": "姓名", "from": "name"}
    goods = {"key": "goods", "label": "经营品种", "from": "goods"}
    cooked = {"key": "cooked", "label": "熟食", "from": "cooked"}
    for slug, title, owner, elements in (
        (ID_CARD, "居住卡", other_department, [name]),
        (PERMIT, "摊位登记证", department, [name, goods, cooked]),
    ):
        licences.ensure_type(
            slug, title, owner.uscc + "001", department_id=owner.id, elements=elements, validity_months=12
        )


@pytest.fixture
def licensed_item(make_item: Callable[..., items.VersionDetail], types: None) -> items.VersionDetail:
    card = {"key": "card", "name": "居住卡", "kind": "证照", "form": 3, "necessity": 1, "source": 20,
            "licence_types": [ID_CARD], "accept": ["pdf"]}  # fmt: skip
    results = [{"kind": "证照", "name": "摊位登记证", "licence_type": PERMIT}]
    return make_item(materials=[*ITEM["materials"][:1], card], results=results)


@pytest.fixture
def card(known: Person, other_department: Department, types: None) -> licences.Licence:
    return licences.issue(
        SYSTEM, ID_CARD, known.subject.id, {"name": "林测试"}, department_id=other_department.id, key="card"
    )


@pytest.fixture
def heard() -> Any:
    told: list[dict[str, Any]] = []
    kit_events.subscribe(events.case_decided, "tests.life")(told.append)
    yield told
    del events.case_decided.hearers["tests.life"]


def filed_case(person: Person, item: items.VersionDetail, card: licences.Licence) -> cases.Case:
    case = cases.start_draft(person.actor, item.id)
    cases.save_draft(person.actor, case.id, {"goods": "鱼丸", "cooked": "no"}, page="stall")
    cases.attach_upload(person.actor, case.id, "plan", png())
    offered = {m.key: m for m in cases.materials_view(person.actor, case.id).materials}["card"].licences
    assert [o.id for o in offered] == [card.id]
    cases.attach_licence(person.actor, case.id, "card", card.id)
    return cases.submit(person.actor, case.id, key="life")


def test_whole_life(  # noqa: PLR0917
    known: Person,
    licensed_item: items.VersionDetail,
    card: licences.Licence,
    clerk: Person,
    reviewer: Person,
    approver: Person,
    chief: Person,
    run_jobs: Callable[[], list[str]],
    heard: list[dict[str, Any]],
) -> None:
    case = filed_case(known, licensed_item, card)
    cases.ask_supplement(clerk.actor, case.id, "请写清品种", ["goods"], [])
    run_jobs()
    cases.answer_supplement(known.actor, case.id, {"goods": "手工鱼丸"}, key="s")
    cases.accept(clerk.actor, case.id)
    cases.suspend(reviewer.actor, case.id, "site_inspection", "现场核查", 5)
    run_jobs()
    cases.resume(reviewer.actor, case.id, outcome="符合")
    cases.extend(chief.actor, case.id, 5, "需要征求意见")
    pass_review(case, reviewer)
    cases.decide(approver.actor, case.id, True)
    cases.conclude(clerk.actor, case.id)
    cases.mark_delivered(clerk.actor, case.id)
    run_jobs()
    case.refresh_from_db()
    assert case.state == "delivered"

    papers = cases.documents_of(known.actor, case.id)
    assert sorted(p.kind for p in papers) == sorted(
        ["receipt", "supplement", "acceptance", "special_procedure", "extension", "decision", "conclusion"]
    )
    assert all(p.ready for p in papers)
    assert len({p.number for p in papers}) == len(papers)
    decision = next(p for p in papers if p.kind == "decision")
    report = documents.verify(files.read(decision.file_hash))
    assert report.valid
    assert report.covers_whole

    issued = licences.of_case(SYSTEM, case.id)
    assert [x.type.slug for x in issued] == [PERMIT]
    assert issued[0].holder_id == known.subject.id
    assert issued[0].data["goods"] == "手工鱼丸"
    assert issued[0].data["cooked"] == "否"  # a licence bears words, not a form's codes
    assert [h["granted"] for h in heard] == [True]

    actions = [r.action for r in trace.rows(SYSTEM, case.id)]
    once = "submitted supplement_asked accepted suspended resumed extended step decided concluded delivered"
    for action in once.split():
        assert actions.count(f"case.{action}") == 1
    assert "要求补正" in [e.title for e in cases.timeline(known.actor, case.id)]
    titles = [n.title for n in notices.inbox(known.account.id).rows]
    assert "申请已批准" in titles
    steps = [(s.name, s.action) for s in cases.desk(clerk.actor, case.id).steps]
    assert steps == [
        ("受理", "return"),
        ("受理", "pass"),
        ("审查", "pass"),
        ("决定", "pass"),
        ("送达", "pass"),
    ]


def test_opinions_stay_inside(accepted: cases.Case, reviewer: Person, known: Person, clerk: Person) -> None:
    pass_review(accepted, reviewer)
    outside = cases.timeline(known.actor, accepted.id)
    assert not any("材料齐全" in e.detail for e in outside)
    assert not any(e.by == clerk.account.name for e in outside)
    assert any("材料齐全" in e.detail for e in cases.timeline(clerk.actor, accepted.id))


def test_documents_come_out_once_however_often_the_job_runs(
    accepted: cases.Case, run_jobs: Callable[[], list[str]], known: Person
) -> None:
    from tongban.cases import tasks

    run_jobs()
    before = {d.kind: d.number for d in cases.documents_of(known.actor, accepted.id)}
    count = len(notices.inbox(known.account.id).rows)
    at = accepted.accepted_at.isoformat()
    tasks.follow_up.func(case_id=str(accepted.id), what="accepted", detail="", occurrence=1, at=at)
    run_jobs()
    assert {d.kind: d.number for d in cases.documents_of(known.actor, accepted.id)} == before
    assert len(notices.inbox(known.account.id).rows) == count


def test_a_refusal_is_a_sealed_letter(
    filed: cases.Case, clerk: Person, known: Person, run_jobs: Callable[[], list[str]]
) -> None:
    cases.refuse_acceptance(clerk.actor, filed.id, "依法不需要许可")
    run_jobs()
    assert {d.kind for d in cases.documents_of(known.actor, filed.id)} == {"receipt", "refusal"}


def test_a_licence_of_somebody_else_or_out_of_force_meets_nothing(  # noqa: PLR0917
    known: Person, other_resident: Person, licensed_item: items.VersionDetail, card: licences.Licence,
    other_department: Department, department: Department,
) -> None:  # fmt: skip
    foreign = licences.issue(
        SYSTEM, ID_CARD, other_resident.subject.id, {"name": "x"}, department_id=other_department.id, key="f"
    )
    wrong = licences.issue(
        SYSTEM, PERMIT, known.subject.id, {"name": "x", "goods": "y"}, department_id=department.id, key="w"
    )
    case = cases.start_draft(known.actor, licensed_item.id)
    for bad in (foreign, wrong):
        with pytest.raises(Invalid):
            cases.attach_licence(known.actor, case.id, "card", bad.id)
    cases.attach_licence(known.actor, case.id, "card", card.id)
    cases.save_draft(known.actor, case.id, {"goods": "鱼丸"}, page="stall")
    cases.attach_upload(known.actor, case.id, "plan", png())
    licences.change_status(SYSTEM, card.id, "02", "暂扣")
    with pytest.raises(Invalid):  # it was good when attached, and is not any more
        cases.submit(known.actor, case.id, key="k")


def test_the_hot_path_is_short(
    known: Person, licensed_item: items.VersionDetail, card: licences.Licence,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:  # fmt: skip
    actor = known.actor
    filed_case(known, licensed_item, card)  # warms what is kept per process
    with django_assert_max_num_queries(10):
        case = cases.start_draft(actor, licensed_item.id)
    with django_assert_max_num_queries(3):
        cases.save_draft(actor, case.id, {"goods": "鱼丸"}, page="stall")
    with django_assert_max_num_queries(10):
        cases.attach_upload(actor, case.id, "plan", png())
    cases.attach_licence(actor, case.id, "card", card.id)
    with django_assert_max_num_queries(14):
        cases.submit(actor, case.id, key="hot")
