"""Subjects and accounts."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from tongban.identity import normal
from tongban.identity.models import Account, Agency, Subject
from tongban.identity.tracing import note
from tongban.kit.errors import FieldProblem, Invalid, NotFound, invalid
from tongban.kit.ids import uuid7
from tongban.kit.kept import Kept, Param
from tongban.notices.service import Recipient
from tongban.standards import codes

_SUBJECT: Kept[Subject] = Kept(lambda: Subject.objects.filter(pk=Param("id")))
_BY_NUMBER: Kept[Subject] = Kept(lambda: Subject.objects.filter(id_number=Param("number")))


def subject(subject_id: UUID) -> Subject:
    """The subject of this id. Raises NotFound."""
    found = _SUBJECT.first(id=subject_id)
    if found is None:
        raise NotFound(_("没有找到这个主体"))
    return found


def divisions_of(subject_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The division codes of these subjects by id; ids that nobody has are left out."""
    rows = Subject.objects.filter(pk__in=list(subject_ids)).values_list("id", "division")
    return dict(rows)


def find_subject(id_number: str) -> Subject | None:
    """The subject with this identity number or credit code."""
    return _BY_NUMBER.first(number=normal.id_number(id_number))


def number_problem(kind: str, number: str, field: str = "id_number") -> FieldProblem | None:
    """What is wrong with an identity number (persons, GB 11643) or credit code (legal, GB 32100)."""
    if kind == Subject.Kind.PERSON and not codes.id_number_valid(number):
        return FieldProblem(field, "id_number", _("公民身份号码不正确，请核对 18 位号码"))
    if kind == Subject.Kind.LEGAL and not codes.uscc_valid(number):
        return FieldProblem(field, "uscc", _("统一社会信用代码不正确，请核对 18 位代码"))
    return None


def ensure_subject(kind: str, id_number: str, name: str, division: str = "") -> Subject:
    """The subject with this number, made when there is none. Raises Invalid for a wrong check digit."""
    number = normal.id_number(id_number)
    if problem := number_problem(kind, number):
        raise Invalid(problem)
    found, _made = Subject.objects.get_or_create(
        id_number=number, defaults={"kind": kind, "name": name, "division": division}
    )
    return found


ENSURE = """
INSERT INTO identity_subject (id, created_at, kind, id_number, name, division)
SELECT uuidv7(), now(), %s, t.number, t.name, t.division
FROM unnest(%s::text[], %s::text[], %s::text[]) AS t(number, name, division) ORDER BY t.number
ON CONFLICT (id_number) DO NOTHING
"""
FIND = "SELECT id_number, id FROM identity_subject WHERE id_number = ANY(%s::text[]) AND kind = %s"


@transaction.atomic
def ensure_subjects(kind: str, rows: Sequence[tuple[str, str, str]]) -> tuple[dict[str, UUID], int]:
    """Many subjects at once, for loads: ``rows`` of (number, name, division code or empty), one a number.

    :returns: ids by number, and how many were made; who is known already keeps name and division
    :raises Invalid: naming up to 20 rows with a number that is none, by place from 1; nothing is made then
    """
    wrong = [n for n, row in enumerate(rows, 1) if number_problem(kind, row[0]) is not None]
    if wrong:
        words = _("第 %(rows)s 行的号码不正确") % {"rows": "、".join(map(str, wrong[:20]))}
        raise invalid("id_number", "id_number", words)
    numbers, names, places = ([row[n] for row in rows] for n in range(3))
    with connection.cursor() as cursor:
        cursor.execute(ENSURE, [kind, numbers, [name[:200] for name in names], places])
        made = cursor.rowcount
        cursor.execute(FIND, [numbers, kind])
        found = dict(cursor.fetchall())
    if len(found) != len(set(numbers)):
        raise invalid("id_number", "kind", _("有号码属于另一种主体"))
    return found, made


