"""What a filing shows: the merged form, the merged materials, what is still wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from tongban.cases import service as cases
from tongban.kit.errors import FieldProblem
from tongban.packages import merging
from tongban.packages.models import Filing, Part

Place = tuple[str, str]  # member, field


@dataclass(frozen=True, slots=True)
class FilingForm:
    """The merged form. Pages and fields are those of the cases room, under merged names."""

    filing: Filing
    pages: tuple[cases.PageView, ...]
    parts: tuple[Part, ...]

    def page(self, key: str) -> cases.PageView | None:
        return next((p for p in self.pages if p.key == key), None)


@dataclass(frozen=True, slots=True)
class FilingLine:
    """One filing in a list. ``needs`` names the items that wait for the applicant."""

    id: UUID
    name: str
    number: str | None
    state: str
    label: str
    saved_at: datetime
    submitted_at: datetime | None
    items: int
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilingMaterials:
    """The merged materials, and those that come from another item of the package."""

    filing: Filing
    materials: tuple[cases.MaterialView, ...]
    coming: tuple[tuple[str, str], ...]  # material, item whose result it will be


@dataclass(frozen=True, slots=True)
class FilingCheck:
    """Everything before submission, with what is still wrong."""

    form: FilingForm
    materials: FilingMaterials
    problems: tuple[FieldProblem, ...]
    version_problem: str = ""  # an item has moved on …
    may_renew: bool = False  # … and every such item has a version in force (``refile``)


def merged_field(one: merging.MergedField, fields: Mapping[Place, cases.FieldView]) -> cases.FieldView:
    """One field for all the places it stands for; a locked or prefilled one speaks for the others."""
    views = [fields[place] for place in one.places]
    best = next((v for v in views if v.locked), None) or next((v for v in views if v.prefill), views[0])
    return replace(
        best,
        name=one.name,
        label=views[0].label,
        hint=views[0].hint or best.hint,
        required=any(v.required for v in views),
        problem=next((v.problem for v in views if v.problem), ""),
        max_length=min((v.max_length for v in views if v.max_length), default=None),
        show_if=one.show_if,
        asked=False,
    )


def is_shown(
    field: cases.FieldView, groups: Mapping[str, Sequence[Place]], fields: Mapping[Place, cases.FieldView]
) -> bool:
    """Whether what is answered elsewhere asks for this field."""
    for name, want in (field.show_if or {}).items():
        value = fields[groups[name][0]].value
        if value not in (want if isinstance(want, list) else [want]):
            return False
    return True
