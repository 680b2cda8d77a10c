"""What departments say that differs from the golden values, of many subjects at once; logged."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from tongban.kit import kept
from tongban.kit.actors import SYSTEM
from tongban.resources.elements import element

# One statement, so that no value is read without its line in the log. Who was merged has none of his own.
READ = """
WITH asked AS (
    SELECT DISTINCT s, e FROM unnest(%s::uuid[], %s::text[]) AS a(s, e)
), logged AS (
    INSERT INTO resources_readlog (id, at, subject_id, kind, reader_kind, reader_name, account_id, staff_id,
        post, department_id, department_name, purpose, case_id, elements)
    SELECT uuidv7(), now(), s, 'sources', %s, %s, NULL, NULL, '', NULL, '', %s, NULL, array_agg(e ORDER BY e)
    FROM asked GROUP BY s
), golden AS (
    SELECT a.s, a.e, g.entries -> a.e AS entry FROM asked a JOIN resources_golden g ON g.subject_id = a.s
    WHERE NOT EXISTS (SELECT 1 FROM resources_merger m WHERE m.source_id = a.s AND m.split_at IS NULL)
)
SELECT g.s, g.e, (g.entry -> 'v')::text, (g.entry ->> 's')::uuid, d.source_id, d.value::text
FROM golden g
LEFT JOIN LATERAL (
    SELECT DISTINCT ON (v.source_id) v.source_id, v.value FROM (
        SELECT g.s AS id
        UNION ALL
        SELECT m.source_id FROM resources_merger m WHERE m.target_id = g.s AND m.split_at IS NULL
    ) member JOIN resources_value v ON v.subject_id = member.id AND v.element = g.e
    WHERE jsonb_exists(g.entry -> 'd', v.source_id::text)
    ORDER BY v.source_id, v.as_of DESC, v.seq DESC, v.change_key COLLATE "C" DESC
) d ON true
WHERE g.entry IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A golden value, the department it is from, and what departments say that differs from it."""

    value: Any
    department_id: UUID
    against: dict[UUID, Any] = field(default_factory=dict)


def standing(asked: Iterable[tuple[UUID, str]]) -> dict[tuple[UUID, str], Standing]:
    """How departments agree now about (subject, element): for the platform's own comparing of many; logged.

    Those about which nobody says anything, and subjects that were merged into others, are left out.

    :raises Invalid: for an element that does not exist
    """
    wanted = list(asked)
    for code in {code for _subject, code in wanted}:
        element(code)
    if not wanted:
        return {}
    subjects, codes = [list(column) for column in zip(*wanted, strict=True)]
    purpose = _("核对各部门数据是否一致")
    found: dict[tuple[UUID, str], Standing] = {}
    for subject, code, golden, source, dissenter, said in kept.execute(
        READ, [subjects, codes, SYSTEM.kind, SYSTEM.name, purpose]
    ).fetchall():
        pair = (subject, code)
        if pair not in found:
            found[pair] = Standing(msgspec.json.decode(golden), source)
        if dissenter is not None:
            found[pair].against[dissenter] = msgspec.json.decode(said)
    return found
