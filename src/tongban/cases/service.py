"""The only door of the cases room: the life of a case, for applicants and for staff.

Applicants' commands and staff's commands take an :class:`Actor` first, check what the law's table
(``rules``) allows, and do everything in one transaction: rows, trace, deferred notice and document.
"""

from tongban.cases.acceptance import accept, ask_supplement, refuse_acceptance, return_to_applicant
from tongban.cases.access import access_case, reads_of
from tongban.cases.clocking import at, clock_of, due_sentence, now
from tongban.cases.counting import MonthCount, monthly_counts
from tongban.cases.deciding import conclude, decide, mark_delivered, void
from tongban.cases.desk import desk
from tongban.cases.drafts import discard_draft, form_view, refile, save_draft, start_draft
from tongban.cases.filing import answer_supplement, check_answers, submit, withdraw
from tongban.cases.lists import case_list, my_cases
from tongban.cases.materials import (
    attach_later,
    attach_licence,
    attach_upload,
    attachment,
    detach,
    materials_view,
)
from tongban.cases.models import Case, CaseDocument, CaseMaterial, CaseRead, Pause, Supplement, Task
from tongban.cases.pool import claim, claim_next, my_tasks, pool, release
from tongban.cases.reviewing import complete_step, extend, resume, suspend
from tongban.cases.shapes import (
    ActionView,
    AttachmentView,
    CaseCard,
    CheckView,
    DeskView,
    DocumentView,
    FieldView,
    FormView,
    LicenceOption,
    Listing,
    MaterialsView,
    MaterialView,
    PageView,
    PersonView,
    PrefillView,
    StepView,
    TaskCard,
    TimelineEntry,
)
from tongban.cases.states import Light, Means, SpecialProcedure, State, TaskKind, TaskState
from tongban.cases.story import case_document, documents_of, timeline
from tongban.standards.clock import ClockView

__all__ = [
    "ActionView",
    "AttachmentView",
    "Case",
    "CaseCard",
    "CaseDocument",
    "CaseMaterial",
    "CaseRead",
    "CheckView",
    "ClockView",
    "DeskView",
    "DocumentView",
    "FieldView",
    "FormView",
    "LicenceOption",
    "Light",
    "Listing",
    "MaterialView",
    "MaterialsView",
    "Means",
    "MonthCount",
    "PageView",
    "Pause",
    "PersonView",
    "PrefillView",
    "SpecialProcedure",
    "State",
    "StepView",
    "Supplement",
    "Task",
    "TaskCard",
    "TaskKind",
    "TaskState",
    "TimelineEntry",
    "accept",
    "access_case",
    "answer_supplement",
    "ask_supplement",
    "at",
    "attach_later",
    "attach_licence",
    "attach_upload",
    "attachment",
    "case_document",
    "case_list",
    "check_answers",
    "claim",
    "claim_next",
    "clock_of",
    "complete_step",
    "conclude",
    "decide",
    "desk",
    "detach",
    "discard_draft",
    "documents_of",
    "due_sentence",
    "extend",
    "form_view",
    "mark_delivered",
    "materials_view",
    "monthly_counts",
    "my_cases",
    "my_tasks",
    "now",
    "pool",
    "reads_of",
    "refile",
    "refuse_acceptance",
    "release",
    "resume",
    "return_to_applicant",
    "save_draft",
    "start_draft",
    "submit",
    "suspend",
    "timeline",
    "void",
    "withdraw",
]
