"""Local codes beside national ones: tables read from files and from import profiles, never invented."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tongban.items.models import CodeMapping, Item
from tongban.kit.actors import Actor
from tongban.kit.errors import FieldProblem, Forbidden, Invalid, NotFound, invalid
from tongban.standards.code_systems import SYSTEMS
from tongban.trace import service as trace

COLUMNS = ("system", "site", "local_code", "local_label", "national_code", "note")
REQUIRED = ("system", "site", "local_code")
MOST_BYTES = 5_000_000
MOST_ROWS = 100_000
MOST_PROBLEMS = 50
PAGE = 50


@dataclass(frozen=True, slots=True)
class Pair:
    """One local code and the national one; an empty national code says there is none."""

    system: str
    system_name: str
    site: str
    local_code: str
    local_label: str
    national_code: str
    national_label: str
    note: str
    origin: str  # the file it came from, or the import profile


@dataclass(frozen=True, slots=True)
class MappingImport:
    """The account of one file."""

    read: int
    added: int
    changed: int
    unchanged: int


def may_map(actor: Actor) -> bool:
    """Mapping tables are kept by data stewards and the province's item editors."""
    return actor.kind == "system" or any(
        p.role == "steward" or (p.role == "item_editor" and len(p.division) <= 2) for p in actor.posts
    )


def national(system: str, site: str, local: str) -> str | None:
    """The national code of a site's local code (or word); None where no table knows it.

    A row read from a file goes before the import profile's. Raises NotFound for an unknown system.
    """
    table = SYSTEMS.get(system)
    if table is None:
        raise NotFound(_("没有这个代码系统"))
    row = CodeMapping.objects.filter(system=system, site=site, local_code=local).first()
    if row is not None:
        return row.national_code or None
    return table.to_national(site, local)


def _profile_pairs() -> list[Pair]:
    return [
        Pair(key, table.name, site, local, "", code, table.label(code), "", _("导入方案"))
        for key, table in SYSTEMS.items()
        for site, codes in table.profiles.items()
        for local, code in codes.items()
    ]


def pairs(
    *, query: str = "", system: str = "", site: str = "", page: int = 1
) -> tuple[list[Pair], "Page[Pair] | None"]:
    """The known pairs with a code or label like ``query``, local or national."""
    rows = CodeMapping.objects.all()
    if system:
        rows = rows.filter(system=system)
    if site:
        rows = rows.filter(site=site)
    text = query.strip()[:100]
    if text:
        rows = rows.filter(
            Q(local_code__icontains=text) | Q(local_label__icontains=text) | Q(national_code__icontains=text)
        )
    stored = [_pair(row) for row in rows[:MOST_ROWS]]
    known = {(one.system, one.site, one.local_code) for one in stored}
    given = [
        one
        for one in _profile_pairs()
        if (one.system, one.site, one.local_code) not in known
        and (not system or one.system == system)
        and (not site or one.site == site)
        and (not text or text in f"{one.local_code}\n{one.national_code}\n{one.national_label}")
    ]
    held = Paginator(stored + given, PAGE).get_page(page)
    return list(held), held


def _pair(row: CodeMapping) -> Pair:
    table = SYSTEMS.get(row.system)
    return Pair(
        row.system, table.name if table else row.system, row.site, row.local_code, row.local_label,
        row.national_code, table.label(row.national_code) if table and row.national_code else "", row.note,
        row.source_file,
    )  # fmt: skip


def sites() -> list[str]:
    """Whose local codes are known."""
    given = {site for table in SYSTEMS.values() for site in table.profiles}
    return sorted(given | set(CodeMapping.objects.values_list("site", flat=True).distinct()))


def systems() -> Mapping[str, str]:
    """The national tables by key."""
    return {key: table.name for key, table in SYSTEMS.items()}


@dataclass(frozen=True, slots=True)
class ItemCodes:
    """The codes of one item: the one it is filed under and the national catalogue's."""

    code: str
    national_code: str
    code_system: str
    basic_code: str
    basic_national_code: str


def item_codes(code: str) -> list[ItemCodes]:
    """Items with this code, local or national, item's or basic item's; at most 50."""
    text = code.strip().upper()[:80]
    if len(text) < 2:
        return []
    rows = Item.objects.select_related("basic").filter(
        Q(code=text) | Q(national_code=text) | Q(basic__code=text) | Q(basic__national_code=text)
    )
    return [
        ItemCodes(
            row.code, row.national_code, row.code_system, row.basic.code if row.basic else "",
            row.basic.national_code if row.basic else "",
        )
        for row in rows.order_by("code")[:50]
    ]  # fmt: skip


