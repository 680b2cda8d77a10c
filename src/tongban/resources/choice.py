"""The statements that take in what departments say and choose the golden value: for bulk loads and for
single changes alike, so that both come to the same choice. The law is :mod:`tongban.resources.law`'s."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from tongban.kit import kept
from tongban.resources.batch.cleaning_sql import spare
from tongban.resources.elements import declared_order, registry

# Mergers and splits wait for the loads in progress, and loads for them; loads never wait for each other here.
NO_MERGER_NOW = "SELECT pg_advisory_xact_lock_shared(hashtext('resources_merger'))"
MEMBERS = """
owner AS (
    SELECT DISTINCT coalesce(m.target_id, a.s) AS id FROM unnest(%s::uuid[]) AS a(s)
    LEFT JOIN resources_merger m ON m.source_id = a.s AND m.split_at IS NULL
), member AS (
    SELECT id AS owner, id AS subject FROM owner
    UNION ALL
    SELECT o.id, m.source_id FROM owner o
    JOIN resources_merger m ON m.target_id = o.id AND m.split_at IS NULL
)
"""
# Two departments that write about one subject take turns, so that the choice sees both their values.
LOCK = f"""
WITH {MEMBERS}
INSERT INTO resources_golden (subject_id, entries, refreshed_at)
SELECT subject, '{{}}'::jsonb, now() FROM member ORDER BY subject
ON CONFLICT (subject_id) DO UPDATE SET refreshed_at = excluded.refreshed_at
"""  # noqa: S608  (constants only)
# An older statement never replaces a newer one of the same department; all are kept in the history.
UPSERT = """
WITH said AS (
    SELECT s, e, v::jsonb AS v, %s::uuid AS source, %s::timestamptz AS as_of, %s::bigint AS seq,
           %s::text AS key
    FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS t(s, e, v)
), put AS (
    INSERT INTO resources_value AS held
        (subject_id, element, source_id, value, as_of, seq, change_key, loaded_at)
    SELECT s, e, source, v, as_of, seq, key, now() FROM said
    ON CONFLICT (subject_id, element, source_id) DO UPDATE
    SET value = excluded.value, as_of = excluded.as_of, seq = excluded.seq, change_key = excluded.change_key,
        loaded_at = excluded.loaded_at
    WHERE (held.as_of, held.seq, held.change_key COLLATE "C")
        <= (excluded.as_of, excluded.seq, excluded.change_key)
    RETURNING new.subject_id AS s, new.element AS e, old.id AS held_before, old.value AS v_before,
        old.as_of AS t_before, old.seq AS seq_before
), kept AS (
    INSERT INTO resources_valuehistory
        (id, at, subject_id, element, department_id, value, as_of, seq, change_key, stale)
    SELECT uuidv7(), now(), s, e, source, v, as_of, seq, key, put.s IS NULL
    FROM said LEFT JOIN put USING (s, e)
    WHERE put.s IS NULL OR held_before IS NULL OR (v_before, t_before, seq_before) <> (v, as_of, seq)
)
SELECT count(*) FILTER (WHERE put.s IS NULL) AS stale,
       count(*) FILTER (WHERE put.s IS NOT NULL
           AND coalesce(v_before, 'null'::jsonb) <> v) AS changed
FROM said LEFT JOIN put USING (s, e)
"""
_TEXT = "({}.value #>> '{{{{}}}}')"
# What each department says now about the elements of the members, with the department that is the source.
HELD = """
decided AS (
    SELECT y.element, coalesce(q.department_id, d.id) AS department, y.compare
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS y(element, slug, compare)
    LEFT JOIN organisations_department d ON d.code = y.slug
    LEFT JOIN resources_sourcedecision q ON q.element = y.element AND q.ended_on IS NULL
), declared AS (
    SELECT d.id, o.place FROM unnest(%s::text[]) WITH ORDINALITY AS o(slug, place)
    JOIN organisations_department d ON d.code = o.slug
), held AS (
    SELECT DISTINCT ON (mb.owner, v.element, v.source_id)
           mb.owner, v.element, v.source_id, v.value, v.as_of,
           coalesce(v.source_id = s.department, false) AS is_source, o.place, s.compare
    FROM member mb JOIN resources_value v ON v.subject_id = mb.subject
    LEFT JOIN decided s ON s.element = v.element
    LEFT JOIN declared o ON o.id = v.source_id
    WHERE v.value <> 'null'::jsonb
    ORDER BY mb.owner, v.element, v.source_id, v.as_of DESC, v.seq DESC, v.change_key COLLATE "C" DESC
)
"""
BEST = f"""
best AS (
    SELECT DISTINCT ON (owner, element) * FROM held
    ORDER BY owner, element, is_source DESC, as_of DESC, place, source_id
), entry AS (
    SELECT b.owner, b.element, jsonb_build_object(
        'v', b.value, 's', b.source_id, 't', b.as_of, 'a', b.is_source,
        'c', coalesce(jsonb_agg(h.source_id ORDER BY h.source_id)
                      FILTER (WHERE h.source_id <> b.source_id AND l.alike), '[]'),
        'd', coalesce(jsonb_agg(h.source_id ORDER BY h.source_id)
                      FILTER (WHERE NOT l.alike), '[]')) AS body
    FROM best b JOIN held h USING (owner, element)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN h.value = b.value THEN true
                    WHEN h.compare = 'address' THEN {spare(_TEXT.format("h"))} = {spare(_TEXT.format("b"))}
                    ELSE false END AS alike
    ) l
    GROUP BY b.owner, b.element, b.value, b.source_id, b.as_of, b.is_source
), fresh AS MATERIALIZED (
    SELECT owner, jsonb_object_agg(element, body) AS entries FROM entry GROUP BY owner
)
"""  # noqa: S608  (constants only)
PUT = """
put AS (
    UPDATE resources_golden g SET entries = coalesce(n.entries, '{}'::jsonb), refreshed_at = now()
    FROM (SELECT mb.owner, mb.subject, f.entries FROM member mb LEFT JOIN fresh f USING (owner)) n
    WHERE g.subject_id = n.subject
    RETURNING n.owner, n.subject, old.entries AS before, new.entries AS after
)
SELECT owner, jsonb_agg(jsonb_build_object(
    'element', e, 'value_from', after -> e -> 's', 'dissenters', coalesce(after -> e -> 'd', '[]'),
    'changed', before -> e -> 'v' IS DISTINCT FROM after -> e -> 'v') ORDER BY e)::text
