"""How much one asker may ask, hand over or submit in a time; over it, plain words say when to come back."""

from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.identity import service as identity
from tongban.kit.errors import DomainError

PER_SESSION = identity.Limit("assist-session", 40, 60)
PER_ADDRESS = identity.Limit("assist-address", 600, 60)  # a hall's visitors share one address
HAND_OVERS = identity.Limit("assist-handover", 6, 3600)  # of one account or session
HAND_OVERS_FROM = identity.Limit("assist-handover-from", 60, 3600)  # from one address
TICKETS = identity.Limit("assist-ticket", 5, 3600)  # of one account or phone


class TooFast(DomainError):
    """Too many questions, hand-overs or tickets at once (HTTP 429)."""

    status = 429

    def __init__(self, minutes: int) -> None:
        words = _("您问得太快了，请过 %(minutes)s 分钟再问；急事请拨打 12345。") % {"minutes": minutes}
        super().__init__(words, code="too_many")


def count(limit: identity.Limit, subject: str) -> None:
    """Count one attempt of ``subject``; nobody is counted under an empty name. Raises TooFast."""
    if not subject:
        return
    try:
        identity.count_attempt(limit, subject)
    except identity.TooMany as error:
        seconds = (error.resets_at - timezone.now()).total_seconds()
        raise TooFast(max(1, -(-int(seconds) // 60))) from None
