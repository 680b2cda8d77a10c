"""What the header of every page shows about a signed-in resident; read only when a page shows it."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tongban.identity import service as identity
from tongban.kit.access import actor_of
from tongban.notices import service as notices


def header(request: HttpRequest) -> dict[str, Any]:
    """Unread notices and whom the visitor may act for."""
    actor = actor_of(request)
    if actor.kind != "resident" or actor.account_id is None:
        return {}
    account_id = actor.account_id
    return {
        "unread_count": SimpleLazyObject(lambda: notices.unread_count(account_id)),
        "acting_choices": SimpleLazyObject(lambda: _choices(request)),
    }


def _choices(request: HttpRequest) -> list[identity.ActingChoice]:
    account = request.user
    return identity.acting_choices(account) if isinstance(account, identity.Account) else []
