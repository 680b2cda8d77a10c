"""What changed, told: to the rooms above by the event, to subscribers by rows that the worker sends.

Both in the transaction of the change, so that neither is told of what never happened nor misses what did.
"""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tongban.kit import kept
from tongban.resources.events import golden_changed

Told = Sequence[tuple[UUID, list[dict[str, Any]]]]
NOTE = """
INSERT INTO resources_delivery
    (event_id, subscription_id, subject_id, elements, occurred_at, state, attempts, problem, replays)
SELECT uuidv7(), s.id, t.subject, f.elements, now(), 'waiting', 0, '', 0
FROM unnest(%s::uuid[], %s::text[]) WITH ORDINALITY AS t(subject, told, place)
JOIN resources_subscription s ON s.state <> 'ended'
CROSS JOIN LATERAL (
    SELECT jsonb_agg(e) AS elements FROM jsonb_array_elements(t.told::jsonb) AS e
    WHERE e ->> 'element' = ANY(s.elements)
) f
WHERE f.elements IS NOT NULL
ORDER BY t.place
RETURNING subscription_id, subject_id
"""


def tell(told: Told) -> None:
    """Tell what :func:`tongban.resources.choice.choose` gave back; inside its transaction."""
    if not told:
        return
    if len(told) == 1:
        owner, elements = told[0]
        golden_changed.emit(subject_id=str(owner), elements=elements)
    else:
        golden_changed.emit_many({"subject_id": str(owner), "elements": each} for owner, each in told)
    texts = [json.dumps(elements) for _owner, elements in told]
    noted = kept.execute(NOTE, [[owner for owner, _elements in told], texts]).fetchall()
    _defer(noted)


def _defer(noted: list[tuple[UUID, UUID]]) -> None:
    """One job for each subscription; for one change it names the subject."""
    from tongban.resources.tasks import deliver_changes

    subjects: dict[UUID, set[UUID]] = {}
    for subscription, subject in noted:
        subjects.setdefault(subscription, set()).add(subject)
    for subscription, about in subjects.items():
        only = str(next(iter(about))) if len(about) == 1 else ""
        deliver_changes.defer(subscription=str(subscription), subject=only)
