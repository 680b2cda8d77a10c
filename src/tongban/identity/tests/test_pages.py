"""Every account page: who may open it, who may not, in both languages."""

import pytest
from django.test import Client
from django.urls import reverse

from tongban.conftest import PASSWORD, Person
from tongban.identity.urls import urlpatterns
from tongban.kit.access import rule_of

pytestmark = pytest.mark.django_db
OPEN = ["account_login", "account_login_code", "account_signup", "account_reset_password"]
OWN = ["account_overview", "account_change_password", "account_reauthenticate", "mfa_index"]
RESIDENTS = ["account_acting"]


def test_every_view_declares_its_rule() -> None:
    assert all(rule_of(pattern.callback) is not None for pattern in urlpatterns)


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_entrances_are_open(name: str, language: str) -> None:
    answer = Client().get(reverse(name), headers={"accept-language": language})
    assert answer.status_code == 200
    assert b"<h1" in answer.content
    assert b" style=" not in answer.content
    assert b"<script>" not in answer.content


@pytest.mark.parametrize("name", OPEN[:3])
def test_entrances_send_on_who_is_in(resident: Person, name: str) -> None:
    assert resident.client.get(reverse(name)).status_code == 302


@pytest.mark.parametrize("name", [*OWN, *RESIDENTS, "account_agents"])
def test_own_pages_are_closed_to_visitors(name: str) -> None:
    answer = Client().get(reverse(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/?next=")


@pytest.mark.parametrize("name", OWN)
def test_own_pages_open_for_residents_and_staff(resident: Person, clerk: Person, name: str) -> None:
    assert resident.client.get(reverse(name)).status_code == 200
    assert clerk.client.get(reverse(name)).status_code == 200


def test_acting_is_for_residents(resident: Person, clerk: Person, representative: Person) -> None:
    assert resident.client.get(reverse("account_acting")).status_code == 200
    assert clerk.client.get(reverse("account_acting")).status_code == 403
    assert representative.client.get(reverse("account_agents")).status_code == 200
    assert resident.client.get(reverse("account_agents")).status_code == 403
    assert clerk.client.get(reverse("account_agents")).status_code == 403


@pytest.mark.parametrize(
    ("name", "to"),
    [
        ("account_login_code_confirm", "/account/login/code/"),
        ("account_signup_confirm", "/account/signup/"),
        ("account_reset_password_confirm", "/account/password/reset/"),
        ("mfa_authenticate", "/account/login/"),
    ],
)
def test_second_steps_need_the_first(name: str, to: str) -> None:
    answer = Client().get(reverse(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith(to)


def test_pages_of_allauth_without_our_look_do_not_exist() -> None:
    for path in ("email/", "confirm-email/", "2fa/webauthn/", "password/set/", "phone/change/"):
        assert Client().get(f"/account/{path}").status_code == 404


def test_the_second_factor_is_asked_for_and_its_secret_is_sealed(clerk: Person) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    clerk.client.post("/account/logout/")
    client = clerk.client
    login = {"login": clerk.account.username, "password": PASSWORD}
    client.post("/account/login/", login)
    asked = client.get(reverse("mfa_activate_totp"))["Location"]
    assert asked.startswith(reverse("account_reauthenticate"))
    assert client.post(asked, {"password": "wrong-wrong-1"}).status_code == 200
    assert client.post(asked, {"password": PASSWORD})["Location"] == reverse("mfa_activate_totp")
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200
    assert b"data:image/svg+xml" in page.content
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    row = Authenticator.objects.get(user=clerk.account, type="totp")
    assert secret not in str(row.data)
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200
    again = Client()
    assert again.post("/account/login/", login)["Location"].startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in again.session
    assert again.get(reverse("mfa_authenticate")).status_code == 200
    assert again.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    backup = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"][0]
    assert again.post(reverse("mfa_authenticate"), {"code": backup}).status_code == 302
    assert again.session["_auth_user_id"] == str(clerk.account.pk)


def test_who_is_known_costs_few_queries(
    resident: Person, clerk: Person, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(3):
        resident.client.get("/sandbox/faults/")
    with django_assert_max_num_queries(3):
        clerk.client.get("/sandbox/faults/")
    with django_assert_max_num_queries(0):
        Client().get("/sandbox/faults/")
