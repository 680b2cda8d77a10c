"""From a request to the actor."""

from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tongban.identity import agencies
from tongban.identity.models import Account, Agency
from tongban.identity.posts import staff_held
from tongban.identity.tracing import note
from tongban.kit.actors import ANONYMOUS, Actor
from tongban.kit.errors import Forbidden

ACTING = "acting_subject"  # session key: the id of the subject somebody chose to act for


def own_actor(account: Account) -> Actor:
    """The account's actor as itself: staff with today's posts, residents as the person they are."""
    if account.kind == Account.Kind.STAFF:
        held = staff_held(account.id)
        if held is None:
            return ANONYMOUS
        return Actor("staff", held.name, account.id, staff_id=held.staff_id, posts=held.posts)
    name = account.subject.name if account.subject else ""
    return Actor("resident", account.name, account.id, account.subject_id, name)


def acting_actor(account: Account, subject_id: UUID) -> tuple[Actor, Agency] | None:
    """The account's actor for another subject, or None when no agency holds today."""
    agency = agencies.current(account.id, subject_id)
    if agency is None:
        return None
    return Actor("resident", account.name, account.id, agency.subject_id, agency.subject.name), agency


def actor_for(request: HttpRequest) -> Actor:
    """Who acts in this request. The chosen subject is checked against the agencies every time.

    An agency that ended puts the person back to acting for himself and sets ``request.acting_ended``; one
    that is for reading only sets ``request.acting_reads_only``.
    """
    account = request.user
    if not isinstance(account, Account) or not account.is_authenticated:
        return ANONYMOUS
    chosen = request.session.get(ACTING) if account.kind == Account.Kind.RESIDENT else None
    if chosen is not None:
        found = acting_actor(account, UUID(chosen))
        if found is not None:
            request.acting_reads_only = found[1].scope == Agency.Scope.READ  # type: ignore[attr-defined]
            return found[0]
        del request.session[ACTING]
        request.acting_ended = True  # type: ignore[attr-defined]
    return own_actor(account)


def choose_acting(request: HttpRequest, subject_id: UUID) -> Actor:
    """Act for oneself or for a subject one has an agency for, from now on. Raises Forbidden."""
    account = request.user
    if not isinstance(account, Account) or account.kind != Account.Kind.RESIDENT:
        raise Forbidden
    if subject_id == account.subject_id:
        request.session.pop(ACTING, None)
        actor = own_actor(account)
    else:
        found = acting_actor(account, subject_id)
        if found is None:
            raise Forbidden(_("您没有代表这个单位办事的有效授权"))
        request.session[ACTING] = str(subject_id)
        actor = found[0]
    with transaction.atomic():
        note(actor, account.id, "identity.acting_chosen", {"subject": str(subject_id)}, about=str(subject_id))
    return actor
