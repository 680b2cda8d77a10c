"""What other rooms see of an item: frozen records, never live rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MaterialDetail:
    """A material of a version; ``licence_types`` are slugs of types that stand in for it."""

    key: str
    name: str
    kind: str
    form: str
    necessity: str
    source: str
    source_note: str
    licence_types: tuple[str, ...]
    accept: tuple[str, ...]
    copies: int
    paper: str
    filling: str
    standard: str
    basis: str
    blank_form: str
    sample: str

    @property
    def required(self) -> bool:
        """Needed before acceptance; only 非必要 is not, 容缺后补 may follow later."""
        return self.necessity != "2"

    @property
    def may_follow(self) -> bool:
        """Whether the case may be accepted before this material comes in (容缺后补)."""
        return self.necessity == "3"


@dataclass(frozen=True, slots=True)
class FeeDetail:
    """A charge; ``amount_fen`` is in fen."""

    name: str
    amount_fen: int
    unit: str
    basis: str
    reduction: str


@dataclass(frozen=True, slots=True)
class StepDetail:
    """A step of handling; ``limit_days`` are working days."""

    name: str
    kind: str
    role: str
    limit_days: int | None


@dataclass(frozen=True, slots=True)
class FaqDetail:
    """A question and its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class OutcomeDetail:
    """A result; ``licence_type`` is the slug of the licence type it is issued as, or empty."""

    kind: str
    name: str
    licence_type: str
    sample: str


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A law, its article and what it says."""

    law: str
    article: str
    text: str


@dataclass(frozen=True, slots=True)
class SpecialProcedure:
    """A special procedure that stops the clock (行政许可法 §45); ``days`` are working days."""

    kind: str
    name: str
    days: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a guide rule found: the rule's stable id, the field, and how to mend it."""

    rule: str
    field: str
    message: str
    severity: str = "warning"  # "error" | "warning"


@dataclass(frozen=True, slots=True)
class ItemSummary:
    """An item as lists show it."""

    item_id: UUID
    version_id: UUID
    code: str
    slug: str
    name: str
    name_en: str
    summary: str
    department_name: str
    division: str
    level: str
    themes: tuple[str, ...]
    service_objects: tuple[str, ...]
    own: bool
    cross_region: str = ""


@dataclass(frozen=True, slots=True)
class VersionDetail:
    """One version with all its parts. Days are working days where the unit says ``working``."""

    id: UUID
    item_id: UUID
    number: int
    state: str
    item_state: str
    code: str
    slug: str
    national_code: str
    code_system: str
    basic_code: str
    basic_name: str
    source: str
    department_id: UUID | None
    department_uscc: str
    department_name: str
    division: str
    level: str
    effective_from: date | None
    effective_to: date | None
    content_hash: str
    author_name: str
    reviewer_name: str
    name: str
    name_en: str
    summary: str
    type_code: str
    legal_basis: tuple[LegalBasis, ...]
    power_source: str
    case_kind: str
    service_objects: tuple[str, ...]
    applicant: str
    themes: tuple[str, ...]
    keywords: tuple[str, ...]
    conditions: tuple[str, ...]
    flow: str
    statutory_days: int | None
    statutory_unit: str
    promised_days: int | None
    promised_unit: str
    promised_note: str
    extension_days: int
    special_procedures: tuple[SpecialProcedure, ...]
    visits: int
    visits_reason: str
    handling_forms: tuple[str, ...]
    online_depth: tuple[str, ...]
    cross_region: str
    joint_departments: tuple[str, ...]
    address: str
    hours: str
    enquiry: str
    complaint: str
    online_url: str
    appointment: bool | None
    online_payment: bool | None
    delivery: bool | None
    agencies: str
    quantity_limit: str
    process: str
    form: Mapping[str, Any]
    findings: tuple[Finding, ...]
    extra: Mapping[str, Any]
    materials: tuple[MaterialDetail, ...]
    fees: tuple[FeeDetail, ...]
    steps: tuple[StepDetail, ...]
    faqs: tuple[FaqDetail, ...]
    outcomes: tuple[OutcomeDetail, ...]

    @property
    def schema(self) -> Mapping[str, Any]:
        """The form's JSON Schema, empty when the item brings no form."""
        schema: Mapping[str, Any] = self.form.get("schema") or {}
        return schema

    @property
    def layout(self) -> list[Mapping[str, Any]]:
        """The form's pages in order: ``{"key", "title", "fields", "hint"}``."""
        pages: list[Mapping[str, Any]] = self.form.get("layout") or []
        return pages

    @property
    def fileable(self) -> bool:
        """Whether a case may be started: own, in use, in force, and with a form."""
        return bool(
            self.department_id and self.schema and self.item_state == "1" and self.state == "published"
        )

    @property
    def fee_total_fen(self) -> int:
        """The sum of all charges, in fen."""
        return sum(fee.amount_fen for fee in self.fees)
