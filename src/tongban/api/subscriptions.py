"""Subscriptions to changes of golden values, for a department's stewards and the operators."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import AwareDatetime

from tongban.kit.access import actor_of
from tongban.resources import service as resources

router = Router()


class SubscriptionIn(Schema):
    department_id: UUID
    name: str
    elements: list[str]
    url: str


class SubscriptionOut(Schema):
    id: UUID
    department_id: UUID
    name: str
    elements: list[str]
    url: str
    state: str
    waiting: int
    refused: int
    sent: int
    last_sent_at: datetime | None
    last_problem: str


class MadeOut(Schema):
    subscription: SubscriptionOut
    secret: str


class SecretOut(Schema):
    secret: str


class DeliveryOut(Schema):
    event_id: UUID
    subject_id: UUID
    state: str
    attempts: int
    occurred_at: datetime
    sent_at: datetime | None
    problem: str


class DeliveriesOut(Schema):
    page: int
    pages: int
    deliveries: list[DeliveryOut]


class ReplayIn(Schema):
    since: AwareDatetime


class ReplayOut(Schema):
    events: int


class ResumeIn(Schema):
    url: str = ""


@router.get("", response=list[SubscriptionOut])
def listing(request: HttpRequest) -> Any:
    """Those of my departments, with how they do; ended ones last."""
    return [_out(one) for one in resources.subscriptions(actor_of(request))]


@router.post("", response={201: MadeOut})
def make(request: HttpRequest, body: SubscriptionIn) -> Any:
    """Tell a department of changes from now on. The secret that signs is in this answer only."""
    actor = actor_of(request)
    made, secret = resources.subscribe(actor, body.department_id, body.name, body.elements, body.url)
    return Status(201, {"subscription": _out(resources.subscription(actor, made.id)), "secret": secret})


@router.get("/{subscription_id}", response=SubscriptionOut)
def one(request: HttpRequest, subscription_id: UUID) -> Any:
    """One subscription."""
    return _out(resources.subscription(actor_of(request), subscription_id))


@router.get("/{subscription_id}/deliveries", response=DeliveriesOut)
def deliveries(request: HttpRequest, subscription_id: UUID, state: str = "", page: int = 1) -> Any:
    """What it was or is to be told, newest first; ``state``: waiting, sent or refused."""
    found = resources.deliveries(actor_of(request), subscription_id, state.replace("\x00", ""), page)
    return {"page": found.number, "pages": found.paginator.num_pages, "deliveries": list(found)}


@router.post("/{subscription_id}/replay", response=ReplayOut)
def replay(request: HttpRequest, subscription_id: UUID, body: ReplayIn) -> Any:
    """Send again all that changed since a moment, with the same ids and in the same order."""
    return {"events": resources.replay(actor_of(request), subscription_id, body.since)}


@router.post("/{subscription_id}/secret", response=SecretOut)
def secret(request: HttpRequest, subscription_id: UUID) -> Any:
    """Another secret, in this answer only."""
    return {"secret": resources.new_secret(actor_of(request), subscription_id)}


@router.post("/{subscription_id}/pause", response=SubscriptionOut)
def pause(request: HttpRequest, subscription_id: UUID) -> Any:
    """Send nothing for now; what changes meanwhile waits."""
    resources.pause_subscription(actor_of(request), subscription_id)
    return one(request, subscription_id)


@router.post("/{subscription_id}/resume", response=SubscriptionOut)
def resume(request: HttpRequest, subscription_id: UUID, body: ResumeIn) -> Any:
    """Send again, first what waits; to another address where one is given."""
    resources.resume_subscription(actor_of(request), subscription_id, body.url)
    return one(request, subscription_id)


@router.post("/{subscription_id}/end", response=SubscriptionOut)
def end(request: HttpRequest, subscription_id: UUID) -> Any:
    """Tell nothing any more."""
    resources.end_subscription(actor_of(request), subscription_id)
    return one(request, subscription_id)


def _out(view: resources.SubscriptionView) -> dict[str, Any]:
    row = view.row
    return {
        "id": row.id, "department_id": row.department_id, "name": row.name, "elements": row.elements,
        "url": row.url, "state": row.state, "waiting": view.waiting, "refused": view.refused,
        "sent": view.sent, "last_sent_at": row.last_sent_at, "last_problem": row.last_problem,
    }  # fmt: skip
