"""What the resource centre hands out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Prefilled:
    """One value with where it came from.

    ``value`` is for forms, ``display`` for people's eyes (sensitive numbers masked). ``from_source``
    is false when the element's source department has no value and the newest other one stands in.
    """

    element: str
    label: str
    value: Any
    display: str
    source_name: str
    as_of: datetime
    confirmers: tuple[str, ...]
    dissenters: tuple[str, ...]
    stale: bool
    from_source: bool
    sensitive: bool


@dataclass(frozen=True, slots=True)
class Read:
    """One line of 谁看过我的数据."""

    at: datetime
    kind: str  # prefill | own | verify
    reader_kind: str
    reader_name: str
    post: str
    department_name: str
    purpose: str
    case_id: UUID | None
    elements: tuple[str, ...]  # labels


@dataclass(frozen=True, slots=True)
class ReadsPage:
    rows: tuple[Read, ...]
    page: int
    has_next: bool