def import_mappings(actor: Actor, data: bytes, file_name: str = "") -> MappingImport:
    """Read pairs from CSV (UTF-8 or GB18030) with the columns of :data:`COLUMNS`; all rows or none.

    Raises:
        Forbidden: unless the actor keeps mapping tables.
        Invalid: naming each line that is wrong: an unknown table, a national code the table does not have, a
            local code given twice with two meanings.
    """
    if not may_map(actor):
        raise Forbidden(_("对照表由数据管理员和省级事项管理员维护"))
    rows = _read(data)
    with transaction.atomic():
        added = changed = 0
        for row in rows:
            key = {name: row[name] for name in REQUIRED}
            rest = {name: row[name] for name in COLUMNS if name not in REQUIRED}
            found = CodeMapping.objects.filter(**key).first()
            if found is None:
                CodeMapping.objects.create(**key, **rest, source_file=file_name[:200])
                added += 1
            elif any(getattr(found, name) != value for name, value in rest.items()):
                for name, value in rest.items():
                    setattr(found, name, value)
                found.source_file = file_name[:200]
                found.save()
                changed += 1
        what = {"file": file_name, "added": added, "changed": changed}
        trace.append(actor, "items:code-mapping", "mapping.imported", what)
    return MappingImport(len(rows), added, changed, len(rows) - added - changed)


def _read(data: bytes) -> list[dict[str, str]]:
    if not data:
        raise invalid("file", "required", _("请选择文件"))
    if len(data) > MOST_BYTES:
        raise invalid("file", "size", _("文件不能超过 5 MB"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise invalid("file", "encoding", _("文件应为 UTF-8 或 GBK 编码")) from None
    if "\x00" in text:
        raise invalid("file", "character", _("这不是 CSV 文件"))
    try:
        reader = csv.DictReader(io.StringIO(text), strict=True)
        names = [str(name).strip() for name in reader.fieldnames or ()]
        reader.fieldnames = names
        given = list(reader)
    except csv.Error as error:
        raise invalid("file", "csv", _("无法读取 CSV：%(why)s") % {"why": error}) from None
    if missing := [name for name in (*REQUIRED, "national_code") if name not in names]:
        raise invalid("file", "columns", _("缺少列：%(names)s") % {"names": "、".join(missing)})
    if len(given) > MOST_ROWS:
        raise invalid("file", "rows", _("一次最多 100000 行"))
    rows = [{name: str(row.get(name) or "").strip() for name in COLUMNS} for row in given]
    if problems := _problems(rows):
        raise Invalid(*problems[:MOST_PROBLEMS])
    return list({tuple(row[name] for name in REQUIRED): row for row in rows}.values())


def _problems(rows: Sequence[dict[str, str]]) -> list[FieldProblem]:
    found: list[FieldProblem] = []
    seen: dict[tuple[str, ...], str] = {}
    for line, row in enumerate(rows, 2):
        for rule, message in _row_problems(row, seen):
            found.append(FieldProblem(f"line-{line}", rule, _("第 %(line)s 行：") % {"line": line} + message))
    return found


def _row_problems(row: dict[str, str], seen: dict[tuple[str, ...], str]) -> list[tuple[str, str]]:
    found = []
    table = SYSTEMS.get(row["system"])
    if table is None:
        found.append(("system", _("没有代码系统“%(key)s”") % {"key": row["system"][:40]}))
    elif row["national_code"] and row["national_code"] not in table.entries:
        message = _("“%(system)s”里没有国家代码“%(code)s”")
        found.append(("national_code", message % {"system": table.name, "code": row["national_code"][:40]}))
    found += [
        ("required", _("“%(name)s”没有填写") % {"name": name})
        for name in ("site", "local_code")
        if not row[name]
    ]
    for name in COLUMNS:
        most = getattr(CodeMapping._meta.get_field(name), "max_length", 0)
        if len(row[name]) > most:
            found.append(("length", _("“%(name)s”超过 %(most)s 个字") % {"name": name, "most": most}))
    key = tuple(row[name] for name in REQUIRED)
    if seen.setdefault(key, row["national_code"]) != row["national_code"]:
        found.append(("twice", _("同一地方代码对应了两个国家代码")))
    return found
