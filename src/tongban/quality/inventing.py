"""A past for a demonstration: days before the first that was measured, worked out from it.

Nobody measured them, every row says so (``invented``), and the pages show it.
"""

from datetime import date

from django.conf import settings
from django.db import connection
from django.db.models import Min
from django.utils.translation import gettext as _

from tongban.kit.errors import Conflict
from tongban.quality.models import Measure

MOST = 120  # days
# Further back more was missing, late or contradictory. ``u`` is a cell's own luck, ``w`` that of a day: both
# come from hashes, so that the same cells give the same past.
_PAST = """
INSERT INTO quality_measure (day, department_id, element, division, expected, present, filled, refused, keyed,
    repeated, fresh, compared, agreeing, doubted, corrected, closed, measured_at, changed_at, invented)
SELECT d.day, m.department_id, m.element, m.division, m.expected,
       m.present - l.missing, m.filled - l.missing,
       m.refused + floor(m.filled * 0.012 * d.age + l.u * 0.9)::bigint,
       m.keyed - least(m.keyed, l.missing),
       least(m.keyed - least(m.keyed, l.missing),
             m.repeated + floor(m.keyed * 0.004 * d.age + l.u * 0.8)::bigint),
       greatest(0, m.fresh - l.missing - floor(m.fresh * (0.05 * d.age + 0.01 * l.w) + l.u * 0.9)::bigint),
       m.compared, m.agreeing - floor(m.agreeing * 0.035 * d.age + l.u * 0.7)::bigint,
       m.doubted + floor(m.compared * 0.006 * d.age + l.u * 0.5)::bigint,
       (l.w * 1000 < 1.5)::int, (l.w * 1000 BETWEEN 1.5 AND 2.6)::int, m.measured_at, m.measured_at, true
FROM quality_measure m
CROSS JOIN (SELECT %s::date - n AS day, n::float / %s AS age FROM generate_series(1, %s) AS n) d
CROSS JOIN LATERAL (
    SELECT mod(abs(hashtext(m.element || m.division || m.department_id)), 1000) / 1000.0 AS u,
           mod(abs(hashtext(m.element || m.division || d.day)), 9973) / 9973.0 AS w
) h
CROSS JOIN LATERAL (
    SELECT h.u, h.w, least(m.present, floor(m.present * 0.02 * d.age + h.u * 0.9)::bigint) AS missing
) l
WHERE m.day = %s AND NOT m.invented
ON CONFLICT (day, department_id, element, division) DO NOTHING
"""


def invent_past(days: int) -> int:
    """Write invented rows for the days before the first measured one; returns how many.

    :raises Conflict: the site is not a sandbox, or nothing was measured yet
    """
    if not settings.SANDBOX:
        raise Conflict(_("编造的历史只能用于演示环境"), code="not_sandbox")
    first: date | None = Measure.objects.filter(invented=False).aggregate(first=Min("day"))["first"]
    if first is None:
        raise Conflict(_("还没有测量"), code="not_measured")
    length = max(1, min(MOST, days))
    with connection.cursor() as cursor:
        cursor.execute(_PAST, [first, length, length, first])
        written: int = cursor.rowcount
    return written