def password_problems(password: str, account: Account, field: str = "password") -> list[FieldProblem]:
    """What the password rules of the site object to."""
    try:
        validate_password(password, account)
    except ValidationError as error:
        return [FieldProblem(field, "password", message) for message in error.messages]
    return []


def _unique_problems(phone: str, username: str) -> list[FieldProblem]:
    problems = []
    if phone and Account.objects.filter(phone=phone).exists():
        problems.append(FieldProblem("phone", "unique", _("这个手机号已经注册")))
    if Account.objects.filter(username=username).exists():
        problems.append(FieldProblem("username", "unique", _("这个用户名已经有人使用")))
    return problems


def _own_subject(id_number: str, name: str, division: str) -> Subject:
    """The person to bind. Raises Invalid when the number is registered, or known under another name."""
    person = ensure_subject(Subject.Kind.PERSON, id_number, name, division)
    if person.kind != Subject.Kind.PERSON or person.name != name:
        raise invalid("name", "matches", _("姓名与公民身份号码不一致，请核对后再试"))
    if Account.objects.filter(subject=person).exists():
        raise invalid("id_number", "unique", _("这个公民身份号码已经注册，请直接登录或找回密码"))
    return person


@transaction.atomic
def create_account(
    kind: str,
    name: str,
    *,
    username: str = "",
    password: str | None = None,
    password_hash: str = "",
    phone: str = "",
    email: str = "",
    id_number: str = "",
    division: str = "",
    language: str = "zh-hans",
) -> Account:
    """Make an account; with ``id_number`` it is bound to that person (made when not known).

    Args:
        password: checked against the site's rules; ``password_hash`` (an encoded hash) skips hashing for bulk
            loads. With neither, sign-in is by code only.
        username: made up when empty.

    Raises:
        Invalid: naming phone, username, id_number, name or password.
    """
    number = normal.phone(phone)
    if phone and not number:
        raise invalid("phone", "phone", _("请填写 11 位手机号"))
    account = Account(kind=kind, name=name, phone=number, email=email, language=language)
    account.username = username or f"u{uuid7().hex}"
    problems = _unique_problems(number, account.username)
    if password is not None:
        problems += password_problems(password, account)
    if problems:
        raise Invalid(*problems)
    if id_number:
        account.subject = _own_subject(id_number, name, division)
    if password_hash:
        account.password = password_hash
    else:
        account.set_password(password)
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as error:  # somebody registered the same in between
        raise invalid("phone", "unique", _("这个手机号、用户名或公民身份号码刚刚被注册")) from error
    note(None, account.id, "identity.account_created", {"kind": kind}, about=str(account.subject_id or ""))
    return account


def find_account(login: str) -> Account | None:
    """The account that somebody means by a phone, identity number or user name."""
    text = normal.id_number(login)
    if number := normal.phone(login):
        found = Account.objects.filter(phone=number).first()
        if found:
            return found
    by_number = Account.objects.filter(subject__id_number=text, subject__kind=Subject.Kind.PERSON).first()
    return by_number or Account.objects.filter(username=login.strip()).first()


def _recipient(account: Account) -> Recipient:
    return Recipient(account.id, account.name, account.phone, account.email, account.language)


def recipient(account_id: UUID) -> Recipient:
    """How to reach an account. Raises NotFound."""
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NotFound
    return _recipient(account)


def recipients_for_subject(subject_id: UUID) -> list[Recipient]:
    """Whom to tell about a subject: the person's own account, or those who act for a legal person today."""
    from tongban.identity.agencies import holding_today

    own = Account.objects.filter(subject_id=subject_id, is_active=True)
    agents = Agency.objects.filter(holding_today(), subject_id=subject_id, account__is_active=True)
    accounts = {account.id: account for account in own}
    accounts.update((agency.account_id, agency.account) for agency in agents.select_related("account"))
    return [_recipient(account) for account in accounts.values()]
