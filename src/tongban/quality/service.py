"""The quality room's door: measuring, and the figures an actor may see.

``measure`` counts everything anew for a day; what changes is heard and measured again by itself. Figures are
sums of counts (``Tally``), shares are made of them at the end (``Share``), so that parts add up to wholes.
"""

from tongban.quality.drawing import Chart, draw
from tongban.quality.inventing import invent_past
from tongban.quality.measuring import Measured, measure
from tongban.quality.models import Mark, Measure
from tongban.quality.reading import (
    DAYS,
    HEADS,
    Day,
    Effect,
    Place,
    Scope,
    cell,
    cells,
    chosen_department,
    departments,
    effects,
    elements_in_public,
    last_day,
    last_run,
    matrix,
    place_name,
    regions,
    table,
    tally,
    trend,
    whole,
    worst,
)
from tongban.quality.rights import ROLES, oversees, top
from tongban.quality.rules import COUNTS, DIMENSIONS, LABELS, MEANINGS, PLAIN, Share, Tally, total

__all__ = [
    "COUNTS", "DAYS", "DIMENSIONS", "HEADS", "LABELS", "MEANINGS", "PLAIN", "ROLES", "Chart", "Day",
    "Effect", "Mark", "Measure", "Measured", "Place", "Scope", "Share", "Tally", "cell", "cells",
    "chosen_department", "departments", "draw", "effects", "elements_in_public", "invent_past",
    "last_day", "last_run", "matrix", "measure", "oversees", "place_name", "regions", "table", "tally",
    "top", "total", "trend", "whole", "worst",
]  # fmt: skip
