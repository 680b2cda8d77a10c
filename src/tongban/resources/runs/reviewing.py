"""Pairs that the linking could not decide, put to a person; what was decided goes into the next run.

Two stewards never get the same pair at once: whoever takes one holds it for some minutes. Each look at
people's data leaves a line in the read log. A decision can be undone; each leaves a row in the trace.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pyarrow
import pyarrow.parquet
from django.core.paginator import Page, Paginator
from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.identity import service as identity
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, NotFound, invalid
from tongban.resources.batch.landing import text
from tongban.resources.elements import registry
from tongban.resources.entering import in_words, options
from tongban.resources.keepers import data_office
from tongban.resources.models import Pair, ReconcileRun
from tongban.resources.reading import _logged_read
from tongban.standards import codes
from tongban.trace import service as trace

PAGE = 30
HELD = timedelta(minutes=10)
BATCH = 1_000

TAKE = """
INSERT INTO resources_pair (id, created_at, run_id, source, row_id, key, probability, fingerprint, said,
                            known, verdict, note, by_name)
SELECT uuidv7(), now(), %s, t.source, t.row_id, t.key, t.probability, t.fingerprint, t.said::jsonb,
       t.known::jsonb, '', '', ''
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::float8[], %s::text[], %s::text[], %s::text[])
    AS t(source, row_id, key, probability, fingerprint, said, known)
ON CONFLICT (source, row_id, key) DO UPDATE
SET run_id = excluded.run_id, probability = excluded.probability, fingerprint = excluded.fingerprint,
    said = excluded.said, known = excluded.known,
    verdict = CASE WHEN resources_pair.fingerprint = excluded.fingerprint
                   THEN resources_pair.verdict ELSE '' END
"""
Verdict = Pair.Verdict


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters of a value; ``differs``: the other side has something else here."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One element of both sides. ``alike``: they say the same; one side empty is no difference."""

    label: str
    said: tuple[Piece, ...]
    known: tuple[Piece, ...]
    more: tuple[str, ...]  # what other departments say about the person
    alike: bool
    empty: bool
    compared: bool  # False: the linking does not look at it, and what the person has is not kept here


@dataclass(frozen=True, slots=True)
class PairView:
    """A pair as it is shown."""

    row: Pair
    department: str
    fields: tuple[Field, ...]
    likely: str  # the probability in words
    free: bool  # this steward may decide it now
    holder: str  # empty, or that somebody else looks at it


def may_review(actor: Actor) -> bool:
    """Whether the actor decides pairs: a steward of the data office."""
    return actor.is_staff and data_office(actor)


def take_pairs(row: ReconcileRun) -> int:
    """Put a run's pairs into the queue; where both sides are as they were, a decision stands.

    :returns: how many pairs the run asks about
    """
    path = Path(row.out) / "review" / "pairs.parquet"
    if not path.exists():
        return 0
    taken = 0
    with duckdb.connect() as engine:
        names = [c[0] for c in engine.execute(f"DESCRIBE FROM read_parquet({text(path)})").fetchall()]
        said, known = _sides(names)
        cursor = engine.execute(
            f"SELECT source, CAST(row_id AS VARCHAR), key, probability, fingerprint, {said}, {known} "
            f"FROM read_parquet({text(path)}) ORDER BY source, row_id, key"
        )
        while rows := cursor.fetchmany(BATCH):
            with transaction.atomic(), connection.cursor() as writer:
                writer.execute(TAKE, [row.id, *(list(column) for column in zip(*rows, strict=True))])
            taken += len(rows)
    gone = Pair.objects.filter(verdict=Verdict.OPEN).exclude(run=row)
    gone.filter(run__folder=row.folder).delete()  # the newer run over the same files does not ask it any more
    return taken


def _sides(names: list[str]) -> tuple[str, str]:
    """The columns of both sides' fields: all that is left beside the named ones."""
    rest = [n for n in names if n not in {"source", "row_id", "key", "probability", "fingerprint"}]
    if len(rest) < 2:
        raise invalid("review", "format", "pairs.parquet 缺少两边的字段")
    said = next((n for n in rest if n in {"said", "row", "left", "one"}), rest[0])
    known = next((n for n in rest if n in {"known", "person", "golden"}), None)
    return said, known or next(n for n in rest if n != said)


