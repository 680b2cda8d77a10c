"""One's own account: security, acting for others, agents."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from tongban.identity import acting, agencies, normal, signin
from tongban.identity.forms import ChangePasswordForm, GrantForm
from tongban.identity.models import Account
from tongban.kit.access import access, actor_of, resident, signed_in
from tongban.kit.errors import DomainError, Forbidden, NotFound


def _account(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account):
        raise Forbidden
    return request.user


@access(signed_in)
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """Sign-in and security at a glance."""
    from allauth.mfa.utils import is_mfa_enabled

    account = _account(request)
    context = {
        "account": account,
        "phone": normal.masked_phone(account.phone),
        "mfa": is_mfa_enabled(account),
        "represents": agencies.represents(actor_of(request)),
    }
    return render(request, "identity/overview.html", context)


@access(signed_in)
@never_cache
@sensitive_post_parameters("old", "password")
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password."""
    form = ChangePasswordForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                data = form.cleaned_data
                signin.change_password(request, _account(request), data["old"], data["password"])
            except DomainError as error:
                form.show(error)
                status = error.status
            else:
                messages.success(request, _("密码已修改，其他设备上的登录已退出。"))
                return redirect("account_overview")
    return render(request, "identity/change_password.html", {"form": form}, status=status)


@access(signed_in)
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out on every other device."""
    signin.end_other_sessions(request, _account(request))
    messages.success(request, _("其他设备上的登录已全部退出。"))
    return redirect("account_overview")


@access(resident)
@never_cache
def acting_for(request: HttpRequest) -> HttpResponse:
    """For whom one acts: oneself or an enterprise."""
    if request.method == "POST":
        try:
            subject_id = UUID(request.POST.get("subject", ""))
        except ValueError:
            raise NotFound(_("没有找到这个主体")) from None
        chosen = acting.choose_acting(request, subject_id)
        messages.success(request, _("您现在以“%s”的身份办事。") % chosen.subject_name)
        return redirect(signin.safe_next(request, "/"))
    context = {"choices": agencies.acting_choices(_account(request)), "next": signin.safe_next(request)}
    return render(request, "identity/acting.html", context)


@access(resident)
@never_cache
def agents(request: HttpRequest) -> HttpResponse:
    """The agents of the legal person one represents, and a form to authorise another."""
    actor = actor_of(request)
    rows = agencies.agents_of(actor)
    form = GrantForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                agencies.grant_agency(actor, **form.cleaned_data)
            except DomainError as error:
                form.show(error)
                status = error.status
            else:
                messages.success(request, _("授权已生效。"))
                return redirect("account_agents")
    return render(request, "identity/agents.html", {"form": form, "rows": rows}, status=status)


@access(resident)
@require_POST
def revoke(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """Take back an authorisation."""
    agencies.revoke_agency(actor_of(request), agency_id)
    messages.success(request, _("授权已收回。"))
    return redirect("account_agents")
