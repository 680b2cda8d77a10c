"""A department's own steps: the default process, a process of one's own, and compact state."""

import pytest

from tongban.cases.process import engine
from tongban.cases.process.default import default_process
from tongban.items.service import StepDetail
from tongban.kit.errors import Invalid

STEPS = (StepDetail("初审", "review", "reviewer", 3), StepDetail("复审", "review", "chief", 2))
PARALLEL = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">
  <bpmn:process id="joint" isExecutable="true">
    <bpmn:laneSet id="ls">
      <bpmn:lane id="l1" name="reviewer"><bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane>
      <bpmn:lane id="l2" name="chief"><bpmn:flowNodeRef>b</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
    <bpmn:startEvent id="s"/><bpmn:parallelGateway id="split"/><bpmn:parallelGateway id="join"/>
    <bpmn:userTask id="a" name="fire"/><bpmn:userTask id="b" name="water"/><bpmn:endEvent id="e"/>
    <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="split"/>
    <bpmn:sequenceFlow id="f2" sourceRef="split" targetRef="a"/>
    <bpmn:sequenceFlow id="f3" sourceRef="split" targetRef="b"/>
    <bpmn:sequenceFlow id="f4" sourceRef="a" targetRef="join"/>
    <bpmn:sequenceFlow id="f5" sourceRef="b" targetRef="join"/>
    <bpmn:sequenceFlow id="f6" sourceRef="join" targetRef="e"/>
  </bpmn:process>
</bpmn:definitions>"""


def through(text: bytes, *outcomes: str) -> tuple[list[list[str]], bool]:
    """Complete the first waiting step with each outcome, through dump and load every time."""
    spec = engine.parse(text)
    state, ended, seen = engine.dump(engine.start(spec)), False, []
    for outcome in outcomes:
        workflow = engine.load(spec, state)
        waiting = engine.waiting(workflow)
        seen.append([h.name for h in waiting])
        ended = engine.complete(workflow, waiting[0].node, {"outcome": outcome})
        state = engine.dump(workflow)
    return seen, ended


def test_default_goes_through_the_steps_in_order() -> None:
    assert through(default_process(STEPS), "pass", "other") == ([["初审"], ["复审"]], True)


def test_return_goes_back_one_step() -> None:
    seen, ended = through(default_process(STEPS), "pass", "return", "pass", "pass")
    assert seen == [["初审"], ["复审"], ["初审"], ["复审"]]
    assert ended


def test_return_of_the_first_step_asks_for_it_again() -> None:
    seen, ended = through(default_process(STEPS), "return", "pass", "pass")
    assert seen == [["初审"], ["初审"], ["复审"]]
    assert ended


def test_lanes_name_the_roles() -> None:
    workflow = engine.start(engine.parse(default_process(STEPS)))
    assert [h.lane for h in engine.waiting(workflow)] == ["reviewer"]


def test_own_process_may_run_steps_side_by_side() -> None:
    seen, ended = through(PARALLEL, "pass", "pass")
    assert sorted(seen[0]) == ["fire", "water"]
    assert len(seen[1]) == 1
    assert ended


def test_state_is_small_and_holds_no_specification() -> None:
    state = engine.dump(engine.start(engine.parse(default_process(STEPS))))
    assert len(state) < 2500


@pytest.mark.parametrize(
    "text",
    [
        b"no xml at all",
        b"<definitions/>",
        PARALLEL.replace(b"userTask", b"scriptTask"),
        PARALLEL.replace(b"userTask", b"serviceTask"),
        PARALLEL.replace(b'isExecutable="true"', b'isExecutable="false"'),
        b"x" * (engine.MAX_BYTES + 1),
    ],
)
def test_what_cannot_run_is_refused_in_plain_words(text: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        engine.parse(text)
    assert caught.value.problems[0].field == "process"