def pairs(
    actor: Actor, *, verdict: str = "open", source: str = "", least: float = 0.0, page: int = 1
) -> "Page[Pair]":
    """Pairs, the most probable first (decided ones newest first); without the people's data."""
    _require(actor)
    rows = Pair.objects.defer("said", "known")
    rows = rows.filter(verdict="" if verdict == "open" else verdict) if verdict else rows
    if source:
        rows = rows.filter(source=source)
    if least:
        rows = rows.filter(probability__gte=least)
    rows = rows.order_by("-probability", "id") if verdict == "open" else rows.order_by("-decided_at", "id")
    return Paginator(rows, PAGE).get_page(page)


def counts(actor: Actor) -> dict[str, int]:
    """How many pairs wait, and how many were decided how."""
    _require(actor)
    found = Pair.objects.values_list("verdict").annotate(n=Count("id")).order_by()
    return {verdict or "open": n for verdict, n in found}


def pair_sources(actor: Actor) -> list[str]:
    """The departments whose rows there are pairs of."""
    _require(actor)
    return list(Pair.objects.order_by("source").values_list("source", flat=True).distinct())


def next_pair(actor: Actor, *, source: str = "", after: UUID | None = None) -> Pair | None:
    """The next pair nobody else looks at, held for this steward for ten minutes."""
    _require(actor)
    now = timezone.now()
    with transaction.atomic():
        free = Q(held_until=None) | Q(held_until__lt=now) | Q(held_by=actor.account_id)
        rows = Pair.objects.select_for_update(skip_locked=True).filter(free, verdict=Verdict.OPEN)
        if source:
            rows = rows.filter(source=source)
        if after is not None:
            rows = rows.exclude(pk=after)
        found = rows.order_by("-probability", "id").first()
        if found is not None:
            _hold(found, actor)
    return found


def pair(actor: Actor, pair_id: UUID) -> PairView:
    """One pair side by side, held for this steward unless somebody else holds it; logged.

    :raises NotFound: there is none
    """
    _require(actor)
    with transaction.atomic():
        row = _locked(pair_id)
        free = not _others(row, actor)
        if free and row.verdict == Verdict.OPEN:
            _hold(row, actor)
        subject = identity.find_subject(_number(row.key))
        if subject is not None:
            purpose = _("复核两条记录是否为同一人")
            _logged_read(actor, subject.id, _elements(row), "review", purpose, None)
        data = {"pair": row.id, "source": row.source}
        trace.append(actor, f"pair:{row.id}", "resources.pair_seen", data)
    return PairView(
        row, row.source, tuple(_fields(row)), likely(row.probability), free,
        "" if free else _("另一位工作人员正在复核这一条"),
    )  # fmt: skip


def decide(actor: Actor, pair_id: UUID, verdict: str, note: str = "") -> Pair:
    """Say whether both sides are the same person; for whoever holds the pair.

    :raises Invalid: no such verdict
    :raises Conflict: somebody else holds it, or it was decided meanwhile
    """
    _require(actor)
    if verdict not in {Verdict.SAME, Verdict.OTHER, Verdict.UNSURE}:
        raise invalid("verdict", "choice", _("请选择“同一人”“不是同一人”或“无法判断”"))
    if len(note) > 500:
        raise invalid("note", "length", _("说明不能超过 500 字"))
    with transaction.atomic():
        row = _locked(pair_id)
        if row.verdict == verdict and row.by_account == actor.account_id:
            return row
        if row.verdict != Verdict.OPEN:
            raise Conflict(_("这一条已由%(name)s复核") % {"name": row.by_name}, code="decided")
        if _others(row, actor):
            raise Conflict(_("另一位工作人员正在复核这一条"), code="held")
        row.verdict, row.note, row.by_name = verdict, note.strip(), actor.name[:100]
        row.by_account, row.decided_at = actor.account_id, timezone.now()
        row.held_by = row.held_until = None
        row.save()
        data = {"pair": row.id, "verdict": verdict, "fingerprint": row.fingerprint}
        trace.append(actor, f"pair:{row.id}", "resources.pair_decided", data)
    return row


def undo(actor: Actor, pair_id: UUID) -> Pair:
    """Take a decision back: the pair waits again. Runs that used it keep what they chose."""
    _require(actor)
    with transaction.atomic():
        row = _locked(pair_id)
        if row.verdict == Verdict.OPEN:
            raise Conflict(_("这一条还没有复核结论"), code="open")
        data = {"pair": row.id, "verdict": row.verdict, "by": row.by_name}
        row.verdict, row.note, row.by_name, row.by_account, row.decided_at = Verdict.OPEN, "", "", None, None
        row.save()
        trace.append(actor, f"pair:{row.id}", "resources.pair_undone", data)
    return row


