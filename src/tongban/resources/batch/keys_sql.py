"""Identity numbers in SQL: the key of a person, as one integer, by arithmetic.

Every expression here uses only what DuckDB and Spark both have, so that the text can be carried over. The law
they follow is :mod:`tongban.standards.codes`; a test compares the two on made-up numbers.

The key is the first 17 digits of the 18-character number (GB 11643-1999): the 18th follows from them.
"""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_WIDE, _NARROW = "０１２３４５６７８９Ｘｘx", "0123456789XXX"
_LENGTH, _OLD_LENGTH = 18, 15


def tidied(text: str) -> str:
    """``text`` without spaces, in half width and capitals, as an identity number is written."""
    return f"translate({text}, '{_WIDE}- \t\u3000', '{_NARROW}')"


def check_character(key: str) -> str:
    """The 18th character of ``key``."""
    terms = " + ".join(
        f"{weight} * ({key} // {10 ** (16 - place)} % 10)" for place, weight in enumerate(_WEIGHTS)
    )
    return f"substr('10X98765432', CAST(({terms}) % 11 AS INTEGER) + 1, 1)"


def id_number(key: str) -> str:
    """The whole number of ``key``."""
    return f"CAST({key} AS VARCHAR) || {check_character(key)}"


def claimed(text: str) -> str:
    """The first 17 digits that a tidied number claims (15-digit ones get their ``19``), or NULL: a number that
    does not give back its own digits (spaces, signs, exponents: casts are lenient) claims nothing."""
    old = f"substr({text}, 1, 6) || '19' || substr({text}, 7, 9)"
    digits = f"CASE WHEN length({text}) = {_LENGTH} THEN substr({text}, 1, 17) WHEN length({text}) = {_OLD_LENGTH} THEN {old} END"
    return f"TRY_CAST({digits} AS BIGINT)"


def valid(key: str, text: str) -> str:
    """Whether ``key``, claimed by ``text``, is one: its digits, its date of birth, its check character."""
    whole = f"length({text}) = {_LENGTH} AND {text} = {id_number(key)}"
    old = (
        f"length({text}) = {_OLD_LENGTH} AND {text} = "
        f"substr(CAST({key} AS VARCHAR), 1, 6) || substr(CAST({key} AS VARCHAR), 9, 9)"
    )
    return f"({key} >= 10000000000000000 AND {_born(key)} AND ({whole} OR {old}))"


def _born(key: str) -> str:
    year, month, day = f"({key} // 10000000 % 10000)", f"({key} // 100000 % 100)", f"({key} // 1000 % 100)"
    leap = f"({year} % 4 = 0 AND ({year} % 100 <> 0 OR {year} % 400 = 0))"
    last = (
        f"CASE WHEN {month} = 2 THEN CASE WHEN {leap} THEN 29 ELSE 28 END "
        f"WHEN {month} IN (4, 6, 9, 11) THEN 30 ELSE 31 END"
    )
    return f"({year} >= 1 AND {month} BETWEEN 1 AND 12 AND {day} >= 1 AND {day} <= {last})"


def key(column: str, table: str, rest: str = "*") -> str:
    """A query over ``table`` with ``rest`` and two columns more: ``tidy_id``, and ``key`` (NULL: not valid)."""
    # The usual number needs no tidying; what does is sent through translate, which is slow.
    usual = f"length({column}) = {_LENGTH} AND TRY_CAST(substr({column}, 1, 17) AS BIGINT) IS NOT NULL"
    tidy = f"CASE WHEN {usual} AND substr({column}, 18, 1) BETWEEN '0' AND 'X' THEN {column} ELSE {tidied(column)} END"
    return f"""
SELECT * EXCLUDE (claim), CASE WHEN {valid("claim", "tidy_id")} THEN claim END AS key
FROM (SELECT *, {claimed("tidy_id")} AS claim FROM (SELECT {rest}, {tidy} AS tidy_id FROM {table}) AS tidy) AS claimed"""
