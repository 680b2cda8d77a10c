"""The SQL of linking: rows and persons in one shape, who may be whom, what agrees, and the plain rules.

A row without a valid number is compared with persons, a person being all that the departments say under one
valid number. Only pairs that share something exact are looked at: a telephone, the name with the date of birth,
with the address or with the employer, or a number that one slip turns into the person's.
"""

from tongban.resources.batch import keys_sql
from tongban.resources.batch.cleaning_sql import spare
from tongban.resources.batch.spec import Source

# A telephone, or a name at an address, that more persons than this share says nothing about who somebody is
# (a switchboard, a placeholder typed to satisfy a form), and would cost pairs without end.
MOST_SHARED = 20
# Of a number: one slip is a wrong digit, two neighbours changed over, or a character too many or too few.
ONE_SLIP, TWO_SLIPS = 1, 2
ROWS, PERSONS = "a_rows", "b_persons"  # as Splink knows the two tables; the first by name is its left one
_ROLES = {
    "name": ("person.name", "VARCHAR"),
    "born": ("person.birth_date", "INTEGER"),
    "sex": ("person.sex", "VARCHAR"),
    "phone": ("person.phone", "BIGINT"),
    "address": ("person.address", "VARCHAR"),
    "hukou": ("person.hukou_address", "VARCHAR"),
    "employer": ("person.employer", "VARCHAR"),
}
_DIGITS = 17
_READABLE = 14  # characters of a number, below which it is no number with a slip
# name -> what must agree; none holds where the sex, a said date of birth or a readable number speaks against it.
# With the name and one more exact thing a stranger of the same name is far less likely than one person twice;
# name and date of birth alone are left to the model, which knows how common the name is.
RULES = {
    "number": f"name_same AND off <= {ONE_SLIP}",
    "number_two_slips": f"name_same AND off = {TWO_SLIPS} AND coalesce(born_same, true)",
    "name_birth_phone": "name_same AND born_same AND phone_same",
    "name_birth_address": "name_same AND born_same AND address_same",
    "name_birth_employer": "name_same AND born_same AND employer_same",
    "name_phone_address": "name_same AND phone_same AND address_same",
    "name_phone_employer": "name_same AND phone_same AND employer_same",
    "name_address_employer": "name_same AND address_same AND employer_same",
}
_ADDRESS_ENDS = "号栋幢室#-"  # what addresses of one place end in, or do not
_PLACES = 16  # departments at most (see survive_sql)
_ROW_COLUMNS = {
    "flat": "VARCHAR", "sound": "VARCHAR", "turn": "VARCHAR", "common": "INTEGER", "born": "INTEGER",
    "sex": "VARCHAR", "phone": "BIGINT", "address": "VARCHAR", "employer": "VARCHAR", "number": "VARCHAR",
}  # fmt: skip
_PERSON_COLUMNS = {
    "flats": "VARCHAR[]", "sounds": "VARCHAR[]", "turns": "VARCHAR[]", "person_born": "INTEGER", "person_sex": "VARCHAR",
    "id_number": "VARCHAR", "phones": "BIGINT[]", "addresses": "VARCHAR[]", "employers": "VARCHAR[]",
}  # fmt: skip
_AGAINST = f"(sex_same = false OR born_same = false OR off > {TWO_SLIPS})"

MACROS = (
    # ``hamming`` refuses words of different length, as years beyond 9999 make them.
    "CREATE OR REPLACE MACRO few_off(one, other) AS CASE WHEN strlen(one) = strlen(other) "
    "THEN hamming(one, other) <= 2 ELSE false END",
    # Splink reads its conditions as SQL of its own; list functions with lambdas are hidden from it in these.
    "CREATE OR REPLACE MACRO phone_is_near(phones, one) AS list_bool_or(list_transform(phones, "
    "lambda x: few_off(CAST(x AS VARCHAR), CAST(one AS VARCHAR))))",
    "CREATE OR REPLACE MACRO born_is_near(one, other) AS few_off(CAST(one AS VARCHAR), CAST(other AS VARCHAR))",
    # A number of 15 digits has neither the century nor the check character.
    "CREATE OR REPLACE MACRO number_off(said, whole) AS damerau_levenshtein(said, CASE WHEN length(said) <= 16 "
    "THEN substr(whole, 1, 6) || substr(whole, 9, 9) ELSE whole END)",
)


def _role(source: Source, role: str) -> str:
    element, type_ = _ROLES[role]
    found = next((column for column in source.columns if column.element == element), None)
    if found is None:
        return f"CAST(NULL AS {type_}) AS {role}"
    if role == "born":
        day = found.field
        return f"CAST(year({day}) * 10000 + month({day}) * 100 + day({day}) AS INTEGER) AS {role}"
    return f"{found.field} AS {role}"


