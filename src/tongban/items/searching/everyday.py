"""The everyday words that stewards keep over those of the file: looked up, added, taken away, given back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.utils.translation import gettext as _

from tongban.items.mapping import may_map
from tongban.items.models import EverydayWord
from tongban.items.searching.language import look_again, normal, written
from tongban.kit.actors import Actor
from tongban.kit.errors import FieldProblem, Forbidden, Invalid, NotFound
from tongban.trace import service as trace

CHAIN = "everyday-words"
PAGE = 50
SHORTEST, LONGEST = 2, 40  # characters of what people say
MOST_MEANT, LONGEST_MEANT = 8, 60


@dataclass(frozen=True, slots=True)
class Everyday:
    """What people say and its official readings. ``kept``: a steward's; otherwise as the file has it.

    One that is not ``active`` was taken out of the file's.
    """

    said: str
    meant: tuple[str, ...]
    kept: bool
    active: bool
    changed_by: str = ""
    changed_at: datetime | None = None


def everyday_words(*, query: str = "", page: int = 1) -> "Page[Everyday]":
    """The words with ``query`` on either side; those that stewards keep first."""
    rows = list(EverydayWord.objects.order_by("said"))
    kept = [
        Everyday(row.said, tuple(row.meant), True, row.active, row.changed_by, row.changed_at) for row in rows
    ]
    known = {row.said for row in rows}
    given = [
        Everyday(said, tuple(meant), False, True)
        for said, meant in sorted(written().items())
        if said not in known
    ]
    text = normal(query.strip()[:100])
    found = [one for one in (*kept, *given) if text in f"{one.said}\n" + "\n".join(one.meant)]
    return Paginator(found, PAGE).get_page(page)


@transaction.atomic
def keep_everyday_word(actor: Actor, said: str, meant: Sequence[str], *, active: bool = True) -> Everyday:
    """Let ``said`` be read as ``meant`` from now on, in the place of what it was read as.

    With ``active`` false it has no official reading any more. Search follows at once here, in other
    processes within half a minute. Raises Forbidden, Invalid.
    """
    _allow(actor)
    word = normal(" ".join(said.split()))
    readings = [one for one in dict.fromkeys(" ".join(each.split()) for each in meant) if one]
    _check(word, readings, active=active)
    values = {"meant": readings, "active": active, "changed_by": actor.name[:100]}
    row, _made = EverydayWord.objects.update_or_create(said=word, defaults=values)
    trace.append(actor, CHAIN, "search.word_kept", {"said": word, "meant": readings, "active": active})
    look_again()
    transaction.on_commit(look_again)
    return Everyday(row.said, tuple(row.meant), True, row.active, row.changed_by, row.changed_at)


@transaction.atomic
def forget_everyday_word(actor: Actor, said: str) -> None:
    """Take a steward's word away; what the file says of it counts again. Raises Forbidden, NotFound."""
    _allow(actor)
    gone, _rows = EverydayWord.objects.filter(said=normal(said)).delete()
    if not gone:
        raise NotFound(_("没有这个说法"))
    trace.append(actor, CHAIN, "search.word_forgotten", {"said": normal(said)})
    look_again()
    transaction.on_commit(look_again)


def _allow(actor: Actor) -> None:
    if not may_map(actor):
        raise Forbidden(_("只有数据管理员或省级事项管理员可以维护群众说法"))


def _check(said: str, meant: Sequence[str], *, active: bool) -> None:
    problems = []
    if not SHORTEST <= len(said) <= LONGEST:
        words = _("群众说法要 %(least)s 到 %(most)s 个字") % {"least": SHORTEST, "most": LONGEST}
        problems.append(FieldProblem("said", "length", words))
    elif not said.isprintable():
        problems.append(FieldProblem("said", "characters", _("群众说法里有看不见的字符，请重新输入")))
    if active and not meant:
        problems.append(FieldProblem("meant", "required", _("请填写至少一个规范说法")))
    if len(meant) > MOST_MEANT:
        words = _("规范说法最多 %(most)s 个") % {"most": MOST_MEANT}
        problems.append(FieldProblem("meant", "number", words))
    if any(len(one) > LONGEST_MEANT or not one.isprintable() for one in meant):
        words = _("规范说法每个最多 %(most)s 个字，不能有看不见的字符") % {"most": LONGEST_MEANT}
        problems.append(FieldProblem("meant", "length", words))
    if problems:
        raise Invalid(*problems)
