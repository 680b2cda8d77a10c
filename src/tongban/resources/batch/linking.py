"""Linking: rows without a valid number are given to the persons they are about.

First what people decided, then plain rules, then the model; what the model is not sure of goes to clerks.
``OUT/links/<slug>.parquet`` holds the links of each department, ``OUT/review/pairs.parquet`` what is to be
looked at, ``OUT/links/receipt.json`` the account. The same inputs and decisions give the same links, and are
not linked again.
"""

import hashlib
import json
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from tongban.kit.errors import invalid
from tongban.resources.batch import linking_index, linking_model, linking_sql
from tongban.resources.batch.landing import RESIDUE, Report, text, write_json
from tongban.resources.batch.linking_index import count
from tongban.resources.batch.spec import Source, Spec

# A pair is linked when the model gives it at least this: at the border one link in fifty is wrong, and nearly
# all are far above. A wrong link shows one person another's data; a row left to a clerk costs a minute.
LINK = 0.98
# Below this a pair is not shown to a clerk: nine in ten would be refused.
REVIEW = 0.1
VERSION = 1  # counts up when the same inputs would be linked otherwise
_DECIDED = {"source", "row_id", "key", "same", "fingerprint"}


@dataclass(frozen=True, slots=True)
class Linked:
    """The account. Rows, but ``review``: pairs. ``left``: rows neither linked nor in review."""

    residue: int
    linked_by_rule: int
    linked_by_model: int
    linked_by_clerk: int
    review: int
    left: int
    seconds: float


def link(
    connection: duckdb.DuckDBPyConnection,
    spec: Spec,
    out: Path,
    *,
    model: bool = True,
    decisions: Path | None = None,
    report: Report | None = None,
) -> Linked:
    """Link the residue under ``out/landed``.

    :param model: without it only decisions and plain rules link, and nothing goes to review
    :param decisions: Parquet of what clerks decided: ``source``, ``row_id``, ``key``, ``same``,
        ``fingerprint``
    :param report: called with the stage, and how much of how much is done
    :raises Invalid: for decisions that lack a column or contradict each other
    """
    started = time.perf_counter()
    if decisions is not None and not decisions.is_file():
        raise invalid("decisions", "missing", f"没有找到 {decisions.name}")
    stamp = _stamp(spec, out, model, decisions)
    receipt = out / "links" / "receipt.json"
    earlier = _earlier(receipt)
    if earlier is not None and earlier.pop("stamp") == stamp:
        return Linked(**earlier)
    receipt.unlink(missing_ok=True)
    work = out / "links" / "work" / stamp[:16]
    _residue(connection, spec, out)
    _decisions(connection, spec, decisions)
    persons = _pairs(connection, spec, out, work, report)
    if model and persons:
        _model(connection, persons)
    else:
        connection.execute("CREATE OR REPLACE TEMP TABLE scored (n BIGINT, key BIGINT, odds DOUBLE)")
    _make(connection, "chosen", linking_sql.chosen(LINK, REVIEW))
    made = _write(connection, spec, out, started)
    write_json(receipt, {"stamp": stamp, **asdict(made)})
    shutil.rmtree(work.parent, ignore_errors=True)
    return made


def _stamp(spec: Spec, out: Path, model: bool, decisions: Path | None) -> str:
    """What the links are made from: landed files, description, decisions, and this code's version."""
    said = [str(VERSION), str(model), repr(spec)]
    for source in spec.sources:
        for path in sorted((out / "landed" / source.slug).glob("bucket=*/*.parquet")):
            state = path.stat()
            said.append(f"{path.relative_to(out)} {state.st_size} {state.st_mtime_ns}")
    if decisions is not None:
        said.append(hashlib.sha256(decisions.read_bytes()).hexdigest())
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _earlier(receipt: Path) -> dict[str, Any] | None:
    try:
        said: dict[str, Any] = json.loads(receipt.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return said


def _make(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}").fetchall()


def _residue(connection: duckdb.DuckDBPyConnection, spec: Spec, out: Path) -> None:
    for macro in linking_sql.MACROS:
        connection.execute(macro)
    parts = [
        linking_sql.residue(source, table)
        for source in spec.sources
        if (table := linking_index.landed(out, source, RESIDUE)) is not None
    ]
    rows = " UNION ALL ".join(parts) or linking_sql.no_residue()
    _make(connection, "residue", f"SELECT row_number() OVER (ORDER BY place, row_id) AS n, * FROM ({rows})")


def _decisions(connection: duckdb.DuckDBPyConnection, spec: Spec, decisions: Path | None) -> None:
    """The table ``decided``: ``n``, ``key``, ``same``; of rows that still say what they said then."""
    if decisions is None:
        connection.execute("CREATE OR REPLACE TEMP TABLE decided (n BIGINT, key BIGINT, same BOOLEAN)")
        return
    table = f"read_parquet({text(decisions)})"
    try:
        held = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()}
    except duckdb.Error as error:
        raise invalid("decisions", "format", f"{decisions.name} 不是完整的 Parquet 文件：{error}") from error
    if gone := sorted(_DECIDED - held):
        raise invalid("decisions", "column", f"{decisions.name} 缺少列：{'、'.join(gone)}")
    slugs = [source.slug for source in spec.sources]
    named = connection.execute(f"SELECT DISTINCT source FROM {table} ORDER BY source").fetchall()
    if strange := [str(row[0]) for row in named if row[0] not in slugs]:
        raise invalid("decisions", "source", f"{decisions.name} 里的来源不存在：{'、'.join(strange)}")
    places = " ".join(f"WHEN '{source.slug}' THEN {source.place}" for source in spec.sources)
    _make(
        connection,
        "decided",
        f"SELECT DISTINCT r.n, CAST(d.key AS BIGINT) AS key, d.same FROM {table} AS d JOIN residue AS r "
        f"ON r.place = CASE d.source {places} END AND r.row_id = CAST(d.row_id AS VARCHAR) "
        "AND r.print = d.fingerprint WHERE d.same IS NOT NULL AND d.key IS NOT NULL",
    )
    twice = connection.execute(
        "SELECT place, row_id FROM residue WHERE n IN ("
        "SELECT n FROM decided WHERE same GROUP BY n HAVING count(*) > 1 UNION ALL "
        "SELECT n FROM decided GROUP BY n, key HAVING count(*) > 1) ORDER BY ALL LIMIT 1"
    ).fetchall()
    for place, row_id in twice:
        where = f"{spec.sources[place].slug} {row_id}"
        raise invalid("decisions", "contradiction", f"{decisions.name} 对同一行的认定互相矛盾：{where}")


