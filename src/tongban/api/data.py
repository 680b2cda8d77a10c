"""One's own data as it was: a value at a moment, and all its values."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import AwareDatetime

from tongban.kit.access import actor_of
from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden, Invalid, NotFound
from tongban.resources import service as resources

router = Router()


class PastOut(Schema):
    value: Any
    display: str
    source_name: str
    as_of: datetime
    from_source: bool
    confirmers: list[str]
    dissenters: list[str]


class PeriodOut(Schema):
    since: datetime
    until: datetime | None
    past: PastOut | None


class HistoryOut(Schema):
    element: str
    periods: list[PeriodOut]


class AsOfOut(Schema):
    element: str
    when: datetime
    past: PastOut | None


@router.get("/data/{element}/history", response=HistoryOut)
def history(request: HttpRequest, element: str) -> Any:
    """All values one of my data had, newest first. The look is noted in my read log."""
    actor, subject_id = _own(request, element)
    purpose = _("查看本人以前的数据")
    periods = resources.history(actor, subject_id, element, purpose=purpose, case_id=None)
    return {"element": element, "periods": list(periods)}


@router.get("/data/{element}/as-of", response=AsOfOut)
def as_of(
    request: HttpRequest, element: str, when: AwareDatetime, known_at: AwareDatetime | None = None
) -> Any:
    """What one of my data was at a moment; ``known_at``: by what had come in by then. Noted likewise."""
    actor, subject_id = _own(request, element)
    past = resources.value_as_of(
        actor, subject_id, element, when, purpose=_("查看本人以前的数据"), case_id=None, known_at=known_at
    )
    return {"element": element, "when": when, "past": past}


def _own(request: HttpRequest, element: str) -> tuple[Actor, UUID]:
    actor = actor_of(request)
    if actor.kind != "resident" or actor.subject_id is None:
        raise Forbidden
    try:
        resources.element(element)
    except Invalid as error:
        raise NotFound from error
    return actor, actor.subject_id
