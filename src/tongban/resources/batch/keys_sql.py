"""Identity numbers in SQL: the key of a person, as one integer, by arithmetic.

Every expression here uses only what DuckDB and Spark both have, so that the text can be carried over. The law
they follow is :mod:`tongban.standards.codes`; a test compares the two on made-up numbers.

The key is the first 17 digits of the 18-character number (GB 11643-1999): the 18th follows from them.
"""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_WIDE, _NARROW = "０１２３４５６７８９Ｘｘx", "0123456789XXX"
_LENGTH, _OLD_LENGTH, _KEY = 18, 15, 17


def tidied(text: str) -> str:
    """``text`` without spaces, in half width and capitals, as an identity number is written."""
    return f"translate({text}, '{_WIDE}- \t\u3000', '{_NARROW}')"


def check_character(key: str) -> str:
    """The 18th character of ``key``."""
    # A digit is what is left of the number at its place less ten times what is left one place higher, so that
    # the weighted sum is one of quotients alone; smallest remainders keep it far from the limits of a BIGINT.
    by_place = _WEIGHTS[::-1]
    factors = [(here - 10 * below) % 11 for here, below in zip(by_place, (0, *by_place), strict=False)]
    terms = " + ".join(
        f"{factor if factor < 6 else factor - 11} * ({key} // {10**place})"
        for place, factor in enumerate(factors)
    )
    return f"substr('10X98765432', CAST((({terms}) % 11 + 11) % 11 AS INTEGER) + 1, 1)"


def id_number(key: str) -> str:
    """The whole number of ``key``."""
    return f"CAST({key} AS VARCHAR) || {check_character(key)}"


def claimed(text: str, last: str = "[0-9X]") -> str:
    """The first 17 digits that a tidied number claims (15-digit ones get their ``19``), or NULL: a number that
    is not all digits, but for its last character, claims nothing.

    :param last: pattern of the last character
    """
    usual = f"length({text}) = {_LENGTH} AND regexp_matches({text}, '^[1-9][0-9]{{16}}{last}$')"
    old = f"length({text}) = {_OLD_LENGTH} AND regexp_matches({text}, '^[1-9][0-9]{{14}}$')"
    whole = f"substr({text}, 1, 6) || '19' || substr({text}, 7, 9)"
    return (
        f"CASE WHEN {usual} THEN TRY_CAST(substr({text}, 1, {_KEY}) AS BIGINT) "
        f"WHEN {old} THEN TRY_CAST({whole} AS BIGINT) END"
    )


def _born(key: str) -> str:
    year, month, day = f"({key} // 10000000 % 10000)", f"({key} // 100000 % 100)", f"({key} // 1000 % 100)"
    leap = f"({year} % 4 = 0 AND ({year} % 100 <> 0 OR {year} % 400 = 0))"
    last = (
        f"CASE WHEN {month} = 2 THEN CASE WHEN {leap} THEN 29 ELSE 28 END "
        f"WHEN {month} IN (4, 6, 9, 11) THEN 30 ELSE 31 END"
    )
    return f"({year} >= 1 AND {month} BETWEEN 1 AND 12 AND {day} >= 1 AND {day} <= {last})"


def key(column: str, table: str, rest: str = "*") -> str:
    """A query over ``table`` with ``rest`` and two columns more: ``key`` (NULL: not valid), and ``tidy_id``, what
    was written where it is not."""
    # The usual number is told by writing it anew from its key; what differs is tidied by translate, which is slow.
    usual = f"first17 >= {10 ** (_KEY - 1)} AND said_id = {id_number('first17')}"
    checked = (
        f"usual OR substr(tidy, {_LENGTH}, 1) = {check_character('claim')} OR length(tidy) = {_OLD_LENGTH}"
    )
    return f"""
SELECT * EXCLUDE (claim, usual, said_id, first17, tidy), CASE WHEN key IS NULL THEN coalesce(tidy, said_id) END AS tidy_id
FROM (SELECT *, CASE WHEN {_born("claim")} AND ({checked}) THEN claim END AS key
FROM (SELECT *, CASE WHEN usual THEN first17 ELSE {claimed("tidy")} END AS claim
FROM (SELECT *, CASE WHEN usual THEN NULL ELSE {tidied("said_id")} END AS tidy
FROM (SELECT *, {usual} AS usual
FROM (SELECT {rest}, {column} AS said_id, TRY_CAST(substr({column}, 1, {_KEY}) AS BIGINT) AS first17
FROM {table}) AS told) AS written) AS tidied) AS claimed) AS keyed"""
