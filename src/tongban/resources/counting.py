"""Counts of what departments say, for measures of quality. Nobody's value, number or name leaves here.

A county is the first six digits of a subject's division; empty where none is known. A subject that was
merged into another is not counted beside it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.resources import mapping as mappings
from tongban.resources.elements import element
from tongban.resources.models import Source

# Merged away: its values stand with the one that is kept.
_ALONE = "NOT EXISTS (SELECT 1 FROM resources_merger m WHERE m.source_id = {} AND m.split_at IS NULL)"
_COUNTIES = "SELECT DISTINCT left(division, 6) FROM identity_subject ORDER BY 1"
_VALUES = f"""
WITH about AS (
    SELECT t.*, coalesce(q.department_id, d.id) AS source
    FROM unnest(%s::text[], %s::text[], %s::int[], %s::text[], %s::bool[])
        AS t(element, kind, fresh_days, slug, everyone)
    LEFT JOIN organisations_department d ON d.code = t.slug
    LEFT JOIN resources_sourcedecision q ON q.element = t.element AND q.ended_on IS NULL
), person AS MATERIALIZED (
    SELECT p.id, p.kind FROM identity_subject p
    WHERE p.division LIKE %s AND left(p.division, 6) = %s AND {_ALONE.format("p.id")}
), held AS (
    SELECT v.source_id AS department, v.element, count(*) AS filled,
           count(*) FILTER (WHERE v.as_of >= %s::timestamptz - a.fresh_days * interval '1 day') AS fresh
    FROM person p JOIN resources_value v ON v.subject_id = p.id JOIN about a USING (element)
    WHERE v.value <> 'null'::jsonb GROUP BY 1, 2
), beside AS (
    SELECT s.department, x.element, count(*) FILTER (WHERE s.chosen) AS chosen,
           count(*) FILTER (WHERE s.compared) AS compared,
           count(*) FILTER (WHERE s.compared AND s.agrees) AS agreeing
    FROM person p JOIN resources_golden g ON g.subject_id = p.id
    CROSS JOIN LATERAL jsonb_each(g.entries) AS x(element, body)
    JOIN about a ON a.element = x.element
    CROSS JOIN LATERAL (
        SELECT (x.body ->> 's')::uuid, true, x.body -> 'c' <> '[]' OR x.body -> 'd' <> '[]', true
        UNION ALL SELECT one::uuid, false, true, true FROM jsonb_array_elements_text(x.body -> 'c') AS c(one)
        UNION ALL SELECT one::uuid, false, true, false FROM jsonb_array_elements_text(x.body -> 'd') AS d(one)
    ) AS s(department, chosen, compared, agrees)
    GROUP BY 1, 2
), expected AS (
    SELECT a.source AS department, a.element, CASE WHEN a.everyone
        THEN (SELECT count(*) FROM person WHERE person.kind = a.kind)
        ELSE (SELECT coalesce(sum(b.chosen), 0) FROM beside b WHERE b.element = a.element) END AS expected
    FROM about a WHERE a.source IS NOT NULL
)
SELECT department, element, coalesce(expected, 0), coalesce(filled, 0), coalesce(fresh, 0),
       coalesce(compared, 0), coalesce(agreeing, 0)
FROM held FULL JOIN beside USING (department, element) FULL JOIN expected USING (department, element)
WHERE coalesce(expected, 0) + coalesce(filled, 0) + coalesce(compared, 0) > 0
"""  # noqa: S608  (constants only)
_REPEATED = f"""
WITH twice AS (
    SELECT element, source_id, value FROM resources_value
    WHERE element = ANY(%s::text[]) AND value <> 'null'::jsonb AND {_ALONE.format("subject_id")}
    GROUP BY 1, 2, 3 HAVING count(*) > 1
)
SELECT v.source_id, v.element, left(p.division, 6), count(*)
FROM twice JOIN resources_value v USING (element, source_id, value)
JOIN identity_subject p ON p.id = v.subject_id
WHERE {_ALONE.format("p.id")} GROUP BY 1, 2, 3
"""  # noqa: S608  (constants only)
# A reason that names no column of the source is about the row as a whole, so about every value in it.
_REFUSED = """
SELECT t.department, t.element, coalesce(left(p.division, 6), ''), count(DISTINCT l.id)
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::jsonb[])
    AS t(source, department, col, element, cols)
JOIN resources_landed l ON l.source_id = t.source AND l.outcome = 'quarantined'
LEFT JOIN identity_subject p ON p.id_number = l.body ->> 'subject'
WHERE l.body -> 'fields' ? t.col AND EXISTS (
    SELECT 1 FROM jsonb_array_elements(l.reasons) AS r(one)
    WHERE r.one ->> 'field' = t.col OR NOT t.cols ? (r.one ->> 'field'))
GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class ValueCount:
    """One department's values of one element about the subjects of a county.

    ``expected``: how many subjects it should have one of, 0 where it is not the source; ``filled``: it has;
    ``fresh``: of those, not older than the element stays fresh; ``compared``: another department says one
    as well; ``agreeing``: of those, the same as the golden value.
    """

    department_id: UUID
    element: str
    expected: int
    filled: int
    fresh: int
    compared: int
    agreeing: int


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """How many values of one element, one department and one county something is true of."""

    department_id: UUID
    element: str
    county: str
    count: int


def counties() -> list[str]:
    """The counties subjects are registered in, by code; the empty one where a subject has none."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTIES)
        return [row[0] for row in cursor.fetchall()]


def value_counts(county: str, codes: Sequence[str], at: datetime) -> list[ValueCount]:
    """What every department has about the subjects of a county, of these elements.

    One pass over the county's subjects, their values and golden records; one snapshot.

    :param at: the moment freshness is counted to
    """
    about = [element(code) for code in codes]
    lists: list[list[Any]] = [
        [one.code for one in about],
        [one.subject_kind for one in about],
        [one.fresh_days for one in about],
        [one.source for one in about],
        [one.everyone for one in about],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_VALUES, [*lists, county + "%" if county else "", county, at])
        return [ValueCount(*row) for row in cursor.fetchall()]


def repeated_counts(codes: Sequence[str]) -> list[PlaceCount]:
    """Values that a department states about more than one subject though no two may share one.

    Elements that may be shared are passed over. The whole province is looked at: the other subject may
    live anywhere.
    """
    unique = [code for code in codes if element(code).unique]
    if not unique:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_REPEATED, [unique])
        return [PlaceCount(*row) for row in cursor.fetchall()]


def refused_counts(codes: Sequence[str]) -> list[PlaceCount]:
    """Values that wait in quarantine because they, or the row they came in, break a rule."""
    wanted = set(codes)
    rows: list[tuple[Any, ...]] = []
    for source in Source.objects.all():
        columns = mappings.columns(source.mapping, source.kind)
        names = json.dumps(list(columns))
        rows += [
            (source.id, source.department_id, name, column.element, names)
            for name, column in columns.items()
            if column.element in wanted
        ]
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_REFUSED, [list(column) for column in zip(*rows, strict=True)])
        return [PlaceCount(*row) for row in cursor.fetchall()]
