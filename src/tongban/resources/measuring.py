"""Counts of how good the held values are, by department, element and county. No value leaves this module."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from tongban.organisations import service as organisations
from tongban.resources import mapping
from tongban.resources.deciding import source_department
from tongban.resources.elements import element, registry
from tongban.resources.models import Source
from tongban.resources.rules import MARITAL, SEX

# What belongs to one subject only; a telephone may be a family's, and is worth a look when it is.
ONE_OWNER = (
    "person.id_number", "person.phone", "person.social_security_no", "person.housing_fund_no",
    "legal.uscc", "legal.account_no",
)  # fmt: skip
# What many rightly do not have: that it is missing says nothing about a department's work.
NOT_EVERYBODY = (
    "person.email", "person.spouse_name", "person.employer", "person.social_security_no",
    "person.social_security_state", "person.housing_fund_no", "person.housing_fund_balance",
    "person.vehicle_count", "person.driver_licence_class",
)  # fmt: skip
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ID_SUM = " + ".join(f"{w} * substr(t, {n}, 1)::int" for n, w in enumerate(_ID_WEIGHTS, 1))
_USCC_SUM = " + ".join(
    f"{w} * (strpos('{_USCC}', substr(t, {n}, 1)) - 1)" for n, w in enumerate(_USCC_WEIGHTS, 1)
)
# GB 11643-1999 and GB 32100-2015 check characters; the other formats as rules.normalise takes them in.
_VALID = f"""
CASE WHEN f.type <> 'string' THEN jsonb_typeof(h.value) = 'number' AND t::numeric >= 0
     WHEN jsonb_typeof(h.value) <> 'string' OR btrim(t) = '' THEN false
     WHEN f.format = 'id-number' THEN CASE WHEN t ~ '^[0-9]{{17}}[0-9X]$'
         AND pg_input_is_valid(substr(t, 7, 8), 'date')
         THEN substr('10X98765432', mod({_ID_SUM}, 11) + 1, 1) = right(t, 1) ELSE false END
     WHEN f.format = 'uscc' THEN CASE WHEN t ~ '^[{_USCC}]{{18}}$'
         THEN substr('{_USCC}', mod(31 - mod({_USCC_SUM}, 31), 31) + 1, 1) = right(t, 1) ELSE false END
     WHEN f.format = 'date' THEN t ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}$' AND pg_input_is_valid(t, 'date')
     WHEN f.format = 'phone' THEN t ~ '^[+]?[0-9][0-9 -]{{5,18}}[0-9]$'
     WHEN f.format = 'sex' THEN t = ANY(%(sex)s)
     WHEN f.format = 'marital' THEN t = ANY(%(marital)s)
     ELSE true END
