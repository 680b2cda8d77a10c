"""What two departments both collect, and entries that hold much the same; each with a named decision."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.inventory import rights, telling
from tongban.inventory.generating import KEYS
from tongban.inventory.models import Outcome, Ruling, Version
from tongban.inventory.reading import newest_versions
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, invalid
from tongban.organisations import service as organisations
from tongban.organisations.service import Department
from tongban.resources import service as resources
from tongban.trace import service as trace

CHAIN = "inventory:duplicates"
THRESHOLD = 0.6  # of the smaller entry's items
LEAST = 3  # items in common; fewer say nothing


@dataclass(frozen=True, slots=True)
class Duplicate:
    """One department that collects what another is the source of, or two entries with the same items.

    ``department`` is the one that keeps or stops; ``source`` the one that others ask. ``share`` is the
    part of the smaller entry's items that both have, in percent. ``entries``: ids and names of the two.
    """

    kind: str
    key: str
    title: str
    source: Department | None
    department: Department
    common: tuple[str, ...]
    share: int
    entries: tuple[tuple[UUID, str], ...]
    ruling: Ruling | None

    @property
    def ignored(self) -> bool:
        """Told to stop, and still collecting."""
        return self.ruling is not None and self.ruling.outcome == Outcome.STOP


def duplicates(actor: Actor, *, kind: str = "", undecided: bool = False) -> list[Duplicate]:
    """What an actor may see: the data office all, a department what it is party to. Undecided first."""
    everything = rights.office(actor)
    found = [
        one
        for one in (*_elements(), *_entries())
        if (not kind or one.kind == kind) and not (undecided and one.ruling)
        and (everything or rights.may_edit(actor, one.department.id)
             or (one.source is not None and rights.may_edit(actor, one.source.id)))
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.ruling is not None, one.kind != "entries"))


def _rulings(kind: str) -> Mapping[tuple[str, UUID], Ruling]:
    return {(r.key, r.department_id): r for r in Ruling.objects.filter(kind=kind, ended_at=None)}


def _sources() -> dict[str, Department]:
    """The source department of each element: as decided, else as registered."""
    names = {one.code: one for one in organisations.departments()}
    decided = resources.decisions_in_force()
    found = {}
    for about in resources.elements():
        held = decided.get(about.code)
        source = held.department if held else names.get(about.source)
        if source is not None:
            found[about.code] = source
    return found


def _elements() -> list[Duplicate]:
    sources, rulings = _sources(), _rulings("element")
    found = []
    for code, departments in resources.holders().items():
        source, label = sources.get(code), resources.element(code).label
        others = [d for d in departments if source is None or d.id != source.id]
        if len(departments) < 2 or (source is None and len(others) < 2):
            continue
        for one in others if source else others[1:]:
            ruling = rulings.get((code, one.id))
            found.append(
                Duplicate("element", code, label, source or others[0], one, (label,), 100, (), ruling)
            )
    return found


def signs(version: Version) -> dict[str, str]:
    """What an entry's items are: the element, or the name in one spelling → its name. No identity numbers."""
    return {
        one["element"] or unicodedata.normalize("NFKC", one["name"]).replace(" ", "").lower(): one["name"]
        for one in version.items
        if one["element"] not in KEYS.values()
    }


def _entries() -> list[Duplicate]:
    versions = {v.entry_id: v for v in newest_versions().exclude(state="withdrawn")}
    signed = {entry_id: signs(v) for entry_id, v in versions.items()}
    having: dict[str, list[UUID]] = defaultdict(list)
    for entry_id, names in signed.items():
        for sign in names:
            having[sign].append(entry_id)
    together: Counter[tuple[UUID, UUID]] = Counter()
    for entries in having.values():
        together.update(combinations(sorted(entries), 2))  # ids order by time of creation
    sources, rulings = _sources(), _rulings("entries")
    found = []
    for (one, other), n in together.items():
        share = n / min(len(signed[one]), len(signed[other]))
        if n >= LEAST and share >= THRESHOLD:
            found.append(_pair(versions[one], versions[other], signed, sources, rulings, share))
    return found


def _pair(  # noqa: PLR0917
    one: Version, other: Version, signed: Mapping[UUID, Mapping[str, str]],
    sources: Mapping[str, Department], rulings: Mapping[tuple[str, UUID], Ruling], share: float,
) -> Duplicate:  # fmt: skip
    """Of two entries the one whose department is the source of less is asked to give way; else the later."""
    common = [sign for sign in signed[one.entry_id] if sign in signed[other.entry_id]]

    def own(version: Version) -> int:
        department_id = version.entry.department_id
        return sum(1 for sign in common if sign in sources and sources[sign].id == department_id)

    keeps, asked = (other, one) if own(other) > own(one) else (one, other)
    key = " ".join(sorted((one.entry.code, other.entry.code)))
    title = _("“%(one)s”和“%(other)s”") % {"one": keeps.name, "other": asked.name}
    names = tuple(signed[one.entry_id][sign] for sign in common)
    pair = ((keeps.entry_id, keeps.name), (asked.entry_id, asked.name))
    department = asked.entry.department
    ruling = rulings.get((key, department.id))
    return Duplicate("entries", key, title, keeps.entry.department, department, names, round(share * 100),
                     pair, ruling)  # fmt: skip


@transaction.atomic
def rule(  # noqa: PLR0917
    actor: Actor, kind: str, key: str, department_id: UUID, outcome: str, reason: str
) -> Ruling:
    """Decide that a department keeps its own values as a checker, or stops collecting; it is told.

    The same decision again is the same decision. Raises Forbidden, Invalid; Conflict: no duplicate.
    """
    rights.need_office(actor)
    why = reason.strip()
    if outcome not in Outcome.values:
        raise invalid("outcome", "choice", _("请选择一种处理"))
    if not 5 <= len(why) <= 500:
        raise invalid("reason", "length", _("请用 5 至 500 字写明理由"))
    found = next(
        (d for d in duplicates(actor, kind=kind) if d.key == key and d.department.id == department_id), None
    )
    if found is None:
        raise Conflict(_("这处重复已经不在了"))
    held = found.ruling
    if held is not None and (held.outcome, held.reason) == (outcome, why):
        return held
    Ruling.objects.filter(kind=kind, key=key, department_id=department_id, ended_at=None).update(
        ended_at=timezone.now()
    )
    row = Ruling.objects.create(
        kind=kind, key=key, department_id=department_id, outcome=outcome, reason=why,
        by_id=actor.account_id, by_name=actor.name[:100],
    )  # fmt: skip
    data = {"kind": kind, "key": key, "department": department_id, "outcome": outcome, "reason": why}
    trace.append(actor, CHAIN, "inventory.ruled", data, about=found.title)
    telling.ruled(row, found.title)
    return row
