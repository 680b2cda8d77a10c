"""Signing in, signing up, and the password."""

from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from tongban.identity import codes, normal, throttle
from tongban.identity.accounts import create_account, find_account, number_problem, password_problems
from tongban.identity.models import Account, OneTimeCode, Subject
from tongban.identity.tracing import note
from tongban.kit.errors import FieldProblem, Invalid, invalid

BACKEND = "tongban.identity.backends.Backend"
PENDING = "account_pending"  # session key of a sign-up that waits for its code


def address_of(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def safe_next(request: HttpRequest, fallback: str = "") -> str:
    """The page to go on to, if it is one of this site's own; otherwise ``fallback``."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if own and wanted.startswith("/") else fallback


def by_password(request: HttpRequest, login: str, password: str) -> Account:
    """The account whose password fits.

    Raises:
        Invalid: the same words for an unknown login, a wrong password and a closed account.
        TooMany: locked after too many attempts, for 15 minutes.
    """
    known = find_account(login)
    subject = str(known.id) if known else normal.id_number(login)
    try:
        throttle.take(throttle.PASSWORD_FROM, address_of(request))
        left = throttle.take(throttle.PASSWORD, subject)
    except throttle.TooMany:
        _trace_failure(known, "identity.sign_in_locked", request)
        raise
    account = authenticate(request, username=login, password=password)
    if not isinstance(account, Account):
        _trace_failure(known, "identity.sign_in_refused", request)
        words = _("账号或密码不正确。")
        if left <= 2:
            words += _("再输错 %(left)s 次将锁定 15 分钟。") % {"left": left + 1}
        raise invalid("password", "credentials", words)
    throttle.clear(throttle.PASSWORD, subject)
    return account


def _trace_failure(account: Account | None, action: str, request: HttpRequest) -> None:
    if account is not None:
        with transaction.atomic():
            note(None, account.id, action, {"from": address_of(request)})


def complete(request: HttpRequest, account: Account, method: str, *, signup: bool = False) -> HttpResponse:
    """Sign the account in (with its second factor where it has one) and go on to a page of this site."""
    account.backend = BACKEND
    home = "/work/" if account.kind == Account.Kind.STAFF else "/"
    record_authentication(request, account, method=method)
    response: HttpResponse = perform_login(
        request, account, email_verification="none", redirect_url=safe_next(request, home), signup=signup
    )
    return response


def by_code(code_id: UUID, code: str) -> Account:
    """The account a sign-in code was sent to. Raises Invalid, TooMany."""
    row = codes.redeem(code_id, OneTimeCode.Purpose.LOGIN, code)
    account = row.account
    if account is None or not account.is_active:
        raise invalid("code", "code", _("验证码不正确或已过期"))
    throttle.clear(throttle.PASSWORD, str(account.id))
    return account


def begin_signup(request: HttpRequest, data: dict[str, Any]) -> OneTimeCode:
    """Check what was typed, keep it in the session (the password hashed) and send a code to the phone.

    Whether phone or number are registered is told only to whoever holds the phone.
    """
    number = normal.id_number(data["id_number"])
    problems: list[FieldProblem] = []
    if problem := number_problem(Subject.Kind.PERSON, number):
        problems.append(problem)
    draft = Account(name=data["name"], phone=normal.phone(data["phone"]))
    problems += password_problems(data["password"], draft)
    if problems:
        raise Invalid(*problems)
    row = codes.request_code(OneTimeCode.Purpose.SIGNUP, data["phone"], address_of(request))
    request.session[PENDING] = {
        "code": str(row.id), "name": data["name"], "id_number": number, "phone": row.target,
        "password": make_password(data["password"]),
    }  # fmt: skip
    return row


def finish_signup(request: HttpRequest, code: str) -> Account:
    """Redeem the code and make the account. Raises Invalid, TooMany."""
    pending = request.session.get(PENDING)
    if pending is None:
        raise invalid("code", "pending", _("请重新填写注册信息"))
    codes.redeem(UUID(pending["code"]), OneTimeCode.Purpose.SIGNUP, code)
    try:
        account = create_account(
            Account.Kind.RESIDENT, pending["name"], phone=pending["phone"], id_number=pending["id_number"],
            password_hash=pending["password"], language=request.LANGUAGE_CODE,
        )  # fmt: skip
    except Invalid as error:
        # One answer for a wrong name and for a number that is registered already.
        words = _("无法用这些信息注册：姓名与号码不一致，或已经注册过。请核对，或用短信验证码登录。")
        raise invalid("code", "bind", words) from error
    del request.session[PENDING]
    return account


@transaction.atomic
def set_password(account: Account, password: str, action: str) -> None:
    """Set a password: every other session of the account ends. Raises Invalid naming password."""
    if problems := password_problems(password, account):
        raise Invalid(*problems)
    account.set_password(password)
    account.save(update_fields=["password"])
    note(None, account.id, action)
    throttle.clear(throttle.PASSWORD, str(account.id))


def change_password(request: HttpRequest, account: Account, old: str, new: str) -> None:
    """Change one's own password and stay signed in here. Raises Invalid, TooMany."""
    throttle.take(throttle.PASSWORD, str(account.id))
    if not account.check_password(old):
        raise invalid("old", "credentials", _("原密码不正确"))
    set_password(account, new, "identity.password_changed")
    update_session_auth_hash(request, account)


def reset_password(code_id: UUID, code: str, password: str) -> Account:
    """Set a new password with a code. The password is checked first, so that a weak one costs no code."""
    row = OneTimeCode.objects.select_related("account").filter(pk=code_id).first()
    if problems := password_problems(password, (row and row.account) or Account()):
        raise Invalid(*problems)
    account = codes.redeem(code_id, OneTimeCode.Purpose.RESET, code).account
    if account is None or not account.is_active:
        raise invalid("code", "code", _("验证码不正确或已过期"))
    set_password(account, password, "identity.password_reset")
    return account


def end_other_sessions(request: HttpRequest, account: Account) -> None:
    """Sign the account out everywhere but here."""
    with transaction.atomic():
        account.session_epoch += 1
        account.save(update_fields=["session_epoch"])
        note(None, account.id, "identity.sessions_ended")
    update_session_auth_hash(request, account)
