"""Parse once, run compactly: the specification stays beside the instance, never in it.

An instance is the task tree alone, as compressed JSON. Specifications are kept per process by the
digest of their text.
"""

import hashlib
import logging
import zlib
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from tongban.kit.errors import invalid

logging.getLogger("spiff").setLevel(logging.WARNING)  # it reports every change of every node at INFO
MAX_BYTES = 512 * 1024  # of one process text


@dataclass(frozen=True, slots=True)
class Spec:
    """A parsed process: the main specification and those of its sub-processes."""

    source: str
    main: Any
    parts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Human:
    """A step waiting for a person. ``lane`` names the role, ``name`` the step."""

    node: str
    name: str
    spec: str
    lane: str


_running: ContextVar[Spec] = ContextVar("cases_process_spec")


class _LeanConverter(BpmnWorkflowConverter):  # type: ignore[misc]
    """Leaves the specification out on the way in, puts the parsed one back on the way out."""

    def to_dict(self, workflow: BpmnWorkflow) -> dict[str, Any]:
        spec, parts = workflow.spec, workflow.subprocess_specs
        workflow.spec, workflow.subprocess_specs = None, {}
        try:
            kept: dict[str, Any] = super().to_dict(workflow)
        finally:
            workflow.spec, workflow.subprocess_specs = spec, parts
        return kept

    def from_dict(self, dct: dict[str, Any]) -> BpmnWorkflow:
        spec = _running.get()
        workflow = self.target_class(spec.main, spec.parts, deserializing=True)
        workflow.tasks = self.mapping_from_dict(dct["tasks"], UUID, workflow=workflow)
        workflow.task_tree = workflow.tasks.get(UUID(dct["root"]))
        self.set_default_attributes(workflow, dct)
        self.subprocesses_from_dict(dct["subprocesses"], workflow)
        workflow.bpmn_events = self.registry.restore(dct.pop("bpmn_events", []))
        return workflow


_serializer = BpmnWorkflowSerializer(
    BpmnWorkflowSerializer.configure({**DEFAULT_CONFIG, BpmnWorkflow: _LeanConverter})
)


def parse(text: bytes) -> Spec:
    """The specification of a process text, kept per process. Raises Invalid when it is no usable BPMN."""
    if len(text) > MAX_BYTES:
        raise invalid("process", "size", _("流程文件过大"))
    return _parse(text)


@lru_cache(maxsize=512)
def _parse(text: bytes) -> Spec:
    try:
        root = etree.fromstring(
            text, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        )
        parser = BpmnParser()
        parser.add_bpmn_xml(root, filename="process.bpmn")
        ids = parser.get_process_ids()
        _refuse_scripts(root, ids)
        main = parser.get_spec(ids[0])
        parts = parser.get_subprocess_specs(ids[0])
    except Exception as error:
        # The parser raises many kinds of errors for bad XML; each means the same to the author.
        raise invalid(
            "process", "bpmn", _("流程文件不是可以运行的 BPMN 2.0：%(why)s") % {"why": error}
        ) from error
    return Spec(hashlib.sha256(text).hexdigest(), main, parts)


def _refuse_scripts(root: etree._Element, ids: list[str]) -> None:
    """Script and service tasks would run code of whoever wrote the file: only people act in a review."""
    if len(ids) != 1:
        raise ValueError("exactly one executable process is needed")
    for tag in ("scriptTask", "serviceTask", "callActivity"):
        if root.find(f".//{{*}}{tag}") is not None:
            raise ValueError(f"{tag} is not allowed")


def start(spec: Spec) -> BpmnWorkflow:
    """A new instance, run up to the first person."""
    workflow = BpmnWorkflow(spec.main, spec.parts)
    workflow.do_engine_steps()
    return workflow


def load(spec: Spec, state: bytes) -> BpmnWorkflow:
    """A kept instance on its specification."""
    token = _running.set(spec)
    try:
        return _serializer.deserialize_json(zlib.decompress(state).decode())
    finally:
        _running.reset(token)


def dump(workflow: BpmnWorkflow) -> bytes:
    """The instance without its specification, compressed."""
    return zlib.compress(_serializer.serialize_json(workflow).encode(), 6)


def waiting(workflow: BpmnWorkflow) -> list[Human]:
    """The steps that wait for people now."""
    return [
        Human(str(t.id), t.task_spec.bpmn_name or t.task_spec.name, t.task_spec.name, t.task_spec.lane or "")
        for t in workflow.get_tasks(state=TaskState.READY, manual=True)
    ]


def complete(workflow: BpmnWorkflow, node: str, data: Mapping[str, Any]) -> bool:
    """Finish one person's step with its outcome; True when the whole process has ended."""
    task = workflow.get_task_from_id(UUID(node))
    task.set_data(**data)
    task.run()
    workflow.do_engine_steps()
    return bool(workflow.is_completed())