def rows(source: Source, table: str) -> str:
    """What a department's rows in ``table`` say that persons are told apart by. Dates as the integer 20260131."""
    said = ", ".join(_role(source, role) for role in _ROLES)
    return f"SELECT {source.place} AS place, CAST(row_id AS VARCHAR) AS row_id, key, {said} FROM {table}"


def nobody() -> str:
    """No rows in the shape of :func:`rows`."""
    said = ", ".join(f"CAST(NULL AS {type_}) AS {role}" for role, (_, type_) in _ROLES.items())
    return f"SELECT 0 AS place, '' AS row_id, CAST(0 AS BIGINT) AS key, {said} WHERE false"


def fingerprint(source: Source) -> str:
    """Of all that a row says about the person, however new it is: a decision holds while this is the same."""
    fields = ", ".join(f"coalesce(CAST({column.field} AS VARCHAR), '')" for column in source.columns)
    return f"md5(concat_ws('|', coalesce(tidy_id, ''), {fields}))"


def flat(name: str) -> str:
    """A name to compare by: without the dot of transcribed names, which many systems cannot write."""
    return f"replace({name}, '·', '')"


def residue(source: Source, table: str) -> str:
    """The department's rows without a valid number, the last one where a row is there twice."""
    said = ", ".join(_role(source, role) for role in _ROLES)
    fields = ", ".join(f"'{column.element}', {column.field}" for column in source.columns)
    return f"""
SELECT place, row_id, name, {flat("name")} AS flat, born, sex, phone, {spare("address")} AS address, employer,
    CASE WHEN length(tidy_id) >= {_READABLE} THEN tidy_id END AS number,
    claim, print, said
FROM (
    SELECT {source.place} AS place, CAST(row_id AS VARCHAR) AS row_id, {said}, tidy_id, {keys_sql.claimed("tidy_id", ".")} AS claim,
        {fingerprint(source)} AS print, CAST(json_object('row.id_number', tidy_id, {fields}) AS VARCHAR) AS said,
        row_number() OVER (PARTITION BY row_id ORDER BY as_of DESC, {fingerprint(source)}) AS turn
    FROM {table}
) AS numbered WHERE turn = 1"""


def no_residue() -> str:
    """No rows in the shape of :func:`residue`."""
    texts = ", ".join(
        f"'' AS {name}" for name in ("name", "flat", "sex", "address", "employer", "number", "print", "said")
    )
    numbers = ", ".join(f"CAST(0 AS BIGINT) AS {name}" for name in ("phone", "claim"))
    return f"SELECT 0 AS place, '' AS row_id, 0 AS born, {texts}, {numbers} WHERE false"


def variants() -> str:
    """Every number that one slip can have turned into a damaged one of ``residue``: columns ``n``, ``key``.

    The check character, where one was typed, lets one in eleven through; the claim itself stands for a wrong
    check character.
    """
    this, next_ = "(claim // unit % 10)", "(claim // (unit * 10) % 10)"
    units = f"(SELECT CAST(pow(10, p) AS BIGINT) AS unit FROM range({_DIGITS}) AS r(p)) AS units"
    check = keys_sql.check_character("key")
    return f"""
SELECT n, claim AS key FROM residue WHERE claim IS NOT NULL
UNION
SELECT n, key FROM (
    SELECT n, number, claim + (d - {this}) * unit AS key FROM residue, {units}, range(10) AS digits(d)
    WHERE claim IS NOT NULL
    UNION ALL
    SELECT n, number, claim + ({next_} - {this}) * (unit - unit * 10) AS key FROM residue, {units}
    WHERE claim IS NOT NULL AND unit < {10 ** (_DIGITS - 1)}
) AS made
WHERE key >= 10000000000000000 AND (length(number) <> 18 OR {check} = substr(number, 18, 1))"""


def born(key: str) -> str:
    """The date of birth in a valid number, as the integer 20260131."""
    return f"CAST({key} // 1000 % 100000000 AS INTEGER)"


