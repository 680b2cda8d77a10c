"""Values coming in from a department, in bulk, and the choice of the golden one."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tongban.kit.actors import SYSTEM
from tongban.kit.errors import FieldProblem, Invalid, NotFound
from tongban.organisations import service as organisations
from tongban.resources import rules
from tongban.resources.elements import element, registry
from tongban.trace import service as trace

BATCH = 5_000  # values in one statement
PROBLEMS_TOLD = 50
# Two departments that write about one subject take turns, so that the choice sees both their values.
LOCK = """
INSERT INTO resources_golden (subject_id, entries, refreshed_at)
SELECT DISTINCT s, '{}'::jsonb, now() FROM unnest(%s::uuid[]) s ORDER BY s
ON CONFLICT (subject_id) DO UPDATE SET refreshed_at = excluded.refreshed_at
"""
# An older statement never replaces a newer one of the same department.
UPSERT = """
INSERT INTO resources_value AS held (subject_id, element, source_id, value, as_of, loaded_at)
SELECT s, e, %s, v::jsonb, %s, now() FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS t(s, e, v)
ON CONFLICT (subject_id, element, source_id) DO UPDATE
SET value = excluded.value, as_of = excluded.as_of, loaded_at = excluded.loaded_at
WHERE held.as_of <= excluded.as_of
"""
CHOOSE = """
WITH held AS (
    SELECT v.subject_id, v.element, v.source_id, v.value, v.as_of,
           coalesce(v.source_id = s.source_id, false) AS is_source
    FROM resources_value v
    LEFT JOIN unnest(%s::text[], %s::uuid[]) AS s(element, source_id) ON s.element = v.element
    WHERE v.subject_id = ANY(%s::uuid[])
), best AS (
    SELECT DISTINCT ON (subject_id, element) * FROM held
    ORDER BY subject_id, element, is_source DESC, as_of DESC, source_id
), entry AS (
    SELECT b.subject_id, b.element, jsonb_build_object(
        'v', b.value, 's', b.source_id, 't', b.as_of, 'a', b.is_source,
        'c', coalesce(jsonb_agg(h.source_id ORDER BY h.source_id)
                      FILTER (WHERE h.source_id <> b.source_id AND h.value = b.value), '[]'),
        'd', coalesce(jsonb_agg(h.source_id ORDER BY h.source_id)
                      FILTER (WHERE h.value <> b.value), '[]')) AS body
    FROM best b JOIN held h USING (subject_id, element)
    GROUP BY b.subject_id, b.element, b.value, b.source_id, b.as_of, b.is_source
)
UPDATE resources_golden g SET entries = n.entries, refreshed_at = now()
FROM (SELECT subject_id, jsonb_object_agg(element, body) AS entries FROM entry GROUP BY subject_id) n
WHERE g.subject_id = n.subject_id
"""


def put_values(source_department_id: UUID, rows: Iterable[tuple[UUID, str, Any]], as_of: datetime) -> int:
    """Take in what one department says: ``rows`` of (subject id, element code, value).

    All or nothing. The chosen value of every subject touched is chosen again: the element's source
    department wins, otherwise the newest; the others confirm it or differ.

    :param as_of: moment the values held at the department (aware)
    :returns: number of values taken in
    :raises Invalid: naming up to 50 values that are unknown or malformed, by row number from 1
    """
    organisations.department(source_department_id)
    taken = 0
    with transaction.atomic():
        for batch in _batches(_checked(rows)):
            subjects, codes, values = (list(column) for column in zip(*batch, strict=True))
            with connection.cursor() as cursor:
                cursor.execute(LOCK, [subjects])
                cursor.execute(UPSERT, [source_department_id, as_of, subjects, codes, values])
                cursor.execute(CHOOSE, [*_sources(), list(set(subjects))])
            taken += len(batch)
        if taken:
            data = {"values": taken, "as_of": as_of, "department": source_department_id}
            trace.append(SYSTEM, f"resources:{source_department_id}", "resources.values_put", data)
    return taken


def _sources() -> tuple[list[str], list[UUID]]:
    """Element codes and the id of each one's source department, where the site has that department."""
    ids: dict[str, UUID | None] = {}
    for slug in {e.source for e in registry().values()}:
        try:
            ids[slug] = organisations.department_by_code(slug).id
        except NotFound:
            ids[slug] = None
    pairs = [(e.code, found) for e in registry().values() if (found := ids[e.source]) is not None]
    return [code for code, _ in pairs], [found for _, found in pairs]


def _checked(rows: Iterable[tuple[UUID, str, Any]]) -> Iterator[tuple[UUID, str, str]]:
    problems: list[FieldProblem] = []
    for number, (subject, code, value) in enumerate(rows, 1):
        try:
            about = element(code)
            kept = rules.normalise(about.type, about.format, value)
        except Invalid:
            problems.append(FieldProblem(code, "element-unknown", f"第 {number} 行：没有数据元“{code}”"))
        except ValueError as error:
            problems.append(FieldProblem(code, "value-malformed", f"第 {number} 行：{error}"))
        else:
            if not problems:
                yield subject, code, json.dumps(kept, ensure_ascii=False)
        if len(problems) >= PROBLEMS_TOLD:
            break
    if problems:
        raise Invalid(*problems)


def _batches(rows: Iterator[tuple[UUID, str, str]]) -> Iterator[list[tuple[UUID, str, str]]]:
    """Chunks in which no (subject, element) comes twice: a later value of the same pair wins."""
    while chunk := list(islice(rows, BATCH)):
        latest = {(subject, code): value for subject, code, value in chunk}
        yield [(subject, code, value) for (subject, code), value in latest.items()]
