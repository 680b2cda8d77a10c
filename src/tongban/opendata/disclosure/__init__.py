"""Statistical disclosure control: nobody can be picked out, and nothing hidden can be computed back. Pure."""

from tongban.opendata.disclosure.audit import Range, ranges
from tongban.opendata.disclosure.cells import Cube, Key, cube
from tongban.opendata.disclosure.groups import group_sizes, thin
from tongban.opendata.disclosure.suppression import SPREAD, Suppressed, exposed, suppress

__all__ = [
    "SPREAD", "Cube", "Key", "Range", "Suppressed", "cube", "exposed", "group_sizes", "ranges", "suppress",
    "thin",
]  # fmt: skip