def pairs() -> str:
    """Who in ``persons_said`` (rows of one bucket) may be whom in ``residue``: columns ``n``, ``key``."""
    said = "persons_said"
    claimed = f"coalesce(born, {born('claim')})"
    # Putting addresses into one spelling is dear, so only those are that end alike and stand beside a wanted name.
    ends = f"right(rtrim(address, '{_ADDRESS_ENDS}'), 2)"
    addressed = f"(SELECT name, address, key, {ends} AS ends FROM {said}) AS ended"
    addressed += (
        " SEMI JOIN (SELECT name, right(address, 2) AS ends FROM residue) AS wanted USING (name, ends)"
    )
    blocks = (
        ("phone", "phone", "phone", said),
        (f"name, {born('key')} AS born", f"name, {claimed} AS born", "name, born", said),
        ("name, employer", "name, employer", "name, employer", said),
        (f"name, {spare('address')} AS address", "name, address", "name, address", addressed),
    )
    found = [
        f"""
SELECT n, unnest(keys) AS key FROM (SELECT n, {ours} FROM residue) AS r JOIN (
    SELECT {on}, list(DISTINCT key) AS keys FROM (SELECT key, {theirs} FROM {where}) AS p
    SEMI JOIN (SELECT {ours} FROM residue) AS wanted USING ({on})
    GROUP BY {on} HAVING count(DISTINCT key) <= {MOST_SHARED}
) AS shared USING ({on})"""
        for theirs, ours, on, where in blocks
    ]
    number = "SELECT n, key FROM variants SEMI JOIN persons_said USING (key)"
    return " UNION ".join([number, *found])


def persons(rows_of: str, also: str = "") -> str:
    """Everything said about each person, as lists. ``also``: further columns to group by."""
    lists = ", ".join(
        f"list(DISTINCT {value}) FILTER (WHERE {column} IS NOT NULL) AS {name}"
        for column, value, name in (
            ("name", "name", "names"),
            ("name", flat("name"), "flats"),
            ("phone", "phone", "phones"),
            ("address", "address", "places"),
            ("address", spare("address"), "addresses"),
            ("employer", "employer", "employers"),
        )
    )
    both = (
        f"SELECT key{also}, name, phone, address, employer FROM {rows_of} UNION ALL "
        f"SELECT key{also}, NULL, NULL, hukou, NULL FROM {rows_of} WHERE hukou IS NOT NULL"
    )
    return f"""
SELECT key{also}, {born("key")} AS person_born, CASE WHEN key % 2 = 1 THEN '1' ELSE '2' END AS person_sex,
    {keys_sql.id_number("key")} AS id_number, {lists}
FROM ({both}) AS everything GROUP BY key{also}"""


def agreement() -> str:
    """What agrees in each pair; NULL where one side says nothing. ``name_alike``: spoken the same, or the same
    characters in another order. ``off``: how many slips lie between the numbers."""
    return f"""
SELECT p.n, p.key, list_contains(flats, flat) AS name_same, list_contains(sounds, sound) OR list_contains(turns, turn) AS name_alike,
    born = person_born AS born_same, sex = person_sex AS sex_same, list_contains(phones, phone) AS phone_same,
    list_contains(addresses, address) AS address_same, list_contains(employers, employer) AS employer_same,
    number_off(number, id_number) AS off
FROM pairs AS p JOIN residue AS r USING (n) LEFT JOIN spoken USING (flat)
JOIN ({sounded("(SELECT *, key AS id FROM persons)")}) AS o USING (key)"""


def ruled() -> str:
    """Rows that the rules give one person and no other: columns ``n``, ``key``, ``how`` (the first rule that did)."""
    whens = " ".join(f"WHEN {condition} THEN {place}" for place, condition in enumerate(RULES.values()))
    names = ", ".join(f"'{name}'" for name in RULES)
    return f"""
SELECT n, min(key) AS key, 'rule:' || [{names}][min(rule) + 1] AS how
FROM (SELECT n, key, CASE {whens} END AS rule FROM agreement WHERE NOT coalesce({_AGAINST}, false)) AS tried
WHERE rule IS NOT NULL GROUP BY n HAVING count(DISTINCT key) = 1"""


def spoken() -> str:
    """Every name ``flat`` of ``written`` (one line a letter, with its ``sound``) as other hands write it.

    ``sound``: pinyin without tones; ``turn``: its characters sorted; ``slips``: with one character unreadable or left
    out: names one character apart share one of them. (DuckDB's edit distance counts bytes, three to a character.)
    """
    places = "range(1, length(flat) + 1)"
    gaps = [
        f"list_transform({places}, lambda i: substr(flat, 1, i - 1) || {gap} || substr(flat, i + 1))"
        for gap in ("'_'", "''")
    ]
    return f"""
SELECT flat, sound, array_to_string(list_sort(string_split(flat, '')), '') AS turn,
    list_distinct(list_concat([flat], {", ".join(gaps)})) AS slips
FROM (SELECT flat, string_agg(sound, ' ' ORDER BY place) AS sound FROM written GROUP BY flat) AS said"""


def sounded(table: str) -> str:
    """``table`` of persons, which has the column ``id``, with the lists ``sounds``, ``turns`` and ``slips`` of their
    names (see :func:`spoken`)."""
    return f"""
SELECT o.*, s.* EXCLUDE (id) FROM {table} AS o LEFT JOIN (
    SELECT id, list(DISTINCT sound) AS sounds, list(DISTINCT turn) AS turns, flatten(list(slips)) AS slips FROM (SELECT id, unnest(flats) AS flat FROM {table}) AS named
    JOIN spoken USING (flat) GROUP BY id
) AS s USING (id)"""


