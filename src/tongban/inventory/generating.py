"""Entries proposed from registered sources: what the platform knows already nobody has to type."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from tongban.inventory import numbers
from tongban.inventory.describing import FIELDS, Described, ItemIn, content_of
from tongban.inventory.drafting import begin, chain, locked, newest, write
from tongban.inventory.models import Entry, Format, ItemType, Opening, Sharing, State, Way
from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden
from tongban.resources import service as resources
from tongban.trace import service as trace

KEYS = {"person": "person.id_number", "legal": "legal.uscc"}
FORMATS = {"file": Format.SHEET, "database": Format.DATABASE, "push": Format.SELF}
# Texts a generated entry begins with; a steward makes them exact.
PERSONAL = "含个人信息，申请时写明依据、场景、范围和期限（《政务数据共享条例》第二十五条）"
SENSITIVE = "含敏感个人信息，须写明使用的充分必要性（《个人信息保护法》第二十八条），一次一用"
CLOSED = "含个人信息，不向社会开放（《个人信息保护法》第十三条、第二十五条）"
COMPANY = "开放前去除联系人、联系电话等个人信息"


@dataclass(frozen=True, slots=True)
class Generated:
    """How many entries were made, brought up to date, offered something new, or left as they were."""

    made: int = 0
    updated: int = 0
    offered: int = 0
    same: int = 0


def generate_entries(actor: Actor) -> Generated:
    """Propose a draft for each source without an entry, and say what has changed for the others.

    A department's stewards do it for their sources, the data office for all. A field of a draft that still
    reads as proposed follows its source; what a person wrote, and what is in review or published, stays,
    and the difference is shown (:func:`tongban.inventory.drafting.differences`). Run again it does nothing.
    """
    if actor.kind != "system" and not actor.has_role("steward"):
        raise Forbidden
    counts: Counter[str] = Counter()
    sources = resources.sources(actor)
    elected = _source_departments()
    for view in sources:
        with transaction.atomic():
            counts[_propose(actor, view.source, elected)] += 1
    return Generated(**counts)


def _source_departments() -> dict[str, UUID]:
    found = {one.code: resources.source_department(one.code) for one in resources.elements()}
    return {code: department for code, department in found.items() if department is not None}


def _propose(actor: Actor, source: resources.Source, elected: dict[str, UUID]) -> str:
    said = describe(source).as_json()
    entry_id = Entry.objects.filter(source=source).values_list("pk", flat=True).first()
    if entry_id is None:
        row = Entry(department=source.department, source=source, offered=said)
        numbers.place(row, numbers.front_of(branch_of(source, elected), row.department))
        row.save(force_insert=True)
        begin(row, said)
        data = {"code": row.code, "source": source.slug}
        trace.append(actor, chain(row.id), "inventory.proposed", data)
        return "made"
    row = locked(entry_id)
    if row.offered == said:
        return "same"
    before, row.offered = row.offered, said
    row.save(update_fields=["offered"])
    version = newest(row)
    mine = content_of(version)
    follows = {n: said[n] for n in FIELDS if mine[n] == before.get(n) and mine[n] != said[n]}
    if version.state == State.DRAFT and follows:
        write(version, mine | follows)
        trace.append(actor, chain(row.id), "inventory.followed", {"fields": sorted(follows)})
        return "updated"
    return "offered"


def describe(source: resources.Source) -> Described:
    """What can be said about a source without asking anybody."""
    elements = _elements(source)
    person = source.kind == "person"
    sensitive = any(one.sensitivity == "sensitive" for one in elements[1:])
    names = "、".join(one.name for one in elements)
    cycle = resources.Source.Cycle(source.cycle)
    abstract = f"{source.department.name}的{source.name}，{cycle.label}更新，含{names}。"
    return Described(
        name=source.name[:50],
        abstract=abstract if len(abstract) <= 256 else abstract[:255] + "…",
        format=FORMATS[source.way].value,
        items=tuple(ItemIn(one.name, type_of(one), one.code) for one in elements),
        sharing=(Sharing.CONDITIONAL if person or sensitive else Sharing.UNCONDITIONAL).value,
        sharing_basis=(SENSITIVE if sensitive else PERSONAL) if person or sensitive else "",
        ways=(Way.QUERY.value, Way.CALL.value),
        opening=(Opening.NONE if person else Opening.CONDITIONAL).value,
        opening_basis=CLOSED if person else COMPANY,
        cycle=source.cycle,
    )


def _elements(source: resources.Source) -> list[resources.Element]:
    """The subject's number first, then the elements of the columns, each once."""
    codes = [one.element for one in resources.columns_of(source.mapping, source.kind).values()]
    return [resources.element(code) for code in dict.fromkeys((KEYS[source.kind], *codes))]


def type_of(about: resources.Element) -> str:
    """The item type of a data element."""
    kinds: dict[str, Any] = {"date": ItemType.DATE, "money": ItemType.MONEY}
    if about.format in kinds:
        return str(kinds[about.format].value)
    return (ItemType.TEXT if about.type == "string" else ItemType.NUMBER).value


def branch_of(source: resources.Source, elected: dict[str, UUID]) -> str:
    """The place in class 1 most of whose elements this department is the source of, else empty: its own."""
    own = {one.code for one in _elements(source) if elected.get(one.code) == source.department_id}
    votes = {code: len(own.intersection(b.elements)) for code, b in numbers.branches().items()}
    best = max(votes, key=lambda code: votes[code])
    return best if votes[best] else ""
