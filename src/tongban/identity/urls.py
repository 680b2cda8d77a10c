"""The account pages; of allauth's only those that are named here can be reached."""

from collections.abc import Callable
from typing import Any

from allauth.account import views as allauth
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, path

from tongban.identity.views import entering, own
from tongban.kit.access import Rule, access, public, signed_in


def theirs(view: Callable[..., HttpResponseBase], rule: Rule) -> Callable[..., HttpResponseBase]:
    """A view of allauth under one of our access rules."""

    def wrapped(*args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(*args, **kwargs)

    return access(rule)(wrapped)


urlpatterns: list[URLPattern | URLResolver] = [
    path("", own.overview, name="account_overview"),
    path("login/", entering.login, name="account_login"),
    path("login/code/", entering.login_code, name="account_login_code"),
    path("login/code/confirm/", entering.login_code_confirm, name="account_login_code_confirm"),
    path("logout/", entering.logout, name="account_logout"),
    path("inactive/", entering.inactive, name="account_inactive"),
    path("signup/", entering.signup, name="account_signup"),
    path("signup/confirm/", entering.signup_confirm, name="account_signup_confirm"),
    path("password/", own.change_password, name="account_change_password"),
    path("password/reset/", entering.reset, name="account_reset_password"),
    path("password/reset/confirm/", entering.reset_confirm, name="account_reset_password_confirm"),
    path("sessions/end/", own.end_sessions, name="account_end_sessions"),
    path("acting/", own.acting_for, name="account_acting"),
    path("agents/", own.agents, name="account_agents"),
    path("agents/<uuid:agency_id>/revoke/", own.revoke, name="account_revoke_agency"),
    path("reauthenticate/", theirs(allauth.reauthenticate, signed_in), name="account_reauthenticate"),
    # The second factor is asked for before anybody is signed in.
    path("2fa/authenticate/", theirs(mfa.authenticate, public), name="mfa_authenticate"),
    path("2fa/reauthenticate/", theirs(mfa.reauthenticate, signed_in), name="mfa_reauthenticate"),
    path("2fa/", theirs(mfa.index, signed_in), name="mfa_index"),
    path("2fa/totp/activate/", theirs(totp.activate_totp, signed_in), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", theirs(totp.deactivate_totp, signed_in), name="mfa_deactivate_totp"),
    path("2fa/codes/", theirs(recovery.view_recovery_codes, signed_in), name="mfa_view_recovery_codes"),
    path(
        "2fa/codes/generate/",
        theirs(recovery.generate_recovery_codes, signed_in),
        name="mfa_generate_recovery_codes",
    ),
]
