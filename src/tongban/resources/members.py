"""Which subjects are the same one: what mergers say, now or as it was known at a moment."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from tongban.kit import kept
from tongban.resources.models import Merger

SAME = """
WITH owner AS (
    SELECT coalesce((SELECT target_id FROM resources_merger WHERE source_id = %s::uuid AND split_at IS NULL),
                    %s::uuid) AS id
)
SELECT id FROM owner
UNION ALL
SELECT m.source_id FROM resources_merger m JOIN owner ON m.target_id = owner.id WHERE m.split_at IS NULL
"""


def same_subjects(subject_id: UUID) -> tuple[UUID, ...]:
    """This subject and those merged with it; first the one that the others are merged into."""
    return tuple(row[0] for row in kept.execute(SAME, [subject_id, subject_id]).fetchall())


def same_subjects_at(subject_id: UUID, known_at: datetime) -> tuple[UUID, ...]:
    """As :func:`same_subjects`, by the mergers that stood at a moment."""
    stood = Merger.objects.filter(Q(split_at=None) | Q(split_at__gt=known_at), created_at__lte=known_at)
    row = stood.filter(source_id=subject_id).first()
    owner = row.target_id if row else subject_id
    return (owner, *stood.filter(target_id=owner).values_list("source_id", flat=True))


def reads_about(subject_id: UUID) -> Q:
    """The lines of the read log about this subject: of those it is merged with too, and of those it was
    merged with while that stood, when a look at one was a look at both."""
    found = Q(subject_id__in=same_subjects(subject_id))
    for row in Merger.objects.filter(Q(source_id=subject_id) | Q(target_id=subject_id)).exclude(
        split_at=None
    ):
        other = row.target_id if row.source_id == subject_id else row.source_id
        found |= Q(subject_id=other, at__gte=row.created_at, at__lte=row.split_at)
    return found
