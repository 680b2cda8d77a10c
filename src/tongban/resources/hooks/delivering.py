"""Sending what waits: in order for each subject, again after a growing pause, once or more.

A subscriber that cannot be reached is left alone as a whole; an event it refuses holds up its own subject
only. Nothing is dropped: what a stopped subscriber missed waits until somebody resumes it.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import UUID

import httpx
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from tongban.identity import service as identity
from tongban.kit import inprocess
from tongban.kit.ids import uuid7
from tongban.notices import service as notices
from tongban.organisations import service as organisations
from tongban.resources.hooks import cloudevents
from tongban.resources.hooks.models import Delivery, Subscription
from tongban.resources.models import Value

log = logging.getLogger(__name__)
ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7401))"
FIRST_PAUSE, LONGEST_PAUSE = 5, 6 * 3600  # seconds
MOST_FAILURES = 24  # in a row; with the pauses about three days
MOST_REFUSALS = 8  # of one event
IN_ONE_JOB = 500  # subjects
KEPT = timedelta(days=90)  # what was sent, for replay
TAKEN = {200, 201, 202, 204}
NOT_NOW = {408, 425, 429}  # beside every 5xx


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an attempt failed. ``refused``: this event only; ``gone``: nothing is wanted any more."""

    words: str
    refused: bool = False
    gone: bool = False
    wait: int = 0  # seconds the subscriber asks for


def pause(failures: int) -> int:
    """Seconds until the next attempt after so many failures in a row."""
    return min(FIRST_PAUSE << min(failures - 1, 20), LONGEST_PAUSE)


def deliver(subscription_id: UUID, subject_id: UUID | None) -> None:
    """Send what waits for a subscriber about one subject, or about all. Safe to repeat."""
    if subject_id is not None:
        _deliver_all_of(subscription_id, subject_id)
        return
    now = timezone.now()
    due = Delivery.objects.filter(
        Q(retry_at=None) | Q(retry_at__lte=now), subscription_id=subscription_id, state=Delivery.State.WAITING
    )
    subjects = list(due.order_by("subject_id").values_list("subject_id", flat=True).distinct()[:IN_ONE_JOB])
    for subject in subjects:
        if not _deliver_all_of(subscription_id, subject):
            return
    if len(subjects) == IN_ONE_JOB:
        _again(subscription_id, None, 0)


def sweep() -> int:
    """Send what waits though its time has come long ago (its job was lost), and drop what is old."""
    late = timezone.now() - timedelta(minutes=10)
    waiting = Delivery.objects.filter(
        Q(retry_at=None) | Q(retry_at__lt=late), state=Delivery.State.WAITING, occurred_at__lt=late,
        subscription__state=Subscription.State.ACTIVE,
    ).filter(Q(subscription__retry_at=None) | Q(subscription__retry_at__lt=late))  # fmt: skip
    found = list(waiting.order_by().values_list("subscription_id", flat=True).distinct())
    for subscription_id in found:
        _again(subscription_id, None, 0)
    of_use = Q(state=Delivery.State.WAITING) & ~Q(subscription__state=Subscription.State.ENDED)
    Delivery.objects.filter(~of_use, occurred_at__lt=timezone.now() - KEPT).delete()
    return len(found)


def _deliver_all_of(subscription_id: UUID, subject_id: UUID) -> bool:
    """Send a subject's events one after the other; whether the subscriber can be sent more."""
    while True:
        done, more = _deliver_one(subscription_id, subject_id)
        if not done:
            return more


@transaction.atomic
def _deliver_one(subscription_id: UUID, subject_id: UUID) -> tuple[bool, bool]:
    """Send the first event that waits about a subject. Whether it is dealt with; whether to go on at all."""
    with connection.cursor() as cursor:
        cursor.execute(ALONE, [f"{subscription_id}:{subject_id}"])
    to = Subscription.objects.filter(pk=subscription_id).first()
    now = timezone.now()
    if to is None or to.state != Subscription.State.ACTIVE or (to.retry_at and to.retry_at > now):
        return False, False
    row = (
        Delivery.objects.select_related("subject")
        .filter(subscription=to, subject_id=subject_id, state=Delivery.State.WAITING)
        .order_by("id")
        .first()
    )
    if row is None or (row.retry_at and row.retry_at > now):
        return False, True
    row.attempts += 1
    trouble = _send(to, row)
    if trouble is None:
        row.state, row.sent_at, row.problem, row.retry_at = Delivery.State.SENT, timezone.now(), "", None
        row.save()
        Subscription.objects.filter(pk=to.pk).update(
            failures=0, retry_at=None, last_problem="", last_sent_at=row.sent_at
        )
        return True, True
    row.problem = trouble.words[:300]
    if trouble.refused:
        return _refused(row, to), True
    row.save()
    _failed(to, trouble)
    return False, False


def _refused(row: Delivery, to: Subscription) -> bool:
    """The subscriber answers, but does not want this event: try it again, then leave it for a replay."""
    given_up = row.attempts >= MOST_REFUSALS
    if given_up:
        row.state, row.retry_at = Delivery.State.REFUSED, None
        log.error("event refused", extra={"subscription": str(to.id), "event_id": str(row.event_id)})
    else:
        wait = pause(row.attempts)
        row.retry_at = timezone.now() + timedelta(seconds=wait)
        _again(to.id, row.subject_id, wait)
    row.save()
    Subscription.objects.filter(pk=to.pk).update(last_problem=row.problem, failures=0)
    return given_up


