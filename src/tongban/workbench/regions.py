"""Regions to choose from on the staff's lists."""

from tongban.divisions import service as divisions
from tongban.kit.errors import NotFound

INDENT = "\u3000"


def regions(region: str) -> list[tuple[str, str]]:
    """The regions to look at from here: the way down to this one, and those inside it."""
    try:
        above = divisions.path(region)
    except NotFound:
        return [(region, region)]
    inside = divisions.children(above[-1].code) if len(above[-1].code) < 6 else []
    rows = [(one.code, INDENT * n + one.name) for n, one in enumerate(above)]
    return rows + [(one.code, INDENT * len(above) + one.name) for one in inside]
