"""A ceiling on look-ups by anybody, so that tokens cannot be tried out."""

from django.core.cache import cache
from django.utils.translation import gettext as _

from tongban.kit.errors import DomainError

LOOKUPS_PER_MINUTE = 30


class TooMany(DomainError):
    """Too many look-ups from one address (HTTP 429)."""

    status = 429

    def __init__(self) -> None:
        super().__init__(_("查验过于频繁，请一分钟后再试。"), code="too_many")


def count_lookup(ip: str) -> None:
    """Count one look-up; raises TooMany above :data:`LOOKUPS_PER_MINUTE`."""
    key = f"licence-check:{ip or 'unknown'}"
    if cache.add(key, 1, timeout=60):
        return
    try:
        seen = cache.incr(key)
    except ValueError:  # it ran out between the two calls
        cache.set(key, 1, timeout=60)
        return
    if seen > LOOKUPS_PER_MINUTE:
        raise TooMany
