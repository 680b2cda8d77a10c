"""One source for each datum: decided once, by document, also when two claim at the same moment."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection
from django.utils import timezone

from tongban.conftest import DepartmentFactory, Person, run_due_jobs
from tongban.kit.actors import SYSTEM
from tongban.kit.errors import Conflict, Forbidden, Invalid
from tongban.resources import service
from tongban.resources.cli import commands
from tongban.resources.models import Golden, SourceDecision
from tongban.trace import service as trace

CODE, TODAY = "person.address", timezone.localdate()
Put = Callable[..., int]


def value() -> str:
    return str(Golden.objects.get().entries[CODE]["v"])


@pytest.mark.django_db
def test_a_decision_changes_whose_value_counts_and_its_end_changes_it_back(
    put: Put, sources: dict[str, Any]
) -> None:
    put("gongan", {CODE: "东街 1 号"})
    put("minzheng", {CODE: "西街 2 号"})
    assert value() == "东街 1 号"
    made = service.decide_source(SYSTEM, CODE, sources["minzheng"].id, "闽数〔2026〕1号", TODAY, "k1")
    assert service.source_department(CODE) == sources["minzheng"].id
    assert "resources.choose_again" in run_due_jobs()
    assert value() == "西街 2 号"
    service.end_decision(SYSTEM, made.id, "职责调整，另行决定")
    run_due_jobs()
    assert value() == "东街 1 号"
    assert service.source_department(CODE) == sources["gongan"].id
    actions = [row.action for row in trace.rows(SYSTEM, f"source:{CODE}")]
    assert sorted(actions) == ["resources.source_decided", "resources.source_ended"]
    with pytest.raises(Conflict):
        service.end_decision(SYSTEM, made.id, "职责调整，另行决定")


@pytest.mark.django_db
def test_a_second_claim_is_told_who_is_the_source_and_by_which_document(sources: dict[str, Any]) -> None:
    police, civil = sources["gongan"].id, sources["minzheng"].id
    first = service.decide_source(SYSTEM, CODE, police, "闽数〔2026〕1号", TODAY, "k1")
    with pytest.raises(Conflict) as refused:
        service.decide_source(SYSTEM, CODE, civil, "闽民〔2026〕9号", TODAY, "k2")
    assert "福州市公安局" in refused.value.message
    assert "闽数〔2026〕1号" in refused.value.message
    assert service.decide_source(SYSTEM, CODE, police, "闽数〔2026〕1号", TODAY, "k1").id == first.id
    with pytest.raises(Conflict):
        service.decide_source(SYSTEM, "person.phone", police, "闽数〔2026〕1号", TODAY, "k1")
    second = service.decide_source(SYSTEM, CODE, civil, "闽数〔2026〕5号", TODAY, "k2", replace=True)
    assert [row.id for row in service.decisions(CODE)] == [second.id, first.id]
    assert "闽数〔2026〕5号" in service.decisions(CODE)[1].ended_why
    assert service.decisions_in_force()[CODE].id == second.id


@pytest.mark.django_db
def test_a_department_claims_for_itself_only_and_ends_nobody_elses(
    sources: dict[str, Any], staff_with: Callable[[str, Any], Person]
) -> None:
    civil = staff_with("steward", sources["minzheng"]).actor
    office = staff_with("steward", DepartmentFactory(code="shuju")).actor
    clerk = staff_with("clerk", sources["minzheng"]).actor
    own, other = sources["minzheng"].id, sources["gongan"].id
    for actor, department in ((civil, other), (clerk, own)):
        with pytest.raises(Forbidden):
            service.decide_source(actor, CODE, department, "文 1 号", TODAY, "k")
    service.decide_source(office, CODE, other, "闽数〔2026〕1号", TODAY, "k1")
    with pytest.raises(Forbidden):
        service.decide_source(civil, CODE, own, "闽民〔2026〕1号", TODAY, "k2", replace=True)
    assert service.source_department(CODE) == other
    for wrong in ({"document_number": " "}, {"decided_on": TODAY + timezone.timedelta(days=1)}, {"key": ""}):
        given = {"document_number": "文 2 号", "decided_on": TODAY, "key": "k3"} | wrong
        with pytest.raises(Invalid):
            service.decide_source(office, "person.phone", other, **given)


@pytest.mark.django_db(transaction=True)
def test_of_two_claims_at_the_same_moment_one_is_refused(sources: dict[str, Any]) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def claim(slug: str) -> None:
        try:
            start.wait(timeout=20)
            service.decide_source(SYSTEM, CODE, sources[slug].id, f"{slug} 1 号", TODAY, slug)
            outcomes.append("decided")
        except Conflict as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=claim, args=(slug,)) for slug in ("gongan", "minzheng")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes) == ["decided", "source_decided"]
    assert SourceDecision.objects.filter(ended_on=None).count() == 1


@pytest.mark.django_db
def test_a_correction_counts_once_for_its_key(
    put: Put, sources: dict[str, Any], resident: Person, staff_with: Callable[[str, Any], Person]
) -> None:
    put("gongan", {CODE: "东街 1 号"})
    steward = staff_with("steward", sources["gongan"]).actor
    assert resident.subject is not None
    who = resident.subject.id
    service.correct(steward, who, CODE, "南街 3 号", reason="核对底册", key="c1")
    service.correct(steward, who, CODE, "北街 4 号", reason="再次核对", key="c2")
    service.correct(steward, who, CODE, "南街 3 号", reason="核对底册", key="c1")
    assert value() == "北街 4 号"
    with pytest.raises(Conflict):
        service.correct(steward, who, CODE, "另一处", reason="核对底册", key="c1")


@pytest.mark.django_db
def test_golden_values_are_chosen_anew_on_request(put: Put) -> None:
    put("gongan", {CODE: "东街 1 号"})
    Golden.objects.update(entries={})  # as an older law would have left it
    bad = CliRunner().invoke(commands, ["choose-again", "person.gone"])
    assert bad.exit_code == 2
    done = CliRunner().invoke(commands, ["choose-again", CODE])
    assert (done.exit_code, "1 elements" in done.output) == (0, True)
    run_due_jobs()
    assert value() == "东街 1 号"
