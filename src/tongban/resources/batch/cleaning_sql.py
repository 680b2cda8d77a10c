"""One spelling of every kind of value, in SQL that DuckDB and Spark both have.

Each cleaner has a quick way for what is already in order and a slow one for the rest: most rows are in order.
``same`` says how two spellings are compared when they are not equal.
"""

from collections.abc import Callable

# Written otherwise by old systems, the same character (variants and the traditional forms of common names).
_VARIANT = "陳張國華東雲蘭劉楊許葉謝鄭黃峯吳羅馬趙孫鐘盧蘇譚範鄧餘賴蕭詹龍鳳麗瓊貴寶興強偉傑誠義禮輝榮慶濤靜嫻敏•・‧．"
_PLAIN = (
    "陈张国华东云兰刘杨许叶谢郑黄峰吴罗马赵孙钟卢苏谭范邓余赖萧詹龙凤丽琼贵宝兴强伟杰诚义礼辉荣庆涛静娴敏····"
)
_SPACES = " \t\u3000\u00a0"
_WIDE, _NARROW = "０１２３４５６７８９＋－（）＃", "0123456789+-()#"
_BETWEEN = "号栋幢室#"
# Written before the town; the province's prefectures are three characters long, as nearly all are.
_PROVINCES = ("福建省",)
_PREFECTURES = ("福州市", "厦门市", "莆田市", "三明市", "泉州市", "漳州市", "南平市", "龙岩市", "宁德市")


def _nothing_if_empty(text: str) -> str:
    return f"nullif({text}, '')"


def name(column: str, _: str = "") -> str:
    plain = f"translate({column}, '{_VARIANT}{_SPACES}', '{_PLAIN}')"
    return _nothing_if_empty(
        f"CASE WHEN regexp_matches({column}, '[{_VARIANT}{_SPACES}]') THEN {plain} ELSE {column} END"
    )


def text(column: str, _: str = "") -> str:
    return _nothing_if_empty(f"trim({column})")


def address(column: str, _: str = "") -> str:
    return _nothing_if_empty(f"trim({column})")


def sex(column: str, _: str = "") -> str:
    """GB/T 2261.1: 1 male, 2 female; anything else is not said."""
    return f"CASE WHEN {column} IN ('1', '男') THEN '1' WHEN {column} IN ('2', '女') THEN '2' END"


def date(column: str, form: str = "%Y-%m-%d") -> str:
    """An existing date, or NULL: as ISO digits put together and cast, which both engines refuse alike."""
    # DuckDB reads words such as infinity as dates, and then counts no days from them.
    digit = f"substr({column}, 1, 1) BETWEEN '0' AND '9'"
    if form == "%Y%m%d":
        iso = f"substr({column}, 1, 4) || '-' || substr({column}, 5, 2) || '-' || substr({column}, 7, 2)"
        return f"CASE WHEN length({column}) = 8 AND {digit} THEN TRY_CAST({iso} AS DATE) END"
    if form == "%Y/%m/%d":
        iso = f"substr({column}, 1, 4) || '-' || substr({column}, 6, 2) || '-' || substr({column}, 9, 2)"
        slash = f"substr({column}, 5, 1) = '/'"
        return f"CASE WHEN length({column}) = 10 AND {digit} AND {slash} THEN TRY_CAST({iso} AS DATE) END"
    if form == "%Y-%m-%d":
        return f"CASE WHEN length({column}) = 10 AND {digit} THEN TRY_CAST({column} AS DATE) END"
    raise ValueError(f"no such form of dates: {form}")


def phone(column: str, _: str = "") -> str:
    """A mobile number as an integer; spaces, hyphens, +86 and full width go. Anything else is not said."""
    whole = f"TRY_CAST({column} AS BIGINT)"
    usual = f"{whole} BETWEEN 10000000000 AND 19999999999 AND CAST({whole} AS VARCHAR) = {column}"
    last = f"right(translate({column}, '{_WIDE}-+(){_SPACES}', '{_NARROW[:10]}'), 11)"
    mobile = f"length({last}) = 11 AND regexp_matches({last}, '^1[0-9]{{10}}$')"
    return (
        f"CASE WHEN {usual} THEN {whole} "
        f"WHEN {column} IS NOT NULL THEN CASE WHEN {mobile} THEN TRY_CAST({last} AS BIGINT) END END"
    )


def number(column: str, _: str = "") -> str:
    """A whole number (money in fen)."""
    return f"TRY_CAST({column} AS BIGINT)"


CLEANERS: dict[str, Callable[[str, str], str]] = {
    "name": name,
    "text": text,
    "address": address,
    "sex": sex,
    "date": date,
    "phone": phone,
    "number": number,
}
TYPES = {
    "name": "VARCHAR", "text": "VARCHAR", "address": "VARCHAR", "sex": "VARCHAR", "date": "DATE",
    "phone": "BIGINT", "number": "BIGINT",
}  # fmt: skip


def spare(column: str) -> str:
    """An address to compare by: without province and prefecture, and without the words between its numbers."""
    plain = f"translate({_local(column)}, '{_WIDE}{_BETWEEN}', '0123456789--()#-----')"
    return trimmed(plain)


def _local(column: str) -> str:
    listed = ", ".join(f"'{name}'" for name in _PROVINCES)
    cities = ", ".join(f"'{name}'" for name in _PREFECTURES)
    at_city = f"CASE WHEN substr({column}, 1, 3) IN ({listed}) THEN substr({column}, 4) ELSE {column} END"
    return f"CASE WHEN substr({at_city}, 1, 3) IN ({cities}) THEN substr({at_city}, 4) ELSE {at_city} END"


def trimmed(dashed: str) -> str:
    """:func:`spare` of what :func:`dashed` gives."""
    return f"rtrim({dashed}, '-')"


def dashed(column: str) -> str:
    """:func:`spare` but for the hyphens at its end, for engines where ``translate`` is slow: only what has a
    character in full width is sent through it."""
    plain = _local(column)
    for word in _BETWEEN:
        plain = f"replace({plain}, '{word}', '-')"
    return f"CASE WHEN regexp_matches({column}, '[{_WIDE}]') THEN {spare(column)} ELSE {plain} END"


def same(clean: str, one: str, other: str) -> str:
    """Whether two cleaned values agree; NULL where one is."""
    if clean == "address":
        return (
            f"CASE WHEN {one} = {other} THEN true ELSE {trimmed(dashed(one))} = {trimmed(dashed(other))} END"
        )
    return f"{one} = {other}"
