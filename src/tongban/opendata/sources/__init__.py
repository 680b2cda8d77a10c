"""The table builders, by key. Every one reads through the public door of the room it is about."""

from tongban.kit.errors import invalid
from tongban.opendata.shapes import Source
from tongban.opendata.sources import counts, measures, places, registers

ALL: dict[str, Source] = {
    source.key: source for source in (*registers.SOURCES, *places.SOURCES, *counts.SOURCES, *measures.SOURCES)
}


def source(key: str) -> Source:
    """The builder of this key. Raises Invalid."""
    from django.utils.translation import gettext as _

    if key not in ALL:
        raise invalid("source", "choice", _("请选择数据从哪里来"))
    return ALL[key]
