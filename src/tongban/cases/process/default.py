"""The process of items that bring none: their review steps in order, each may send back one step."""

from collections.abc import Callable

from lxml import etree

from tongban.items.service import StepDetail

NS = "http://www.omg.org/spec/BPMN/20100524/MODEL"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


class _Maker:
    """``B.userTask({...}, child)``: elements of the BPMN namespace."""

    def __getattr__(self, tag: str) -> Callable[..., etree._Element]:
        def make(attributes: dict[str, str], *children: etree._Element | str) -> etree._Element:
            node = etree.Element(f"{{{NS}}}{tag}", attributes, nsmap={"bpmn": NS, "xsi": XSI})
            for child in children:
                if isinstance(child, str):
                    node.text = child
                else:
                    node.append(child)
            return node

        return make


B = _Maker()


def default_process(steps: tuple[StepDetail, ...]) -> bytes:
    """BPMN text for these review steps: ``return`` goes to the step before, everything else goes on.

    The same steps always give the same bytes, so the text can be named by its digest.
    """
    process = B.process({"id": "review", "isExecutable": "true"}, B.startEvent({"id": "start"}))
    lanes = B.laneSet({"id": "roles"})
    process.append(lanes)
    for role in dict.fromkeys(s.role for s in steps):
        nodes = [f"step_{i}" for i, s in enumerate(steps, 1) if s.role == role]
        lanes.append(B.lane({"id": f"lane_{role}", "name": role}, *(B.flowNodeRef({}, n) for n in nodes)))
    source = "start"
    for i, step in enumerate(steps, 1):
        node, gate = f"step_{i}", f"gate_{i}"
        following = f"step_{i + 1}" if i < len(steps) else "end"
        process.append(B.userTask({"id": node, "name": step.name}))
        process.append(B.exclusiveGateway({"id": gate, "default": f"on_{i}"}))
        if source == "start":
            process.append(_flow("begin", source, node))
        process.append(_flow(f"to_{gate}", node, gate))
        process.append(_flow(f"on_{i}", gate, following))
        process.append(_flow(f"back_{i}", gate, f"step_{max(1, i - 1)}", 'outcome == "return"'))
        source = gate
    process.append(B.endEvent({"id": "end"}))
    root = B.definitions({"id": "default", "targetNamespace": "urn:tongban:process"}, process)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _flow(name: str, source: str, target: str, condition: str = "") -> etree._Element:
    flow = B.sequenceFlow({"id": name, "sourceRef": source, "targetRef": target})
    if condition:
        flow.append(B.conditionExpression({f"{{{XSI}}}type": "bpmn:tFormalExpression"}, condition))
    return flow
