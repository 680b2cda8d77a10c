"""The batch engine's SQL carried from DuckDB to Spark: sqlglot writes it anew, and what means something else
there is replaced, so that both engines give the same rows.

What differs, and how it is met:

- A text cast to a whole number. DuckDB rounds decimals, reads exponents, ``0x1F`` and ``1_000``; Spark takes
  whole numbers only, and control characters around them. ``TRY_CAST`` becomes ``duck_whole``.
- A text cast to a date. Spark takes ``2023`` and ``2023-1-1T…``, DuckDB ``2023/1/1``: ``duck_date``.
- A date cast to a text, before the year 1 and after 9999: ``duck_day``.
- ``trim`` without characters takes every kind of space in DuckDB, only U+0020 in Spark.
- ``arg_max`` passes over NULL in DuckDB.
- What is not known to mean the same is refused by name, so that a new statement cannot differ unseen.

Not carried: ``infinity``, ``epoch`` and ``(BC)``, which DuckDB reads as dates; they are none on Spark.
"""

import re

from sqlglot import ErrorLevel, exp, parse_one
from sqlglot.errors import SqlglotError

# Space separators of Unicode, as DuckDB's trim has them.
_SPACES = (
    "\u0020\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
_BLANK = r"[ \t\n\x0B\f\r]"  # white space of C, as DuckDB's casts skip it
_DIGITS = "[0-9](?:_?[0-9])*"

# Most are plain digits: those take one look. The others are told apart by how they are written.
_WHOLE = rf"""
CREATE OR REPLACE TEMPORARY FUNCTION duck_whole(said STRING) RETURNS BIGINT RETURN
CASE WHEN said RLIKE r'^-?[0-9]{{1,18}}\z' THEN try_cast(said AS BIGINT)
WHEN said RLIKE r'^{_BLANK}*[+-]?{_DIGITS}{_BLANK}*\z'
    THEN try_cast(regexp_replace(said, r'[^0-9-]', '') AS BIGINT)
WHEN said RLIKE r'^{_BLANK}*[+-]?(?:{_DIGITS}\.|(?:{_DIGITS})?\.{_DIGITS}){_BLANK}*\z'
    THEN try_add(
        coalesce(try_cast(regexp_replace(regexp_extract(said, r'^([^.]*)\.', 1), r'[^0-9-]', '') AS BIGINT),
            CASE WHEN said RLIKE r'^{_BLANK}*[+-]?\.' THEN 0 END),
        CASE WHEN NOT said RLIKE r'\.[5-9]' THEN 0 WHEN said LIKE '%-%' THEN -1 ELSE 1 END)
WHEN said RLIKE r'^{_BLANK}*[+-]?(?:{_DIGITS}\.?|(?:{_DIGITS})?\.{_DIGITS})[eE][+-]?{_DIGITS}\.?{_BLANK}*\z'
    THEN CASE WHEN try_cast('0' || regexp_replace(said, r'(?s)[.eE].*|[^0-9]', '') AS BIGINT) IS NOT NULL
        AND try_cast(regexp_replace(said, r'(?s)^.*[eE]|[^0-9]', '') AS SMALLINT) IS NOT NULL
    THEN try_cast(round(try_cast(
        regexp_replace(regexp_replace(said, r'([eE][^.]*)\.', '$1'), r'[^0-9eE.+-]', '')
    AS DECIMAL(38, 18)), 0) AS BIGINT) END
WHEN said RLIKE r'^{_BLANK}*0[xX][_0]*(?:_?[0-9a-fA-F]){{1,16}}\z' AND NOT said RLIKE r'[xX]_|__'
    THEN try_cast(conv(regexp_replace(said, r'(?s)^.*[xX]|_', ''), 16, 10) AS BIGINT)
WHEN said RLIKE r'^{_BLANK}*0[bB][_0]*(?:_?[01]){{1,64}}\z' AND NOT said RLIKE r'[bB]_|__'
    THEN try_cast(conv(regexp_replace(said, r'(?s)^.*[bB]|_', ''), 2, 10) AS BIGINT)
END"""

_DATE = rf"""
CREATE OR REPLACE TEMPORARY FUNCTION duck_date(said STRING) RETURNS DATE RETURN
CASE WHEN said RLIKE r'^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}\z' THEN try_cast(said AS DATE)
WHEN said RLIKE r'^{_BLANK}*-?[0-9]+([-/ \\])[0-9]{{1,2}}\1[0-9]{{1,2}}{_BLANK}*\z'
    THEN try_cast(regexp_replace(regexp_replace(
        said, r'^{_BLANK}*(-?)([0-9]+).([0-9]+).([0-9]+){_BLANK}*\z', '$1000$2-$3-$4'),
        r'^(-?)0+([0-9]{{4}})', '$1$2') AS DATE)
END"""

_DAY = r"""
CREATE OR REPLACE TEMPORARY FUNCTION duck_day(said STRING) RETURNS STRING RETURN
CASE WHEN said RLIKE r'^[0-9]{4}-' AND NOT startswith(said, '0000') THEN said
WHEN startswith(said, '+') THEN substr(said, 2)
ELSE regexp_replace('000' || CAST(try_cast(regexp_extract(said, r'^-?([0-9]+)', 1) AS INT) + 1 AS STRING),
    r'^0+([0-9]{4})', '$1') || regexp_extract(said, r'^-?[0-9]+(-.*)', 1) || ' (BC)' END"""

FUNCTIONS = (_WHOLE, _DATE, _DAY)  # to be made once in each Spark session

# Functions and casts that give the same on both, over what the engine hands them: tests compare the lot.
_SAME: tuple[type[exp.Expr], ...] = (
    exp.Abs, exp.And, exp.ArgMax, exp.Array, exp.Case, exp.Cast, exp.Coalesce, exp.Contains, exp.Count,
    exp.DateDiff, exp.Greatest, exp.If, exp.Least, exp.Length, exp.LogicalOr, exp.Max, exp.Min, exp.Nullif,
    exp.Or, exp.RegexpLike, exp.Replace, exp.Right, exp.RowNumber, exp.StartsWith, exp.Struct, exp.Substring,
    exp.Sum, exp.Translate, exp.Trim, exp.TryCast,
)  # fmt: skip
_NAMED_SAME = frozenset(
    {"DUCK_WHOLE", "DUCK_DATE", "DUCK_DAY", "TYPEOF", "OCTET_LENGTH", "BIT_COUNT", "INLINE", "ARRAY_COMPACT"}
)
_RENAMED = {"STRLEN": "OCTET_LENGTH"}
_TYPES = frozenset(
    {"BIGINT", "INT", "SMALLINT", "TINYINT", "UTINYINT", "USMALLINT", "BOOLEAN", "DATE", "TEXT"}
)


_TABLES = ("from_", "joins")
_PART = {"expressions", "from_", "where"}
# Anchors, characters and sets of characters, counted or not: what RE2 and Java read alike.
_PLAIN_PATTERN = re.compile(r"\^?(?:(?:\[[^]\[\\^&]+\]|[^]\[\\^$.|?*+(){}])(?:\{\d+\}|[*+?])?)*\$?")


class NotCarried(ValueError):
    """A statement uses something of DuckDB's that is not known to mean the same on Spark."""


def carried(query: str) -> str:
    """``query``, of DuckDB, as Spark must be asked for the same rows.

    :raises NotCarried: for what is not known to mean the same
    """
    try:
        moved = _gathered(parse_one(query, read="duckdb").transform(_moved))
        for node in moved.walk():
            _check(node)
        return moved.sql("spark", unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as error:
        raise NotCarried(f"sqlglot: {error}") from error


def _gathered(tree: exp.Expr) -> exp.Expr:
    """``UNION ALL`` over one and the same FROM, as one reading of it: Spark would join once for each part."""
    all_parts = _parts(tree)
    parts = [part for part in all_parts if isinstance(part, exp.Select)]
    if len(parts) < 2 or len(parts) < len(all_parts):
        return tree
    first = parts[0]
    for part in parts:
        if {name for name, value in part.args.items() if value} - {"joins"} != _PART:
            return tree
        if any(part.args.get(name) != first.args.get(name) for name in _TABLES):
            return tree
    rows = [
        exp.Case().when(
            part.args["where"].this,
            exp.Struct(
                expressions=[
                    exp.PropertyEQ(this=exp.to_identifier(name), expression=value.unalias())
                    for name, value in zip(first.named_selects, part.expressions, strict=True)
                ]
            ),
        )
        for part in parts
    ]
    told = exp.Anonymous(this="ARRAY_COMPACT", expressions=[exp.Array(expressions=rows)])
    one = exp.Select(expressions=[exp.alias_(told, "told")])
    for name in _TABLES:
        one.set(name, first.args.get(name))
    return exp.select(exp.Anonymous(this="INLINE", expressions=[exp.column("told")])).from_(
        one.subquery("gathered")
    )


def _parts(tree: exp.Expr) -> list[exp.Expr]:
    if isinstance(tree, exp.Union) and not tree.args.get("distinct"):
        return [*_parts(tree.this), *_parts(tree.expression)]
    return [tree]


def _moved(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.TryCast):
        return _tried(node)
    if (
        isinstance(node, exp.Cast)
        and node.to.this == exp.DataType.Type.TEXT
        and isinstance(node.this, exp.Column)
    ):
        return _told(node)
    if isinstance(node, exp.Trim) and node.expression is None:
        return exp.Trim(
            this=node.this,
            expression=exp.Literal.string(_SPACES),
            position=node.args.get("position") or "BOTH",
        )
    if isinstance(node, exp.RegexpLike):
        return _matched(node)
    if isinstance(node, exp.ArgMax) and not isinstance(node.parent, exp.Filter):
        said = exp.Not(this=exp.Is(this=node.this.copy(), expression=exp.Null()))
        return exp.Filter(this=node.copy(), expression=exp.Where(this=said))
    if isinstance(node, exp.Anonymous) and node.name.upper() in _RENAMED:
        return exp.Anonymous(this=_RENAMED[node.name.upper()], expressions=node.expressions)
    return node


def _matched(node: exp.RegexpLike) -> exp.Expr:
    """``$`` is the very end in RE2; in Java a line break may follow."""
    pattern = node.expression
    if not pattern.is_string or node.args.get("flag") or not _PLAIN_PATTERN.fullmatch(pattern.name):
        raise NotCarried(node.sql("duckdb"))
    said = pattern.name.removesuffix("$") + r"\z" if pattern.name.endswith("$") else pattern.name
    return exp.RegexpLike(this=node.this, expression=exp.Literal.string(said))


def _tried(node: exp.TryCast) -> exp.Expr:
    kind = node.to.this
    if kind == exp.DataType.Type.BIGINT:
        return exp.Anonymous(this="DUCK_WHOLE", expressions=[node.this])
    if kind == exp.DataType.Type.DATE:
        return exp.Anonymous(this="DUCK_DATE", expressions=[node.this])
    if kind in (exp.DataType.Type.INT, exp.DataType.Type.SMALLINT, exp.DataType.Type.TINYINT):
        whole = exp.Anonymous(this="DUCK_WHOLE", expressions=[node.this])
        return exp.TryCast(this=whole, to=node.to, safe=True)
    raise NotCarried(f"TRY_CAST to {node.to.sql('duckdb')}")


def _told(node: exp.Cast) -> exp.Expr:
    """A column as text; Spark knows while planning whether it is a date."""
    is_date = exp.EQ(
        this=exp.Anonymous(this="TYPEOF", expressions=[node.this.copy()]),
        expression=exp.Literal.string("date"),
    )
    day = exp.Anonymous(this="DUCK_DAY", expressions=[node.copy()])
    return exp.Case().when(is_date, day).else_(node.copy())


def _check(node: exp.Expr) -> None:
    if isinstance(node, exp.Anonymous):
        if node.name.upper() not in _NAMED_SAME:
            raise NotCarried(f"{node.name}()")
    elif isinstance(node, exp.Func) and not isinstance(node, _SAME):
        raise NotCarried(node.sql("duckdb"))
    if isinstance(node, exp.Star) and (node.args.get("replace") or node.args.get("rename")):
        raise NotCarried(node.sql("duckdb"))
    if isinstance(node, exp.Cast) and node.to.this.name not in _TYPES:
        raise NotCarried(f"CAST to {node.to.sql('duckdb')}")
