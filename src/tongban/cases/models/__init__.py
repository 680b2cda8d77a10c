"""What a case is made of."""

from tongban.cases.models.case import Case
from tongban.cases.models.parts import (
    CaseDocument,
    CaseMaterial,
    CaseRead,
    DecisionRecord,
    DocumentCounter,
    Extension,
    Pause,
    Step,
    Supplement,
)
from tongban.cases.models.tasks import ProcessInstance, ProcessText, Task

__all__ = [
    "Case",
    "CaseDocument",
    "CaseMaterial",
    "CaseRead",
    "DecisionRecord",
    "DocumentCounter",
    "Extension",
    "Pause",
    "ProcessInstance",
    "ProcessText",
    "Step",
    "Supplement",
    "Task",
]
