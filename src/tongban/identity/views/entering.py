"""Signing in and out, signing up, a forgotten password."""

from collections.abc import Callable
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from tongban.identity import codes, normal, signin
from tongban.identity.forms import CodeForm, PasswordLoginForm, PhoneForm, PlainForm, ResetForm, SignupForm
from tongban.identity.models import OneTimeCode
from tongban.kit.access import access, actor_of, public
from tongban.kit.errors import DomainError

CHALLENGE = "account_code"  # session key: which code this browser asked for, and for what
Next = Callable[[HttpRequest, PlainForm], HttpResponse]


def _already(request: HttpRequest) -> HttpResponse | None:
    """Somebody signed in has no business on these pages."""
    if actor_of(request).kind == "anonymous":
        return None
    return redirect(signin.safe_next(request, "/work/" if actor_of(request).is_staff else "/"))


def _page(
    request: HttpRequest, template: str, form: PlainForm, act: Next, context: dict[str, object] | None = None
) -> HttpResponse:
    """Show a form, or act on it; what the room objects to is shown beside the fields."""
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                return act(request, form)
            except DomainError as error:
                form.show(error)
                status = error.status
        else:
            status = 422
    shown = {"form": form, "next": signin.safe_next(request), **(context or {})}
    return render(request, f"identity/{template}.html", shown, status=status)


def _challenge(request: HttpRequest, purpose: str) -> tuple[UUID, str] | None:
    kept = request.session.get(CHALLENGE)
    if not kept or kept["purpose"] != purpose:
        return None
    return UUID(kept["id"]), kept["phone"]


def _ask_code(purpose: str, then: str) -> Next:
    """Send a code and remember in the session which one this browser may redeem."""

    def act(request: HttpRequest, form: PlainForm) -> HttpResponse:
        row = codes.request_code(purpose, form.cleaned_data["phone"], signin.address_of(request))
        request.session[CHALLENGE] = {"id": str(row.id), "purpose": purpose, "phone": row.target}
        request.session["account_next"] = signin.safe_next(request)
        return redirect(then)

    return act


@access(public)
@never_cache
@sensitive_post_parameters("password")
def login(request: HttpRequest) -> HttpResponse:
    """Sign in with phone, identity number or user name and a password."""

    def act(request: HttpRequest, form: PlainForm) -> HttpResponse:
        data = form.cleaned_data
        return signin.complete(
            request, signin.by_password(request, data["login"], data["password"]), "password"
        )

    return _already(request) or _page(request, "login", PasswordLoginForm(request.POST or None), act)


@access(public)
@never_cache
def login_code(request: HttpRequest) -> HttpResponse:
    """Ask for a sign-in code."""
    act = _ask_code(OneTimeCode.Purpose.LOGIN, "account_login_code_confirm")
    return _already(request) or _page(request, "login_code", PhoneForm(request.POST or None), act)


@access(public)
@never_cache
@sensitive_post_parameters("code")
def login_code_confirm(request: HttpRequest) -> HttpResponse:
    """Sign in with the code that was sent."""
    challenge = _challenge(request, OneTimeCode.Purpose.LOGIN)
    if challenge is None:
        return _already(request) or redirect("account_login_code")
    code_id, phone = challenge

    def act(request: HttpRequest, form: PlainForm) -> HttpResponse:
        account = signin.by_code(code_id, form.cleaned_data["code"])
        request.session.pop(CHALLENGE, None)
        return signin.complete(request, account, "code")

    context = {"phone": normal.masked_phone(phone), "next": request.session.get("account_next", "")}
    return _page(request, "code_confirm", CodeForm(request.POST or None), act, context)


@access(public)
@never_cache
@sensitive_post_parameters("password", "id_number")
def signup(request: HttpRequest) -> HttpResponse:
    """Sign up as a resident: name, identity number, phone and password."""

    def act(request: HttpRequest, form: PlainForm) -> HttpResponse:
        signin.begin_signup(request, form.cleaned_data)
        return redirect("account_signup_confirm")

    return _already(request) or _page(request, "signup", SignupForm(request.POST or None), act)


@access(public)
@never_cache
@sensitive_post_parameters("code")
def signup_confirm(request: HttpRequest) -> HttpResponse:
    """Prove the phone with the code; then the account exists and is signed in."""
    pending = request.session.get(signin.PENDING)
    if pending is None:
        return _already(request) or redirect("account_signup")

    def act(request: HttpRequest, form: PlainForm) -> HttpResponse:
        account = signin.finish_signup(request, form.cleaned_data["code"])
        return signin.complete(request, account, "code", signup=True)

    context = {"phone": normal.masked_phone(pending["phone"]), "signup": True}
    return _page(request, "code_confirm", CodeForm(request.POST or None), act, context)


@access(public)
@never_cache
def reset(request: HttpRequest) -> HttpResponse:
    """Ask for a code to set a new password."""
    act = _ask_code(OneTimeCode.Purpose.RESET, "account_reset_password_confirm")
    return _page(request, "reset", PhoneForm(request.POST or None), act)


@access(public)
@never_cache
@sensitive_post_parameters("password", "code")
def reset_confirm(request: HttpRequest) -> HttpResponse:
    """Set the new password with the code. Signing in follows, with the second factor where there is one."""
    challenge = _challenge(request, OneTimeCode.Purpose.RESET)
    if challenge is None:
        return redirect("account_reset_password")
    code_id, phone = challenge

    def act(request: HttpRequest, form: PlainForm) -> HttpResponse:
        account = signin.reset_password(code_id, form.cleaned_data["code"], form.cleaned_data["password"])
        request.session.pop(CHALLENGE, None)
        return signin.complete(request, account, "code")

    context: dict[str, object] = {"phone": normal.masked_phone(phone)}
    return _page(request, "reset_confirm", ResetForm(request.POST or None), act, context)


@access(public)
@require_POST
@never_cache
def logout(request: HttpRequest) -> HttpResponse:
    """Sign out; the session and what it held are gone."""
    get_adapter().logout(request)
    return redirect("/")


@access(public)
@never_cache
def inactive(request: HttpRequest) -> HttpResponse:
    """Where a closed account ends up."""
    return render(request, "identity/inactive.html", status=403)
