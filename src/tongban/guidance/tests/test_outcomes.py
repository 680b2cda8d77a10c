"""Walks, what they lead to, what is struck out for whom, and what a filing takes over."""

import copy
from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone

from tongban.cases import service as cases
from tongban.cases.tests.conftest import ITEM
from tongban.conftest import Person
from tongban.documents import service as documents
from tongban.guidance import outcomes, walks
from tongban.guidance import service as guidance
from tongban.guidance.tests.conftest import PAPERS, data, reach
from tongban.items import service as items
from tongban.kit.actors import ANONYMOUS, SYSTEM
from tongban.kit.errors import Conflict, Invalid, NotFound
from tongban.licences import service as licences
from tongban.resources import service as resources

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("table")]


def test_only_questions_that_still_matter_are_asked(item: items.VersionDetail) -> None:
    start = guidance.walk(item.code)
    assert (start.number, start.most, start.question and start.question.key) == (1, 3, "cooked")
    assert guidance.answer(item.code, start.state, "no").question is None
    then = guidance.answer(item.code, start.state, "yes")
    assert (then.number, then.most) == (2, 3)
    small = guidance.answer(item.code, then.state, "9")
    assert (small.question, small.most) == (None, 2)
    assert guidance.answer(item.code, then.state, "10").question is not None


@pytest.mark.parametrize("raw", ["", "maybe", "<script>", "yes\x00no", "no'; --"])
def test_unknown_answers_are_refused_by_name(item: items.VersionDetail, raw: str) -> None:
    with pytest.raises(Invalid) as caught:
        guidance.answer(item.code, guidance.walk(item.code).state, raw)
    assert caught.value.problems[0].field == "cooked"


@pytest.mark.parametrize("raw", ["", "-1", "501", "1.5", "many", "9" * 40])
def test_numbers_out_of_range_are_refused(item: items.VersionDetail, raw: str) -> None:
    then = guidance.answer(item.code, guidance.walk(item.code).state, "yes")
    with pytest.raises(Invalid) as caught:
        guidance.answer(item.code, then.state, raw)
    assert caught.value.problems[0].field == "size"


def test_a_tampered_state_is_refused(item: items.VersionDetail, table: guidance.Table) -> None:
    state = guidance.walk(item.code).state
    forged = [
        state[:-2] + "xx",
        "nonsense",
        "x" * 9000,
        signing.dumps({"t": str(table.id), "a": []}, salt="other"),
        signing.dumps({"t": str(table.id), "a": [["own", "own"]]}, salt=walks.SALT),
        signing.dumps({"t": str(table.id), "a": [["cooked", "maybe"]]}, salt=walks.SALT),
        signing.dumps(["x"], salt=walks.SALT),
    ]
    for one in forged:
        with pytest.raises(Invalid):
            guidance.walk(item.code, one)
    with pytest.raises(Conflict):
        guidance.walk(item.code, signing.dumps({"t": "another", "a": []}, salt=walks.SALT))


def test_the_outcome_says_exactly_what_applies(item: items.VersionDetail, table: guidance.Table) -> None:
    view = guidance.outcome(ANONYMOUS, reach(item.code, cooked="yes", size="20", own="own"))
    assert [m.material.key for m in view.materials] == ["plan", "health"]
    assert [m.key for m in view.unneeded] == ["work"]
    assert (view.fee_fen, view.days, view.place) == (2050, item.promised_days, item.address)
    assert [(g.text, g.answer) for g in view.given][1] == ("摊位多大？", "20 平方米")
    row = guidance.Outcome.objects.get()
    assert (row.table_id, row.item_version_id) == (table.id, item.id)
    small = guidance.outcome(ANONYMOUS, reach(item.code, cooked="no"))
    assert (small.fee_fen, small.days) == (0, 1)
    assert ("经营品种", "干货") in [(c.label, c.value) for c in small.carried]


def test_what_a_person_holds_is_struck_out_for_him_alone_and_logged(
    item: items.VersionDetail, insured: Person, card: licences.Licence, other_resident: Person
) -> None:
    token = reach(item.code, cooked="yes", size="20", own="rent")
    assert insured.subject is not None
    mine = guidance.outcome(insured.actor, token)
    by = {m.material.key: m.by for m in mine.materials}
    assert by == {"plan": "", "health": "licence", "work": "data"}
    assert "人力资源" in next(m.struck for m in mine.materials if m.material.key == "work")
    assert mine.to_bring == 1
    for visitor in (ANONYMOUS, other_resident.actor):
        assert not any(m.struck for m in guidance.outcome(visitor, token).materials)
    reads = resources.reads_of(insured.actor, insured.subject.id, 1).rows
    assert any("办事清单" in read.purpose for read in reads)
    assert any("办事清单" in use.purpose for use in licences.uses_of(insured.actor, card.id))
    kept = guidance.Outcome.objects.get()
    assert insured.account.name not in str(kept.answers) + str(kept.result)