def _failed(to: Subscription, trouble: Trouble) -> None:
    """Leave a subscriber alone for a while, or stop. Of failures at one moment one counts."""
    held = Subscription.objects.select_for_update().get(pk=to.pk)
    now = timezone.now()
    if held.state != Subscription.State.ACTIVE or (held.retry_at and held.retry_at > now):
        return
    held.failures += 1
    held.last_problem = trouble.words[:300]
    if trouble.gone or held.failures >= MOST_FAILURES:
        held.state, held.retry_at = Subscription.State.STOPPED, None
        _tell_stewards(held)
        log.error("subscriber stopped", extra={"subscription": str(to.id), "problem": held.last_problem})
    else:
        wait = max(pause(held.failures), min(trouble.wait, LONGEST_PAUSE))
        held.retry_at = now + timedelta(seconds=wait)
        _again(to.id, None, wait)
    held.save(update_fields=["failures", "last_problem", "state", "retry_at"])


def _tell_stewards(row: Subscription) -> None:
    """The department's stewards hear that nothing more is sent, and why."""
    for one in organisations.staff_of(row.department_id, "steward"):
        recipient = identity.recipient(one.account_id)
        with override(recipient.language):
            words = _("“%(name)s”的推送已停：%(problem)s。其间的变更会留着，恢复后补送。")
            notices.send(
                recipient, "data.subscription_stopped", _("变更推送已停"),
                words % {"name": row.name, "problem": row.last_problem},
                link=f"/work/subscriptions/{row.id}/", key=f"subscription:{row.id}:{uuid7()}",
            )  # fmt: skip


def _again(subscription_id: UUID, subject_id: UUID | None, wait: int) -> None:
    from tongban.resources.tasks import deliver_changes

    # A second more, so that no clock is early.
    later = deliver_changes.configure(schedule_in={"seconds": wait + 1}) if wait else deliver_changes
    later.defer(subscription=str(subscription_id), subject=str(subject_id or ""))


def allowed(url: str) -> bool:
    """Whether an address may be called: of an origin that the operator lists, or the sandbox's receiver."""
    if url.startswith(inprocess.ADDRESS):
        return settings.SANDBOX and url.removeprefix(inprocess.ADDRESS).startswith("/sandbox/subscriber/")
    found = cloudevents.origin(url)
    return bool(found) and found in {cloudevents.origin(one) for one in settings.SUBSCRIBERS}


def _send(to: Subscription, row: Delivery) -> Trouble | None:
    if not allowed(to.url):  # the operator may have taken it off the list
        return Trouble("the address is not on the operator's list", gone=True)
    try:
        secret = notices.unseal(to.secret)
    except InvalidToken:
        return Trouble("the secret cannot be read any more; make a new one", gone=True)
    body = _body(to, row)
    headers = {
        "Content-Type": cloudevents.MEDIA_TYPE,
        "User-Agent": "tongban",
        "Tongban-Subscription": str(to.id),
        cloudevents.SIGNATURE: cloudevents.signature(secret, body, int(time.time())),
    }
    try:
        status, wait = _post(to.url, body, headers)
    except httpx.HTTPError as error:
        return Trouble(f"{type(error).__name__}: {error}")
    if status in TAKEN:
        return None
    words = f"HTTP {status}"
    if status == 410:  # the webhook specification: the subscriber wants no more
        return Trouble(words, gone=True)
    if status >= 500 or status in NOT_NOW or status < 400:
        return Trouble(words, wait=wait)
    return Trouble(words, refused=True)


def _post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, int]:
    """Status and the pause asked for, in seconds. Redirects are not followed, answers not read."""
    seconds = settings.SUBSCRIBER_SECONDS
    if url.startswith(inprocess.ADDRESS):
        began = time.monotonic()
        with inprocess.client(seconds) as client:
            got = client.post(url.removeprefix(inprocess.ADDRESS), content=body, headers=headers)
        if time.monotonic() - began > seconds:
            raise httpx.ReadTimeout("the sandbox answered too late")
        return got.status_code, _asked(got.headers.get("Retry-After", ""))
    with (
        httpx.Client(timeout=seconds, trust_env=False, follow_redirects=False) as client,
        client.stream("POST", url, content=body, headers=headers) as got,
    ):
        return got.status_code, _asked(got.headers.get("Retry-After", ""))


def _asked(text: str) -> int:
    """Seconds of a Retry-After, which is a number or a date; 0 for nonsense."""
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        at: datetime = parsedate_to_datetime(text)
        return max(0, int((at - timezone.now()).total_seconds()))
    except (ValueError, TypeError):
        return 0


def _body(to: Subscription, row: Delivery) -> bytes:
    holds = Value.objects.filter(subject_id=row.subject_id, source_id=to.department_id).exists()
    told = cloudevents.Told(
        id=row.event_id, number=row.id, subject=row.subject_id, kind=row.subject.kind,
        id_number=row.subject.id_number if holds else "", at=row.occurred_at, elements=row.elements,
        department=str(to.department_id),
    )  # fmt: skip
    codes = {str(one.id): one.code for one in organisations.departments()}
    return cloudevents.body(told, settings.BASE_URL, codes)