def _pairs(
    connection: duckdb.DuckDBPyConnection, spec: Spec, out: Path, work: Path, report: Report | None
) -> int:
    """The tables ``pairs`` (undecided ones), ``persons``, ``agreement`` and ``ruled``; the persons in all."""

    def tell(done: int, total: int) -> None:
        if report is not None:
            report("link", done, total)

    people = linking_index.gather(connection, spec, out, work, tell)
    connection.execute(
        "DELETE FROM pairs WHERE n IN (SELECT n FROM decided WHERE same) "
        "OR (n, key) IN (SELECT (n, key) FROM decided WHERE NOT same)"
    ).fetchall()
    _make(connection, "said_names", "SELECT [flat] AS flats FROM residue WHERE flat IS NOT NULL")
    _make(
        connection,
        "teach_names",
        f"SELECT [{linking_sql.flat('name')}] AS flats FROM teach_said WHERE name IS NOT NULL",
    )
    linking_index.speak(connection, ("persons", "said_names", "teach_names"))
    _make(connection, "agreement", linking_sql.agreement())
    _make(connection, "ruled", linking_sql.ruled())
    return people


def _model(connection: duckdb.DuckDBPyConnection, people: int) -> None:
    """The table ``scored``: of the pairs of rows that no rule settled."""
    common = (linking_model.COMMON, linking_model.VERY_COMMON)
    _make(connection, "model_rows", linking_sql.shaped_rows("residue", "n", common))
    _make(connection, "model_persons", linking_sql.shaped_persons(linking_sql.model_persons()))
    _make(connection, "model_pairs", linking_sql.model_pairs())
    teachers = count(connection, "SELECT count(DISTINCT key) FROM teach_said WHERE NOT stranger")
    weights = linking_model.COMPARISONS
    if teachers >= linking_model.ENOUGH:
        rows = f"({linking_sql.taught()}) AS taught"
        _make(connection, "teach_rows", linking_sql.shaped_rows(rows, "label", common))
        _make(connection, "teach_persons", linking_sql.shaped_persons(f"({linking_sql.taught_persons()})"))
        _make(connection, "teach_strangers", linking_sql.shaped_persons(f"({linking_sql.strangers()})"))
        weights = linking_model.learn(connection, "teach_rows", "teach_persons", "teach_strangers")
    linking_model.score(connection, weights, people, ("model_rows", "model_persons", "model_pairs"))


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    connection.execute(f"COPY ({query}) TO {text(half)} (FORMAT parquet)").fetchall()
    half.replace(path)


def _row_id_type(connection: duckdb.DuckDBPyConnection, out: Path, source: Source) -> str:
    """The type of the department's row numbers, so that links and rows can be joined as they are."""
    table = linking_index.landed(out, source, RESIDUE)
    if table is None:
        return "VARCHAR"
    found = connection.execute(f"SELECT typeof(row_id) FROM {table} LIMIT 1").fetchall()
    return str(found[0][0]) if found else "VARCHAR"


def _write(connection: duckdb.DuckDBPyConnection, spec: Spec, out: Path, started: float) -> Linked:
    for source in spec.sources:
        type_ = _row_id_type(connection, out, source)
        _copy(
            connection,
            f"SELECT CAST(r.row_id AS {type_}) AS row_id, c.key, c.how, c.probability FROM chosen AS c "
            f"JOIN residue AS r USING (n) WHERE r.place = {source.place} AND c.how IS NOT NULL ORDER BY ALL",
            out / "links" / f"{source.slug}.parquet",
        )
    query = linking_sql.review(tuple(source.slug for source in spec.sources))
    _copy(connection, query, out / "review" / "pairs.parquet")
    counts = dict(
        connection.execute(
            "SELECT CASE WHEN how LIKE 'rule:%' THEN 'rule' ELSE coalesce(how, 'review') END AS kind, "
            "count(*) FROM chosen GROUP BY kind"
        ).fetchall()
    )
    return Linked(
        residue=count(connection, "SELECT count(*) FROM residue"),
        linked_by_rule=counts.get("rule", 0),
        linked_by_model=counts.get("model", 0),
        linked_by_clerk=counts.get("clerk", 0),
        review=counts.get("review", 0),
        left=count(connection, "SELECT count(*) FROM residue ANTI JOIN chosen USING (n)"),
        seconds=round(time.perf_counter() - started, 3),
    )