FROM put CROSS JOIN LATERAL jsonb_object_keys(before || after) AS e
WHERE owner = subject
  AND (before -> e -> 'v' IS DISTINCT FROM after -> e -> 'v'
       OR before -> e -> 'd' IS DISTINCT FROM after -> e -> 'd'
       OR e = ANY(%s::text[]) AND after -> e -> 'd' <> '[]')
  AND (NOT %s OR before ? e OR after -> e -> 'd' <> '[]')
GROUP BY owner
"""
CHOOSE = f"WITH {MEMBERS}, {HELD}, {BEST}, {PUT}"
# The same for thousands of subjects at once, in steps whose sizes the server counts before it plans the next.
MANY = (
    "CREATE TEMP TABLE IF NOT EXISTS choice_member (owner uuid, subject uuid) ON COMMIT DELETE ROWS; "
    "CREATE TEMP TABLE IF NOT EXISTS choice_held (owner uuid, element text, source_id uuid, value jsonb, "
    "as_of timestamptz, is_source boolean, place bigint, compare text) ON COMMIT DELETE ROWS; "
    "CREATE TEMP TABLE IF NOT EXISTS choice_fresh (owner uuid, entries jsonb) ON COMMIT DELETE ROWS; "
    "TRUNCATE choice_member, choice_held, choice_fresh"
)
MANY_MEMBERS = f"INSERT INTO choice_member WITH {MEMBERS} SELECT owner, subject FROM member"  # noqa: S608
MANY_HELD = (
    f"INSERT INTO choice_held WITH member AS (SELECT * FROM choice_member), {HELD} "  # noqa: S608
    "SELECT owner, element, source_id, value, as_of, is_source, place, compare FROM held"
)
MANY_FRESH = (
    f"INSERT INTO choice_fresh WITH held AS NOT MATERIALIZED (SELECT * FROM choice_held), {BEST} "  # noqa: S608
    "SELECT owner, entries FROM fresh"
)
MANY_PUT = f"WITH member AS (SELECT * FROM choice_member), fresh AS (SELECT * FROM choice_fresh), {PUT}"  # noqa: S608
AT_ONCE = 10  # subjects chosen by the one statement, whose plan rests on guesses about their number
Told = list[tuple[UUID, list[dict[str, Any]]]]


def lock(subjects: Sequence[UUID]) -> None:
    """Hold the golden rows of these subjects, and of those merged with them, until the transaction ends."""
    kept.execute(NO_MERGER_NOW)
    kept.execute(LOCK, [list(subjects)])


def state(  # noqa: PLR0917
    department_id: UUID, as_of: Any, subjects: list[UUID], codes: list[str], values: list[str],
    seq: int = 0, key: str = "",
) -> tuple[int, int]:  # fmt: skip
    """Write one department's statements (values as JSON text) and their history.

    :returns: how many came too late, and how many changed what the department says
    """
    row = kept.execute(UPSERT, [department_id, as_of, seq, key, subjects, codes, values]).fetchone()
    assert row is not None  # an aggregate always has one row
    return row[0], row[1]


def choose(subjects: Sequence[UUID], *, bulk: bool = False, said: Sequence[str] = ()) -> Told:
    """Choose the golden values of these subjects anew, under :func:`lock`.

    :param bulk: leave first values that nobody disputes out of what is told
    :param said: elements that a department said something new about: told whenever somebody differs
    :returns: by subject the elements whose value or dissenters changed, as ``golden_changed`` carries them
    """
    if len(subjects) > AT_ONCE:
        return _choose_in_steps(subjects, bulk, said)
    cursor = kept.execute(CHOOSE, [list(subjects), *_law(), list(said), bulk])
    return [(owner, msgspec.json.decode(elements)) for owner, elements in cursor.fetchall()]


def _choose_in_steps(subjects: Sequence[UUID], bulk: bool, said: Sequence[str]) -> Told:
    """The same law in steps: the one statement can take minutes for a hundred subjects over tables that were
    filled a moment ago and that nobody has counted."""
    with connection.cursor() as cursor:
        cursor.execute(MANY)
        cursor.execute(MANY_MEMBERS, [list(subjects)])
        cursor.execute("ANALYZE choice_member")
        cursor.execute(MANY_HELD, _law())
        cursor.execute("ANALYZE choice_held")
        cursor.execute(MANY_FRESH)
        cursor.execute("ANALYZE choice_fresh")
        cursor.execute(MANY_PUT, [list(said), bulk])
        return [(owner, msgspec.json.decode(elements)) for owner, elements in cursor.fetchall()]


def _law() -> list[Any]:
    about = registry().values()
    law = [[e.code for e in about], [e.source for e in about], [e.compare for e in about]]
    return [*law, list(declared_order())]
