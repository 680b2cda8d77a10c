"""The public catalogue, and the list each department works through."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from tongban.inventory import rights
from tongban.inventory.describing import LABELS, said
from tongban.inventory.models import Entry, ItemType, Opening, Sharing, State, Version
from tongban.inventory.numbers import words_of
from tongban.kit.actors import Actor
from tongban.kit.errors import DomainError, Forbidden, NotFound
from tongban.standards.catalogue_codes import CLASSES

PAGE = 20
FILTERS = ("class", "department", "sharing", "opening", "cycle")


class Withdrawn(DomainError):
    """The entry was published once and has been taken back (HTTP 410)."""

    status = 410

    def __init__(self, reason: str) -> None:
        super().__init__(_("这个目录条目已经撤回：%(reason)s") % {"reason": reason}, code="withdrawn")


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet with the number of entries found under it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """A page of published versions; facets by the name of their filter."""

    page: "Page[Version]"
    facets: Mapping[str, tuple[Choice, ...]]


def _all(state: str) -> "QuerySet[Version]":
    return Version.objects.filter(state=state).select_related("entry__department")


def newest_versions() -> "QuerySet[Version]":
    """The version worked on last of every entry."""
    later = Version.objects.filter(entry=OuterRef("entry"), number__gt=OuterRef("number"))
    return Version.objects.filter(~Exists(later)).select_related("entry__department", "entry__source")


def _worded(rows: "QuerySet[Version]", words: str) -> "QuerySet[Version]":
    for word in words.replace("\x00", " ").split()[:10]:
        rows = rows.filter(Q(words__icontains=word) | Q(entry__code=word))
    return rows


def _narrowed(rows: "QuerySet[Version]", chosen: Mapping[str, str]) -> "QuerySet[Version]":
    columns = {"class": "entry__front__startswith", "department": "entry__department__code"}
    for name in FILTERS:
        value = chosen.get(name, "")
        if value:
            rows = rows.filter(**{columns.get(name, name): value})
    return rows


def search(words: str = "", chosen: Mapping[str, str] | None = None, *, page: int = 1) -> Found:
    """Published entries with every word, narrowed by :data:`FILTERS`; facets count within the words."""
    rows = _worded(_all(State.PUBLISHED), words)
    narrowed = _narrowed(rows, chosen or {}).order_by("entry__code")
    return Found(Paginator(narrowed, PAGE).get_page(page), _facets(rows.order_by()))


def _facets(rows: "QuerySet[Version]") -> dict[str, tuple[Choice, ...]]:
    classes = [
        Choice(code, label, n)
        for code, label in CLASSES.items()
        if (n := rows.filter(entry__front__startswith=code).count())
    ]
    departments = rows.values_list("entry__department__code", "entry__department__short_name")
    found = {
        "class": tuple(classes),
        "department": tuple(
            Choice(code, name, n)
            for code, name, n in departments.annotate(n=Count("id")).order_by("-n", "entry__department__code")
        ),
    }
    for field, choices in (("sharing", Sharing), ("opening", Opening)):
        counts = dict(rows.values_list(field).annotate(n=Count("id")).order_by())
        found[field] = tuple(Choice(v, str(w), counts[v]) for v, w in choices.choices if v in counts)
    return found


def published(slug: str) -> Version:
    """The published version by the code as it stands in an address. Raises NotFound, or Withdrawn."""
    code = slug.replace("-", "/")
    found = _all(State.PUBLISHED).filter(entry__code=code).first()
    if found is not None:
        return found
    gone = Version.objects.filter(entry__code=code, state=State.WITHDRAWN).first()
    if gone is not None:
        raise Withdrawn(gone.withdrawn_reason)
    raise NotFound(_("没有这个目录条目"))


def named(codes: list[str]) -> list[Version]:
    """The published versions of these codes."""
    return list(_all(State.PUBLISHED).filter(entry__code__in=codes).order_by("entry__code"))


def classification(entry: Entry) -> str:
    """Class, item and entry in words."""
    return words_of(entry.front, entry.department)


def type_words(code: str) -> str:
    """An item's data type in words."""
    return str(dict(ItemType.choices).get(code, code))


def work_list(actor: Actor, chosen: Mapping[str, str] | None = None, words: str = "") -> "QuerySet[Version]":
    """The newest versions of the entries an actor looks after; ``state`` narrows beside :data:`FILTERS`.

    Raises Forbidden.
    """
    if not actor.has_role(*rights.ROLES):
        raise Forbidden
    rows = newest_versions()
    if not rights.office(actor):
        own = [p.department_id for p in actor.posts if p.role == "steward"]
        rows = rows.filter(entry__department_id__in=own)
    rows = _narrowed(_worded(rows, words), chosen or {})
    state = (chosen or {}).get("state", "")
    return (rows.filter(state=state) if state else rows).order_by("entry__code")


def providers(actor: Actor) -> list[tuple[str, str]]:
    """Code and short name of the departments whose entries an actor looks after. Raises Forbidden."""
    names = ("entry__department__code", "entry__department__short_name")
    return list(work_list(actor).order_by(*names).values_list(*names).distinct())


def work_page(
    actor: Actor, chosen: Mapping[str, str] | None = None, words: str = "", *, page: int = 1
) -> "Page[Version]":
    """One page of :func:`work_list`."""
    return Paginator(work_list(actor, chosen, words), PAGE).get_page(page)


def seen(actor: Actor, entry_id: UUID) -> Entry:
    """An entry for its department and the data office. Raises NotFound, Forbidden."""
    found = Entry.objects.select_related("department", "source").filter(pk=entry_id).first()
    if found is None:
        raise NotFound(_("没有这个目录条目"))
    if not rights.may_see(actor, found.department_id):
        raise Forbidden
    return found


HEADS = ("classification", "name", "code", "provider", "provider_code", "abstract", "format", "items",
         "sharing", "sharing_basis", "ways", "opening", "opening_basis", "cycle", "published_at",
         "related")  # fmt: skip


def heads() -> list[str]:
    """The heads of :func:`table`, as the guide names them."""
    own = {
        "classification": _("信息资源分类"), "code": _("信息资源代码"), "provider": _("信息资源提供方"),
        "provider_code": _("信息资源提供方代码"), "published_at": _("发布日期"),
    }  # fmt: skip
    return [str(own.get(name) or LABELS[name]) for name in HEADS]


def table(
    words: str = "", chosen: Mapping[str, str] | None = None, *, actor: Actor | None = None
) -> Iterator[list[str]]:
    """The catalogue as rows of text under :func:`heads`: what is published, or what an actor looks after."""
    rows = (
        _narrowed(_worded(_all(State.PUBLISHED), words), chosen or {}).order_by("entry__code")
        if actor is None
        else work_list(actor, chosen, words)
    )
    for one in rows.iterator(chunk_size=500):
        own = {
            "classification": classification(one.entry), "code": one.entry.code,
            "provider": one.entry.department.name, "provider_code": one.entry.department.uscc,
            "published_at": one.published_at.date().isoformat() if one.published_at else "",
            "items": "；".join(f"{i['name']}（{type_words(i['type'])}）" for i in one.items),
        }  # fmt: skip
        yield [own[name] if name in own else said(name, getattr(one, name)) for name in HEADS]