def test_tokens_that_are_unknown_or_old_open_nothing(item: items.VersionDetail) -> None:
    token = reach(item.code, cooked="no")
    for wrong in ("", "x", token + "x", "\x00", "表"):
        with pytest.raises(NotFound):
            guidance.outcome(ANONYMOUS, wrong)
    guidance.Outcome.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(NotFound):
        guidance.outcome(ANONYMOUS, token)
    assert outcomes.forget_expired() == 1


def test_a_filing_takes_over_answers_and_leaves_out_what_is_not_needed(
    item: items.VersionDetail, insured: Person, card: licences.Licence, clerk: Person
) -> None:
    token = reach(item.code, cooked="yes", size="20", own="rent")
    version, guided = guidance.carried(insured.actor, token)
    case = cases.start_draft(insured.actor, version.id, guided=guided)
    assert case.answers["cooked"] == "yes"
    papers = {m.key: m for m in cases.materials_view(insured.actor, case.id).materials}
    assert "自动核对" in papers["work"].waived
    assert not papers["plan"].waived
    missing = {p.field for p in cases.check_answers(insured.actor, case.id).problems}
    assert "material:work" not in missing
    assert {"material:plan", "material:health"} <= missing


def test_guidance_cannot_put_words_into_locked_or_unknown_fields(
    item: items.VersionDetail, known: Person
) -> None:
    guided = {
        "answers": {"name": "别人", "nothing": 1, "cooked": "maybe", "goods": "鱼丸"},
        "waived": {"plan": "不用", "nothing": "x"},
        "about": {},
    }
    case = cases.start_draft(known.actor, item.id, guided=guided)
    assert case.answers["name"] == "林测试"
    assert case.answers["goods"] == "鱼丸"
    assert "cooked" not in case.answers
    assert "nothing" not in case.answers
    assert case.waived == {"plan": "不用"}


def test_the_paper_is_made(item: items.VersionDetail) -> None:
    view = guidance.outcome(ANONYMOUS, reach(item.code, cooked="yes", size="3"))
    pdf = documents.render("guidance", guidance.paper(view, "https://example.test/guidance/results/x/"))
    assert pdf.startswith(b"%PDF")


def test_a_clerk_may_still_ask_for_what_was_waived(
    item: items.VersionDetail, insured: Person, clerk: Person
) -> None:
    version, guided = guidance.carried(insured.actor, reach(item.code, cooked="no"))
    case = cases.start_draft(insured.actor, version.id, guided=guided)
    cases.submit(insured.actor, case.id, key="one")
    desk = cases.desk(clerk.actor, case.id)
    assert {m.key for m in desk.materials if m.waived} == {"plan", "health", "work"}
    cases.claim(clerk.actor, desk.tasks[0].id)
    cases.ask_supplement(clerk.actor, case.id, "还是要看平面图", [], ["plan"])
    papers = {m.key: m for m in cases.materials_view(insured.actor, case.id).materials}
    assert papers["plan"].problem
    assert not papers["plan"].waived
    with pytest.raises(Invalid):
        cases.answer_supplement(insured.actor, case.id, {}, key="two")


def test_a_newer_guide_takes_back_what_the_older_one_left_out(
    item: items.VersionDetail, insured: Person
) -> None:
    version, guided = guidance.carried(insured.actor, reach(item.code, cooked="no"))
    case = cases.start_draft(insured.actor, version.id, guided=guided)
    items.load_item(copy.deepcopy(ITEM) | {"materials": PAPERS, "summary": "新的办事要求。"})
    again = cases.refile(insured.actor, case.id)
    assert again.answers["cooked"] == "no"
    assert again.waived == {}


def test_who_cannot_file_yet_is_told_why_and_files_nothing(
    item: items.VersionDetail, insured: Person
) -> None:
    rules = data()["rules"]
    rules[0] |= {"stop": True, "note": "先想好卖什么。"}
    guidance.ensure_table(SYSTEM, item.code, data(rules=rules))
    token = reach(item.code, cooked="no")
    view = guidance.outcome(insured.actor, token)
    assert view.stopped
    assert not view.may_file
    assert view.note == "先想好卖什么。"
    with pytest.raises(Conflict, match="先想好"):
        guidance.carried(insured.actor, token)
    rules[0]["note"] = ""
    with pytest.raises(Invalid):  # a stop without a word helps nobody
        guidance.ensure_table(SYSTEM, item.code, data(rules=rules))