def decisions_for(path: Path) -> int:
    """Write what was decided for the next run: Parquet of (source, row_id, key, same, fingerprint).

    :returns: how many decisions; pairs nobody could tell are none
    """
    rows = list(
        Pair.objects.filter(verdict__in=(Verdict.SAME, Verdict.OTHER))
        .order_by("source", "row_id", "key")
        .values_list("source", "row_id", "key", "verdict", "fingerprint")
    )
    columns = list(zip(*rows, strict=True)) if rows else [()] * 5
    table = pyarrow.table({
        "source": pyarrow.array(columns[0], pyarrow.string()),
        "row_id": pyarrow.array(columns[1], pyarrow.string()),
        "key": pyarrow.array(columns[2], pyarrow.int64()),
        "same": pyarrow.array([one == Verdict.SAME for one in columns[3]], pyarrow.bool_()),
        "fingerprint": pyarrow.array(columns[4], pyarrow.string()),
    })  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(table, path)
    return len(rows)


def likely(probability: float) -> str:
    """A probability in words."""
    steps = (
        (0.95, _("极可能是同一人")), (0.8, _("很可能是同一人")), (0.5, _("可能是同一人")),
        (0.2, _("可能不是同一人")),
    )  # fmt: skip
    return next((words for least, words in steps if probability >= least), _("很可能不是同一人"))


def _fields(row: Pair) -> list[Field]:
    """Both sides' fields by element. The person may have several values (of several departments): the one
    most like the row's is shown first."""
    said, known = _named(row.said), _named(row.known)
    about = {code.partition(".")[2]: one.label for code, one in registry().items() if _of_person(code)}
    turns = {name: turn for turn, name in enumerate(about)}  # as people know it: the name first
    found = []
    for name in sorted({*known, *said}, key=lambda one: (turns.get(one, len(turns)), one)):
        one = next(iter(said.get(name, [])), "")
        others = sorted(known.get(name, []), key=lambda other: -SequenceMatcher(None, one, other).ratio())
        other = others[0] if others else ""
        if one or other:
            left, right = _pieces(one, other)
            label, more = about.get(name, name), tuple(others[1:4])
            empty = not one or not other
            found.append(Field(label, left, right, more, one == other, empty, name in known))
    return found


def _named(side: dict[str, Any]) -> dict[str, list[str]]:
    """Values by the element's short name, each as a list of texts."""
    found = {}
    for name, value in side.items():
        values = value if isinstance(value, list) else [value]
        short = name.partition(".")[2] or name
        if short not in {"key", "as_of", "row_id"}:
            words = [_words(short, one) for one in values if one not in (None, "")]
            found[short] = list(dict.fromkeys(words))
    return found


def _words(short: str, value: Any) -> str:
    """A value as it is read: codes in words, nothing masked."""
    code = f"person.{short}"
    if short == "birth_date" and re.fullmatch(r"[0-9]{8}", str(value)):  # as the linking counts with it
        return f"{str(value)[:4]}-{str(value)[4:6]}-{str(value)[6:]}"
    return in_words(code, value) if code in registry() and options(code) else str(value)


def _of_person(code: str) -> bool:
    return code.startswith("person.")


def _pieces(one: str, other: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts cut where they differ; nothing is marked where one is empty."""
    if not one or not other:
        return ((Piece(one, False),) if one else ()), ((Piece(other, False),) if other else ())
    left, right = [], []
    for kind, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if b > a:
            left.append(Piece(one[a:b], kind != "equal"))
        if d > c:
            right.append(Piece(other[c:d], kind != "equal"))
    return tuple(left), tuple(right)


def _elements(row: Pair) -> list[str]:
    return [code for name in _named(row.known) if (code := f"person.{name}") in registry()]


def _number(key: int) -> str:
    return f"{key}{codes.id_check_character(str(key))}"


def _hold(row: Pair, actor: Actor) -> None:
    row.held_by, row.held_until = actor.account_id, timezone.now() + HELD
    row.save(update_fields=["held_by", "held_until"])


def _others(row: Pair, actor: Actor) -> bool:
    now = timezone.now()
    return row.held_by not in {None, actor.account_id} and bool(row.held_until and row.held_until > now)


def _locked(pair_id: UUID) -> Pair:
    found = Pair.objects.select_for_update().filter(pk=pair_id).first()
    if found is None:
        raise NotFound
    return found


def _require(actor: Actor) -> None:
    if not may_review(actor):
        raise Forbidden
