"""One walk: questions one at a time, answers in a signed text that the address carries."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext as _

from tongban.guidance import cells, definition, tables, walking
from tongban.guidance.definition import Definition, Question
from tongban.guidance.models import Table
from tongban.items import service as items
from tongban.kit.errors import Conflict, invalid

SALT = "tongban.guidance"
LASTS = 7 * 24 * 3600  # seconds that an unfinished walk can be taken up again
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Given:
    """A question and its answer as people read them."""

    key: str
    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk stands. Without a ``question`` it is done; ``back`` is the state one answer earlier."""

    table: Table
    item: items.VersionDetail
    meant: Definition
    answers: dict[str, cells.Value]
    question: Question | None
    number: int
    most: int
    state: str
    back: str | None

    @property
    def given(self) -> tuple[Given, ...]:
        return given(self.meant, self.answers)


def given(meant: Definition, answers: walking.Answers) -> tuple[Given, ...]:
    """Answers in words, in the order in which they were asked."""
    found = []
    for key, value in answers.items():
        if question := meant.question(key):
            found.append(Given(key, question.text, question.shown(value)))
    return tuple(found)


def _sign(table_id: UUID, answers: walking.Answers) -> str:
    return signing.dumps({"t": str(table_id), "a": [*map(list, answers.items())]}, salt=SALT, compress=True)


def _open(state: str) -> tuple[str, list[Any]]:
    try:
        data = signing.loads(state[:LONGEST], salt=SALT, max_age=LASTS)
        return str(data["t"]), list(data["a"])
    except signing.SignatureExpired:
        raise Conflict(_("这些回答已经过去七天，请重新回答"), code="walk_expired") from None
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        raise invalid("s", "tampered", _("地址不完整或者被改动过，请从头回答")) from None


def walk(code: str, state: str = "") -> Walk:
    """Where a walk stands; without ``state`` at its beginning.

    Raises:
        NotFound, Conflict: no table in force, or another one than the walk began with.
        Invalid: the state was tampered with.
    """
    table, detail = tables.usable(code)
    meant = definition.read(table.definition)
    answers: dict[str, cells.Value] = {}
    if state:
        table_id, pairs = _open(state)
        if table_id != str(table.id):
            raise Conflict(_("办事引导刚刚更新过，请重新回答"), code="walk_outdated")
        answers = _checked(meant, pairs)
    return _at(table, detail, meant, answers)


def _checked(meant: Definition, pairs: list[Any]) -> dict[str, cells.Value]:
    """The kept answers, each to the question that came then."""
    answers: dict[str, cells.Value] = {}
    for key, value in pairs:
        question = walking.next_question(meant, answers)
        kept = question.kept(value) if question else None
        if question is None or question.key != key or kept is None:
            raise invalid("s", "tampered", _("地址不完整或者被改动过，请从头回答"))
        answers[question.key] = kept
    return answers


def _at(
    table: Table, detail: items.VersionDetail, meant: Definition, answers: dict[str, cells.Value]
) -> Walk:
    earlier = dict(list(answers.items())[:-1])
    return Walk(
        table=table,
        item=detail,
        meant=meant,
        answers=answers,
        question=walking.next_question(meant, answers),
        number=len(answers) + 1,
        most=len(answers) + walking.most_questions(meant, answers),
        state=_sign(table.id, answers),
        back=_sign(table.id, earlier) if answers else None,
    )


def answer(code: str, state: str, raw: str) -> Walk:
    """Answer the question at which the walk stands. Raises Invalid naming the question."""
    here = walk(code, state)
    if here.question is None:
        return here
    value = here.question.read(raw)
    return _at(here.table, here.item, here.meant, {**here.answers, here.question.key: value})