def taught() -> str:
    """Rows that teach what agreement is, in the shape of the residue; ``label``: the person and the department."""
    return f"""
SELECT row_number() OVER (ORDER BY key, place, row_id) AS n, key * {_PLACES} + place AS label, name,
    {flat("name")} AS flat, born, sex, phone, {spare("address")} AS address, employer, CAST(NULL AS VARCHAR) AS number
FROM teach_said WHERE NOT stranger"""


def taught_persons() -> str:
    """What the other departments say about the person of each teaching row; ``id`` is its ``label``."""
    others = (
        "(SELECT t.place AS asked, o.* FROM (SELECT DISTINCT key, place FROM teach_said WHERE NOT stranger) AS t "
        "JOIN teach_said AS o ON o.key = t.key AND o.place <> t.place)"
    )
    return f"SELECT *, key * {_PLACES} + asked AS id FROM ({persons(others, ', asked')}) AS others"


def strangers() -> str:
    """The persons that teach what chance is."""
    return f"SELECT *, key AS id FROM ({persons('(FROM teach_said WHERE stranger)')}) AS strangers"


def shaped_rows(table: str, label: str, common: tuple[float, float]) -> str:
    """Rows with the columns that the model compares. ``common``: the shares of all rows (see ``names``) above
    which a name is common, and very common."""
    share = "held / (SELECT sum(held) FROM names WHERE name IS NULL)"
    return f"""
SELECT n AS unique_id, {label} AS label, flat, sound, turn, slips, CASE WHEN coalesce({share}, 0) < {common[0]} THEN 0
    WHEN {share} < {common[1]} THEN 1 ELSE 2 END AS common, born, sex, phone, address, employer, number,
    {", ".join(f"CAST(NULL AS {type_}) AS {name}" for name, type_ in _PERSON_COLUMNS.items())}
FROM {table} LEFT JOIN spoken USING (flat) LEFT JOIN names USING (name)"""


def shaped_persons(table: str) -> str:
    """Persons with the columns that the model compares."""
    empty = ", ".join(f"CAST(NULL AS {type_}) AS {name}" for name, type_ in _ROW_COLUMNS.items())
    return f"SELECT id AS unique_id, id AS label, slips, {empty}, {', '.join(_PERSON_COLUMNS)} FROM ({sounded(table)}) AS s"


def model_pairs() -> str:
    """The pairs of rows that no rule settled, as Splink names them."""
    return (
        f"SELECT '0' AS match_key, '{ROWS}-__-' || n AS join_key_l, '{PERSONS}-__-' || key AS join_key_r "
        "FROM pairs ANTI JOIN ruled USING (n)"
    )


def model_persons() -> str:
    """The persons of those pairs."""
    return "(SELECT *, key AS id FROM persons SEMI JOIN (FROM pairs ANTI JOIN ruled USING (n)) AS open USING (key))"


def chosen(link: float, review: float) -> str:
    """Every pair worth telling: ``n``, ``key``, ``how`` (NULL: to review), ``probability``.

    A row is about one person at most, so that the odds of all its candidates are weighed together: twins whom a
    row does not tell apart share the probability. Whose name is neither the same nor spoken the same is never
    linked by the model, for brothers and sisters share all but one character.
    """
    return f"""
SELECT n, key, 'clerk' AS how, 1.0 AS probability FROM decided WHERE same
UNION ALL
SELECT n, key, how, 1.0 FROM ruled
UNION ALL
SELECT n, key, CASE WHEN probability >= {link} AND (name_same OR name_alike) THEN 'model' END, probability
FROM (SELECT n, key, odds / (1 + sum(odds) OVER (PARTITION BY n)) AS probability FROM scored) AS weighed
JOIN agreement USING (n, key) WHERE probability >= {review}"""


def review(slugs: tuple[str, ...]) -> str:
    """The pairs that clerks are to look at, with what both sides say as JSON."""
    places = " ".join(f"WHEN {place} THEN '{slug}'" for place, slug in enumerate(slugs))
    return f"""
SELECT CASE r.place {places} END AS source, r.row_id, c.key, c.probability, r.print AS fingerprint, r.said AS row,
    CAST(json_object('row.id_number', o.id_number, 'person.birth_date', o.person_born, 'person.sex', o.person_sex,
        'person.name', list_sort(o.names), 'person.phone', list_sort(o.phones),
        'person.address', list_sort(o.places), 'person.employer', list_sort(o.employers)) AS VARCHAR) AS person
FROM chosen AS c JOIN residue AS r USING (n) JOIN persons AS o USING (key)
WHERE c.how IS NULL ORDER BY c.probability DESC, source, row_id, key"""
