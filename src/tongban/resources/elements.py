"""The registry of data elements, kept as data in ``elements.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import yaml
from django.utils.translation import get_language

from tongban.kit.errors import invalid


@dataclass(frozen=True, slots=True)
class Element:
    """A data element: one meaning, one source department, one way of showing it."""

    code: str
    name: str
    name_en: str
    definition: str
    type: str  # JSON type: string, integer or number
    format: str
    sensitivity: str  # "normal" | "sensitive"
    mask: str  # "none" | "id" | "phone" | "account" | "name"
    source: str  # short code of the source department 数源部门
    fresh_days: int  # calendar days
    compare: str = "exact"  # how two departments' values are compared: exact or address, see law.alike
    everyone: bool = True  # every subject of its kind has one; else only those somebody knows one of
    unique: bool = False  # no two subjects may share one

    @property
    def subject_kind(self) -> str:
        return self.code.partition(".")[0]

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.label_in(get_language())

    def label_in(self, language: str | None) -> str:
        return self.name_en if language is not None and language.startswith("en") else self.name


@lru_cache(maxsize=1)
def registry() -> Mapping[str, Element]:
    """All elements by code, in the order they are shown."""
    rows = yaml.safe_load((Path(__file__).parent / "elements.yaml").read_text(encoding="utf-8"))
    return MappingProxyType({row["code"]: Element(**row) for row in rows})


@lru_cache(maxsize=1)
def declared_order() -> tuple[str, ...]:
    """The short codes of departments in the order in which they win among equals (``order.yaml``)."""
    return tuple(yaml.safe_load((Path(__file__).parent / "order.yaml").read_text(encoding="utf-8")))


def element(code: str) -> Element:
    """The element of this code; Invalid names it when there is none."""
    found = registry().get(code)
    if found is None:
        raise invalid(code, "element-unknown", f"没有数据元“{code}”")
    return found


def elements(subject_kind: str = "") -> list[Element]:
    """All elements, or those of persons (``person``) or legal persons (``legal``)."""
    return [e for e in registry().values() if not subject_kind or e.subject_kind == subject_kind]