"""
_VALUES = f"""
WITH held AS MATERIALIZED (
    SELECT v.source_id, v.element, v.subject_id, coalesce(m.target_id, v.subject_id) AS owner,
           left(s.division, 6) AS division, v.value, v.as_of
    FROM resources_value v JOIN identity_subject s ON s.id = v.subject_id
    LEFT JOIN resources_merger m ON m.source_id = v.subject_id AND m.split_at IS NULL
    WHERE v.value <> 'null'::jsonb AND v.element = ANY(%(codes)s)
), claim AS (
    SELECT source_id, element, value FROM held WHERE element = ANY(%(one_owner)s)
    GROUP BY 1, 2, 3 HAVING count(DISTINCT owner) > 1
), judged AS (
    SELECT h.source_id, h.element, h.division, {_VALID} AS valid,
           h.as_of >= %(now)s - make_interval(days => f.fresh) AS fresh,
           jsonb_array_length(e -> 'c') + jsonb_array_length(e -> 'd') > 0 AS compared,
           h.value = e -> 'v' AS agrees, c.value IS NOT NULL AS shared
    FROM held h
    JOIN unnest(%(codes)s, %(types)s, %(formats)s, %(fresh)s) AS f(element, type, format, fresh)
        ON f.element = h.element
    LEFT JOIN resources_golden g ON g.subject_id = h.subject_id
    LEFT JOIN claim c ON c.source_id = h.source_id AND c.element = h.element AND c.value = h.value
    CROSS JOIN LATERAL (SELECT h.value #>> '{{}}' AS t, g.entries -> h.element AS e) AS text
)
SELECT source_id, element, division, count(*), count(*) FILTER (WHERE valid), count(*) FILTER (WHERE fresh),
       count(*) FILTER (WHERE compared), count(*) FILTER (WHERE compared AND agrees),
       count(*) FILTER (WHERE NOT shared)
FROM judged GROUP BY 1, 2, 3
"""  # noqa: S608  (constants only)
_SPOKEN = """
SELECT v.source_id, s.kind, left(s.division, 6), count(DISTINCT v.subject_id)
FROM resources_value v JOIN identity_subject s ON s.id = v.subject_id
WHERE v.value <> 'null'::jsonb GROUP BY 1, 2, 3
"""
_WAITING = """
SELECT l.source_id, r ->> 'field', count(*) FROM resources_landed l, jsonb_array_elements(l.reasons) AS r
WHERE l.outcome = 'quarantined' GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """``good`` of ``all`` values (or subjects, for completeness) in one county."""

    department_id: UUID
    element: str
    division: str  # 6 digits, fewer where the subject has no county
    dimension: str  # completeness | validity | uniqueness | timeliness | consistency | held
    good: int
    all: int


def measure(codes: Sequence[str] = (), now: datetime | None = None) -> list[Measured]:
    """Measure what is held now, for these elements or all.

    The dimension ``held`` counts the values themselves (good = all), for shares that other rooms know more of.

    :param now: what freshness is judged at
    """
    wanted = [element(code) for code in codes] or list(registry().values())
    about = {one.code: one for one in wanted}
    values = {
        "codes": list(about), "types": [e.type for e in wanted], "formats": [e.format for e in wanted],
        "fresh": [e.fresh_days for e in wanted], "now": now or timezone.now(), "one_owner": list(ONE_OWNER),
        "sex": list(SEX), "marital": list(MARITAL),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_VALUES, values)
        held = cursor.fetchall()
        cursor.execute(_SPOKEN)
        spoken = cursor.fetchall()
    found: list[Measured] = []
    waiting = _waiting(set(about))
    counts: dict[tuple[UUID, str, str], int] = {}
    for source, code, division, n, valid, fresh, compared, agreeing, alone in held:
        counts[source, code, division] = n
        refused = waiting.pop((source, code, division), 0)
        found += _rows(source, code, division, n, valid, fresh, compared, agreeing, alone, refused)
    found += [Measured(*where, "validity", 0, n) for where, n in waiting.items()]
    return found + _completeness(about, counts, spoken)


def _rows(  # noqa: PLR0917
    source: UUID, code: str, division: str, n: int, valid: int, fresh: int, compared: int, agreeing: int,
    alone: int, refused: int,
) -> list[Measured]:  # fmt: skip
    rows = [("held", n, n), ("validity", valid, n + refused), ("timeliness", fresh, n)]
    if compared:
        rows.append(("consistency", agreeing, compared))
    if code in ONE_OWNER:
        rows.append(("uniqueness", alone, n))
    return [Measured(source, code, division, name, good, total) for name, good, total in rows]


def _waiting(codes: set[str]) -> dict[tuple[UUID, str, str], int]:
    """Values in quarantine by department, element and the department's own region: whose they are is unsure."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        rows = cursor.fetchall()
    if not rows:
        return {}
    sources = {one.pk: one for one in Source.objects.filter(pk__in={row[0] for row in rows})}
    found: dict[tuple[UUID, str, str], int] = defaultdict(int)
    for pk, field, n in rows:
        source = sources[pk]
        column = mapping.columns(source.mapping, source.kind).get(field)
        if column is not None and column.element in codes:
            region = organisations.department(source.department_id).division[:6]
            found[source.department_id, column.element, region] += n
    return dict(found)


def _completeness(
    about: dict[str, Any], counts: dict[tuple[UUID, str, str], int], spoken: Any
) -> list[Measured]:
    """Of the subjects a department speaks of: how many it has this value of, if it keeps it at all."""
    keeps = {(source, code) for source, code, _division in counts}
    for code in about:
        source = source_department(code)
        if source is not None:
            keeps.add((source, code))
    by_kind: dict[tuple[UUID, str], list[tuple[str, int]]] = defaultdict(list)
    for source, kind, division, n in spoken:
        by_kind[source, kind].append((division, n))
    return [
        Measured(source, code, division, "completeness", counts.get((source, code, division), 0), n)
        for source, code in sorted(keeps)
        if code not in NOT_EVERYBODY
        for division, n in by_kind[source, about[code].subject_kind]
    ]
