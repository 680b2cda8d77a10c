"""Who may act for whom, in which scope, until when."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.identity import normal
from tongban.identity.models import Account, Agency, Subject
from tongban.identity.tracing import note
from tongban.kit.actors import Actor
from tongban.kit.errors import Conflict, Forbidden, NotFound, invalid

LONGEST_DAYS = 366 * 3  # calendar days an agent may be authorised at once


@dataclass(frozen=True, slots=True)
class ActingChoice:
    """One subject an account may act for."""

    subject_id: UUID
    name: str
    id_number: str
    role: str  # "self", "representative" or "agent"
    role_name: str
    scope: str
    scope_name: str
    valid_to: date | None


def holding_today() -> Q:
    """Agencies that hold on the current day."""
    today = timezone.localdate()
    return Q(revoked_at=None, valid_from__lte=today) & (Q(valid_to=None) | Q(valid_to__gte=today))


def current(account_id: UUID, subject_id: UUID) -> Agency | None:
    """The widest agency of an account for a subject that holds today."""
    rows = Agency.objects.filter(holding_today(), account_id=account_id, subject_id=subject_id)
    # "all" sorts before "read", a representative ("r") after an agent ("a").
    return rows.select_related("subject").order_by("scope", "-role").first()


def acting_choices(account: Account) -> list[ActingChoice]:
    """Oneself and every subject the account may act for today."""
    choices = []
    if account.subject is not None:
        own = account.subject
        choices.append(
            ActingChoice(own.id, own.name, own.id_number, "self", _("本人"), Agency.Scope.ALL, "", None)
        )
    rows = Agency.objects.filter(holding_today(), account=account).select_related("subject")
    best: dict[UUID, Agency] = {}
    for row in rows.order_by("subject__name", "scope", "-role"):
        best.setdefault(row.subject_id, row)
    choices += [
        ActingChoice(
            row.subject_id, row.subject.name, row.subject.id_number, row.role, str(row.get_role_display()),
            row.scope, str(row.get_scope_display()), row.valid_to,
        )
        for row in best.values()
    ]  # fmt: skip
    return choices


@transaction.atomic
def ensure_representative(account_id: UUID, subject_id: UUID, valid_from: date | None = None) -> Agency:
    """Record the legal representative of a legal person, as the register says (loaders and data feeds)."""
    row = Agency.objects.filter(
        account_id=account_id, subject_id=subject_id, role=Agency.Role.REPRESENTATIVE, revoked_at=None
    ).first()
    if row is not None:
        return row
    row = Agency.objects.create(
        account_id=account_id,
        subject_id=subject_id,
        role=Agency.Role.REPRESENTATIVE,
        valid_from=valid_from or timezone.localdate(),
    )
    note(None, subject_id, "identity.representative_recorded", {"agency": str(row.id)})
    return row


def _must_represent(actor: Actor) -> UUID:
    """The legal person the actor acts for as its representative. Raises Forbidden."""
    if actor.account_id is not None and actor.subject_id is not None:
        held = Agency.objects.filter(
            holding_today(),
            account_id=actor.account_id,
            subject_id=actor.subject_id,
            role=Agency.Role.REPRESENTATIVE,
        )
        if held.exists():
            return actor.subject_id
    raise Forbidden(_("只有法定代表人可以授权或收回授权，请先切换到您代表的单位"))


def _person(id_number: str, name: str) -> Account:
    """The account of a person named by number and name together. Raises Invalid."""
    found = Account.objects.filter(
        subject__id_number=normal.id_number(id_number),
        subject__name=name.strip(),
        subject__kind=Subject.Kind.PERSON,
        is_active=True,
    ).first()
    if found is None:
        raise invalid(
            "id_number", "known", _("没有找到姓名和公民身份号码都相符的注册用户，请核对，或请对方先注册")
        )
    return found


def _check_period(valid_from: date, valid_to: date) -> None:
    if valid_to < valid_from:
        raise invalid("valid_to", "after", _("结束日期不能早于开始日期"))
    if valid_to < timezone.localdate():
        raise invalid("valid_to", "future", _("结束日期已经过去"))
    if (valid_to - valid_from).days > LONGEST_DAYS:
        raise invalid("valid_to", "longest", _("一次授权最长三年"))


@transaction.atomic
def grant_agency(
    actor: Actor, *, id_number: str, name: str, scope: str, valid_from: date, valid_to: date
) -> Agency:
    """Authorise a person to act for the legal person that the actor represents.

    Raises:
        Forbidden: the actor does not act as its legal representative.
        Invalid: naming id_number, scope or valid_to.
        Conflict: the person is authorised already.
    """
    subject_id = _must_represent(actor)
    _check_period(valid_from, valid_to)
    if scope not in Agency.Scope.values:
        raise invalid("scope", "choice", _("请选择授权范围"))
    agent = _person(id_number, name)
    if agent.id == actor.account_id:
        raise invalid("id_number", "self", _("您是法定代表人，不需要授权给自己"))
    # One that has run out would stand in the way of a new one.
    Agency.objects.filter(
        account=agent, subject_id=subject_id, role=Agency.Role.AGENT, revoked_at=None,
        valid_to__lt=timezone.localdate(),
    ).update(revoked_at=timezone.now())  # fmt: skip
    try:
        with transaction.atomic():
            row = Agency.objects.create(
                account=agent, subject_id=subject_id, role=Agency.Role.AGENT, scope=scope,
                valid_from=valid_from, valid_to=valid_to, granted_by_id=actor.account_id,
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict(_("已经授权给这个人，请先收回原来的授权")) from error
    data = {"agency": str(row.id), "scope": scope, "from": valid_from.isoformat(), "to": valid_to.isoformat()}
    note(actor, subject_id, "identity.agent_granted", data, about=str(agent.id))
    return row


@transaction.atomic
def revoke_agency(actor: Actor, agency_id: UUID) -> None:
    """Take back an authorisation at once; revoking twice changes nothing. Raises Forbidden, NotFound."""
    subject_id = _must_represent(actor)
    row = Agency.objects.filter(pk=agency_id, subject_id=subject_id, role=Agency.Role.AGENT).first()
    if row is None:
        raise NotFound(_("没有找到这项授权"))
    done = Agency.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=timezone.now())
    if done:
        note(actor, subject_id, "identity.agent_revoked", {"agency": str(row.id)}, about=str(row.account_id))


def agents_of(actor: Actor) -> list[Agency]:
    """The agents of the legal person that the actor represents, past ones included. Raises Forbidden."""
    subject_id = _must_represent(actor)
    rows = Agency.objects.filter(subject_id=subject_id, role=Agency.Role.AGENT)
    return list(rows.select_related("account").order_by("revoked_at", "-valid_to"))


def represents(actor: Actor) -> bool:
    """Whether the actor acts as legal representative at this moment."""
    try:
        _must_represent(actor)
    except Forbidden:
        return False
    return True
