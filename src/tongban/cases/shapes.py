"""What the door hands out: frozen views for faces, none of which touches the database again."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tongban.kit.errors import FieldProblem

if TYPE_CHECKING:
    from tongban.cases.models import Case
    from tongban.standards.clock import ClockView


@dataclass(frozen=True, slots=True)
class PrefillView:
    """Where a prefilled value came from: ``source`` names the department, ``as_of`` its date."""

    source: str
    as_of: date | None
    confirmers: tuple[str, ...]
    stale: bool
    changed: bool  # the applicant has put in another value since


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of the form. ``value`` is the raw answer, ``display`` what to read."""

    name: str
    label: str
    widget: str  # text | textarea | radios | select | checkboxes | date | phone | address | money | number
    value: Any
    display: str
    required: bool
    locked: bool
    hint: str
    options: tuple[tuple[str, str], ...]
    max_length: int | None
    prefill: PrefillView | None
    problem: str
    show_if: dict[str, Any] | None
    asked: bool  # a supplement marks this field


@dataclass(frozen=True, slots=True)
class PageView:
    """One task a page. ``number`` counts from 1."""

    key: str
    title: str
    hint: str
    number: int
    fields: tuple[FieldView, ...]
    complete: bool
    asked: bool


@dataclass(frozen=True, slots=True)
class FormView:
    """The whole form with what is already in it; ``revision`` goes back with the next save."""

    case: "Case"
    revision: int
    pages: tuple[PageView, ...]
    problems: tuple[FieldProblem, ...]
    editable: bool

    def page(self, key: str) -> PageView | None:
        return next((p for p in self.pages if p.key == key), None)


@dataclass(frozen=True, slots=True)
class LicenceOption:
    """A licence of the applicant's that meets a material."""

    id: UUID
    name: str
    number: str
    valid_to: date | None
    issuer: str


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """What was handed in for a material. ``means``: upload, licence or later."""

    id: UUID
    means: str
    means_label: str
    name: str
    file_hash: str
    licence_id: UUID | None
    added_at: datetime
    round: int


@dataclass(frozen=True, slots=True)
class MaterialView:
    """One material of the item, what meets it and what could."""

    key: str
    name: str
    kind: str
    form: str
    necessity: str  # 1 必要 2 非必要 3 容缺后补
    necessity_label: str
    accept: tuple[str, ...]
    copies: int
    filling: str
    standard: str
    basis: str
    licences: tuple[LicenceOption, ...]
    attachments: tuple[AttachmentView, ...]
    may_follow: bool
    met: bool
    asked: bool
    problem: str
    waived: str = ""  # why it is not required of this applicant


@dataclass(frozen=True, slots=True)
class MaterialsView:
    case: "Case"
    materials: tuple[MaterialView, ...]
    editable: bool

    @property
    def problems(self) -> tuple[MaterialView, ...]:
        return tuple(m for m in self.materials if m.problem)


@dataclass(frozen=True, slots=True)
class CheckView:
    """Check your answers: everything on one page and everything that is still wrong.

    ``newer_version_id`` is set when the item has moved on: the way out is ``refile``.
    """

    case: "Case"
    revision: int
    pages: tuple[PageView, ...]
    materials: tuple[MaterialView, ...]
    problems: tuple[FieldProblem, ...]
    version_problem: str
    newer_version_id: UUID | None

    @property
    def ready(self) -> bool:
        return not self.problems and not self.version_problem


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    at: datetime
    title: str
    detail: str
    by: str
    kind: str
    document_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A notice of the case; ``ready`` is False for the moments until the worker has made the file."""

    id: UUID
    kind: str
    title: str
    number: str
    dated: datetime
    ready: bool
    file_hash: str


@dataclass(frozen=True, slots=True)
class CaseCard:
    """One row of a list."""

    id: UUID
    number: str
    item_name: str
    applicant_name: str
    department_name: str
    division: str
    state: str
    state_label: str
    saved_at: datetime
    submitted_at: datetime | None
    due_on: date | None
    days_left: int | None  # working days to the deadline that runs now; negative when overdue
    light: str
    light_label: str
    part_of: UUID | None = None  # what a higher room files it as a part of


@dataclass(frozen=True, slots=True)
class TaskCard:
    """One row of the pool or of one's own work."""

    id: UUID
    kind: str
    name: str
    role: str
    state: str
    limit_on: date | None
    claimed_by_id: UUID | None
    claimed_by_name: str
    opened_at: datetime
    case: CaseCard


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of rows; ``total`` is exact up to ``TOTAL_CAP`` and that number beyond it."""

    rows: tuple[Any, ...]
    total: int
    page: int
    pages: int
    per_page: int


@dataclass(frozen=True, slots=True)
class StepView:
    name: str
    kind: str
    action: str
    action_label: str
    handler: str
    opinion: str
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class ActionView:
    """Something this person may do with the case now."""

    name: str
    label: str
    task_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PersonView:
    """The applicant, as far as the desk needs: the id number is masked in the middle."""

    name: str
    kind: str
    id_number: str
    filed_by: str
    phone: str


@dataclass(frozen=True, slots=True)
class DeskView:
    """One case, everything on one page, and what may be done."""

    case: "Case"
    card: CaseCard
    person: PersonView
    pages: tuple[PageView, ...]
    materials: tuple[MaterialView, ...]
    timeline: tuple[TimelineEntry, ...]
    documents: tuple[DocumentView, ...]
    steps: tuple[StepView, ...]
    tasks: tuple[TaskCard, ...]
    my_task: TaskCard | None
    clock: "ClockView | None"
    due_sentence: str
    supplement: Any
    pauses: tuple[Any, ...]
    extension: Any
    decision: Any
    licences: tuple[Any, ...]
    special_procedures: tuple[tuple[str, str, int], ...]  # kind, name, days usually needed
    extension_max: int
    allowed_actions: tuple[ActionView, ...]

    def may(self, name: str) -> bool:
        return any(a.name == name for a in self.allowed_actions)
