"""The signed-in person."""

from uuid import UUID

from django.http import HttpRequest
from django.middleware.csrf import get_token
from ninja import Router, Schema

from tongban.kit.access import actor_of

router = Router()


class MeOut(Schema):
    kind: str
    name: str
    account_id: UUID | None
    subject_id: UUID | None
    subject_name: str
    csrf_token: str


@router.get("", response=MeOut)
def me(request: HttpRequest) -> MeOut:
    """Who I am, for whom I act, and the CSRF token for changes."""
    actor = actor_of(request)
    return MeOut(
        kind=actor.kind,
        name=actor.name,
        account_id=actor.account_id,
        subject_id=actor.subject_id,
        subject_name=actor.subject_name,
        csrf_token=get_token(request),
    )
