"""Where in the classification an entry stands, and the next code there."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from tongban.inventory.models import DepartmentNumber, Entry
from tongban.kit.errors import invalid
from tongban.organisations.service import Department
from tongban.standards.catalogue_codes import CLASSES, make_code

ALONE = "SELECT pg_advisory_xact_lock(hashtext('inventory_numbers'))"


@dataclass(frozen=True, slots=True)
class Branch:
    """A place in the classification: the six digits of class, item and entry."""

    code: str
    item: str
    name: str
    elements: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return " / ".join((CLASSES[self.code[0]], self.item, self.name))


@lru_cache(maxsize=1)
def branches() -> dict[str, Branch]:
    """The listed places of classes 1 and 2, by code."""
    rows = yaml.safe_load((Path(__file__).parent / "classes.yaml").read_text(encoding="utf-8"))
    return {r["code"]: Branch(r["code"], r["item"], r["name"], tuple(r["elements"])) for r in rows}


def words_of(front: str, department: Department) -> str:
    """A classification code in words."""
    found = branches().get(front)
    return found.words if found else f"{CLASSES.get(front[:1], front)} / {department.name}"


def department_front(department: Department) -> str:
    """The department's own place in class 3, given out on first use; inside a transaction.

    Item: the province's two digits; entry: the department's number within its division; detail: the
    division, for departments below the province.
    """
    _alone()
    row = DepartmentNumber.objects.filter(department=department).first()
    if row is None:
        same = DepartmentNumber.objects.filter(division=department.division)
        number = (same.aggregate(n=Max("number"))["n"] or 0) + 1
        row = DepartmentNumber.objects.create(
            department=department, division=department.division, number=number
        )
    detail = row.division if len(row.division) > 2 else ""
    return f"3{row.division[:2]}{row.number:03d}{detail}"


def place(entry: Entry, front: str) -> None:
    """Give an entry the next code under ``front``; inside a transaction. Numbers are never used again."""
    _alone()
    last = Entry.objects.filter(front=front).aggregate(n=Max("serial"))["n"] or 0
    try:
        entry.code, entry.front, entry.serial = make_code(front, last + 1), front, last + 1
    except ValueError:
        raise invalid("front", "code", _("请从列出的分类里选择")) from None


def front_of(chosen: str, department: Department) -> str:
    """The classification code a form chose: a listed place, or empty for the department's own."""
    if not chosen or chosen.startswith("3"):
        return department_front(department)
    if chosen not in branches():
        raise invalid("front", "choice", _("请从列出的分类里选择"))
    return chosen


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
