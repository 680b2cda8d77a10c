"""``sources.yaml`` read: the departments' files, their columns, and which department is whose source."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tongban.kit.errors import invalid
from tongban.resources.batch import cleaning_sql


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file: the element it states, how it is cleaned, the form of its dates."""

    element: str
    column: str
    clean: str
    form: str

    @property
    def field(self) -> str:
        """The element as the engine names it in SQL."""
        return field(self.element)

    def sql(self) -> str:
        quoted = f'"{self.column}"'
        return cleaning_sql.CLEANERS[self.clean](quoted, self.form)


@dataclass(frozen=True, slots=True)
class Source:
    """One department's files. ``place`` is its number in the masks of confirmers and dissenters."""

    slug: str
    place: int
    row: str
    id: str
    as_of: Column
    columns: tuple[Column, ...]

    def needed(self) -> tuple[str, ...]:
        named = (self.row, self.id, self.as_of.column, *(column.column for column in self.columns))
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True, slots=True)
class Element:
    """One data element: its source department, and who states it, in the declared order (places)."""

    code: str
    clean: str
    source: int | None
    holders: tuple[int, ...]

    @property
    def field(self) -> str:
        return field(self.code)

    @property
    def type(self) -> str:
        return cleaning_sql.TYPES[self.clean]


@dataclass(frozen=True, slots=True)
class Spec:
    """All sources in the declared order, and the elements that any of them states."""

    sources: tuple[Source, ...]
    elements: tuple[Element, ...]


def field(element: str) -> str:
    return element.partition(".")[2]


def read(path: Path) -> Spec:
    """Read a ``sources.yaml``.

    :raises Invalid: where it says something that cannot be, naming the place
    """
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        order = list(said["order"])
        sources = tuple(_source(slug, said["sources"][slug], n) for n, slug in enumerate(order))
        decided: dict[str, str] = said["elements"]
    except FileNotFoundError:
        raise invalid("in", "missing", f"没有找到 {path.name}，它说明各部门文件的列") from None
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise invalid("sources.yaml", "format", f"{path.name} 缺少或写错了：{error}") from error
    if strange := sorted(set(said["sources"]) - set(order)):
        raise invalid("order", "missing", f"order 里没有列出来源：{'、'.join(strange)}")
    return Spec(sources, tuple(_elements(sources, decided, order)))


def _source(slug: str, said: dict[str, Any], place: int) -> Source:
    columns = tuple(_column(element, column) for element, column in said["columns"].items())
    as_of = _column("row.as_of", {"clean": "date", **said["as_of"]})
    return Source(slug, place, said["row"], said["id"], as_of, columns)


def _column(element: str, said: dict[str, Any]) -> Column:
    clean = said["clean"]
    if clean not in cleaning_sql.CLEANERS:
        raise invalid(element, "clean", f"{element} 的清洗规则 {clean} 不存在")
    return Column(element, said["column"], clean, said.get("date", "%Y-%m-%d"))


def _elements(sources: tuple[Source, ...], decided: dict[str, str], order: list[str]) -> list[Element]:
    holders: dict[str, list[int]] = {}
    cleans: dict[str, str] = {}
    for source in sources:
        for column in source.columns:
            holders.setdefault(column.element, []).append(source.place)
            if cleans.setdefault(column.element, column.clean) != column.clean:
                raise invalid(column.element, "clean", f"{column.element} 在各来源的清洗规则不一致")
    found = []
    for code, places in holders.items():
        source_of = decided.get(code)
        if source_of is not None and (source_of not in order or order.index(source_of) not in places):
            raise invalid(code, "source", f"{code} 的数源部门 {source_of} 并不提供它")
        place = order.index(source_of) if source_of is not None else None
        found.append(Element(code, cleans[code], place, tuple(places)))
    return found
