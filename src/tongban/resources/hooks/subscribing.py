"""Subscriptions: made, paused, resumed, ended, told again, by a department's stewards or the operators."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, NotFound, invalid
from tongban.notices import service as notices
from tongban.organisations import service as organisations
from tongban.resources.elements import element
from tongban.resources.hooks.delivering import allowed
from tongban.resources.hooks.models import Delivery, Subscription
from tongban.resources.keepers import may_set_up
from tongban.trace import service as trace

PAGE = 30


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """A subscription with how it does. ``waiting``, ``refused``: events."""

    row: Subscription
    waiting: int
    refused: int
    sent: int


def subscribe(
    actor: Actor, department_id: UUID, name: str, elements: Sequence[str], url: str
) -> tuple[Subscription, str]:
    """Tell a department of changes from now on.

    :returns: the subscription, and the secret that signs, shown this once
    :raises Invalid: unknown elements, or an address that the operator does not list
    :raises Conflict: the department has one of this name
    """
    _require(actor, department_id)
    words, wanted = " ".join(name.split()), list(dict.fromkeys(elements))
    if not 2 <= len(words) <= 100:
        raise invalid("name", "length", _("名称应为 2 至 100 字"))
    if not wanted:
        raise invalid("elements", "required", _("请至少选择一个数据元"))
    for code in wanted:
        element(code)
    _check_url(url)
    department, secret = organisations.department(department_id), secrets.token_urlsafe(32)
    with transaction.atomic():
        standing = Subscription.objects.select_for_update().exclude(state=Subscription.State.ENDED)
        if standing.filter(department=department, name=words).exists():
            raise Conflict(_("这个部门已有同名的订阅"), code="name_taken")
        made = Subscription.objects.create(
            department=department, name=words, elements=wanted, url=url, secret=notices.seal(secret),
            by_name=actor.name[:100],
        )  # fmt: skip
        _trace(actor, made, "resources.subscribed", url=url, elements=wanted)
    return made, secret


def new_secret(actor: Actor, subscription_id: UUID) -> str:
    """Another secret, shown this once; what is sent from now on is signed with it."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        row = _locked(actor, subscription_id)
        row.secret = notices.seal(secret)
        row.save(update_fields=["secret"])
        _trace(actor, row, "resources.subscription_secret_made")
    return secret


def pause(actor: Actor, subscription_id: UUID) -> None:
    """Send nothing for now; what changes meanwhile waits."""
    with transaction.atomic():
        row = _locked(actor, subscription_id)
        row.state = Subscription.State.PAUSED
        row.save(update_fields=["state"])
        _trace(actor, row, "resources.subscription_paused")


def resume(actor: Actor, subscription_id: UUID, url: str = "") -> None:
    """Send again, first what waits; to another address where one is given."""
    if url:
        _check_url(url)
    with transaction.atomic():
        row = _locked(actor, subscription_id)
        row.state, row.failures, row.retry_at, row.last_problem = Subscription.State.ACTIVE, 0, None, ""
        row.url = url or row.url
        row.save(update_fields=["state", "failures", "retry_at", "last_problem", "url"])
        row.deliveries.filter(state=Delivery.State.WAITING).update(attempts=0, retry_at=None)
        _trace(actor, row, "resources.subscription_resumed", url=row.url)
        _deliver(row.id)


def end(actor: Actor, subscription_id: UUID) -> None:
    """Tell nothing any more; what waited is not sent."""
    with transaction.atomic():
        row = _locked(actor, subscription_id)
        row.state = Subscription.State.ENDED
        row.save(update_fields=["state"])
        _trace(actor, row, "resources.subscription_ended")


def replay(actor: Actor, subscription_id: UUID, since: datetime) -> int:
    """Send again all that changed since a moment, with the same ids and in the same order.

    :returns: how many events; those older than 90 days are not kept
    """
    if timezone.is_naive(since) or since > timezone.now():
        raise invalid("since", "moment", _("时间应带时区，且不晚于现在"))
    with transaction.atomic():
        row = _locked(actor, subscription_id)
        again = row.deliveries.filter(occurred_at__gte=since).exclude(state=Delivery.State.WAITING)
        count = again.update(
            state=Delivery.State.WAITING, attempts=0, retry_at=None, sent_at=None, replays=F("replays") + 1
        )
        _trace(actor, row, "resources.subscription_replayed", since=since, events=count)
        _deliver(row.id)
    return count


def subscriptions(actor: Actor) -> list[SubscriptionView]:
    """The subscriptions of the departments the actor looks after; ended ones last."""
    own = {p.department_id for p in actor.posts if p.role == "steward"}
    everything = actor.kind == "system" or actor.has_role("operator")
    if not everything and not own:
        raise Forbidden
    rows = Subscription.objects.select_related("department")
    found = _counted(rows if everything else rows.filter(department_id__in=own))
    return sorted(found, key=lambda one: one.row.state == Subscription.State.ENDED)


def subscription(actor: Actor, subscription_id: UUID) -> SubscriptionView:
    """One subscription with how it does. Raises NotFound, Forbidden."""
    found = _counted(Subscription.objects.select_related("department").filter(pk=subscription_id))
    if not found:
        raise NotFound
    _require(actor, found[0].row.department_id)
    return found[0]


def deliveries(actor: Actor, subscription_id: UUID, state: str = "", page: int = 1) -> "Page[Delivery]":
    """What a subscriber was or is to be told, newest first, 30 a page."""
    view = subscription(actor, subscription_id)
    rows = view.row.deliveries.order_by("-id")
    return Paginator(rows.filter(state=state) if state else rows, PAGE).get_page(page)


def _counted(rows: QuerySet[Subscription]) -> list[SubscriptionView]:
    state = Delivery.State
    counted = rows.annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=state.WAITING)),
        refused=Count("deliveries", filter=Q(deliveries__state=state.REFUSED)),
        sent=Count("deliveries", filter=Q(deliveries__state=state.SENT)),
    )
    return [SubscriptionView(row, row.waiting, row.refused, row.sent) for row in counted]


def _require(actor: Actor, department_id: UUID) -> None:
    if not may_set_up(actor, department_id):
        raise Forbidden(_("只有本部门的数据管理员和运维人员可以管理订阅"))


def _check_url(url: str) -> None:
    if len(url) > 500 or not allowed(url):
        raise invalid("url", "host", _("只能推送到运维人员列出的地址（设置 TONGBAN_SUBSCRIBERS）"))


def _locked(actor: Actor, subscription_id: UUID) -> Subscription:
    row = Subscription.objects.select_for_update().filter(pk=subscription_id).first()
    if row is None:
        raise NotFound
    _require(actor, row.department_id)
    if row.state == Subscription.State.ENDED:
        raise Conflict(_("这个订阅已经结束"))
    return row


def _deliver(subscription_id: UUID) -> None:
    from tongban.resources.tasks import deliver_changes

    deliver_changes.defer(subscription=str(subscription_id), subject="")


def _trace(actor: Actor, row: Subscription, action: str, **data: object) -> None:
    about = {"subscription": row.id, "name": row.name, **data}
    trace.append(actor, f"resources:{row.department_id}", action, about)
