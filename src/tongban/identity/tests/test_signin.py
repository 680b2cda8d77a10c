"""Signing in by password: who may, lock-out, open redirects, fixation."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import identify_hasher, make_password
from django.test import Client
from django.utils import timezone

from tongban.conftest import PASSWORD, Person, client_of
from tongban.identity import throttle
from tongban.identity.models import Account
from tongban.trace.models import TraceRow

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"


def sign_in(client: Client, login: str, password: str = PASSWORD, **more: str):
    return client.post(LOGIN, {"login": login, "password": password, **more})


@pytest.mark.parametrize("by", ["phone", "id_number", "username", "spaced"])
def test_phone_number_or_user_name_lead_in(resident: Person, by: str) -> None:
    account = resident.account
    assert account.subject is not None
    logins = {
        "phone": account.phone, "id_number": account.subject.id_number.lower(), "username": account.username,
        "spaced": f"+86 {account.phone[:3]} {account.phone[3:]}",
    }  # fmt: skip
    client = Client()
    answer = sign_in(client, logins[by])
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    assert client.session["_auth_user_id"] == str(account.pk)


def test_staff_go_to_their_desk(clerk: Person) -> None:
    assert sign_in(Client(), clerk.account.username)["Location"] == "/work/"


def test_unknown_login_wrong_password_and_closed_account_read_the_same(resident: Person) -> None:
    wrong = sign_in(Client(), resident.account.phone, "nope-nope-nope")
    unknown = sign_in(Client(), "13700000000", "nope-nope-nope")
    Account.objects.update(is_active=False)
    closed = sign_in(Client(), resident.account.phone)
    texts = [a.content.decode().split("<main")[1] for a in (wrong, unknown, closed)]
    assert {a.status_code for a in (wrong, unknown, closed)} == {422}
    assert all("账号或密码不正确" in text for text in texts)


def test_guessing_locks_and_time_unlocks(resident: Person) -> None:
    phone = resident.account.phone
    with time_machine.travel(timezone.now(), tick=False) as now:
        for _ in range(throttle.PASSWORD.attempts):
            assert sign_in(Client(), phone, "wrong-wrong-1").status_code == 422
        locked = sign_in(Client(), phone)
        assert locked.status_code == 429
        assert "15 分钟后再试" in locked.content.decode()
        assert resident.account.subject is not None
        assert sign_in(Client(), resident.account.subject.id_number).status_code == 429
        now.shift(timedelta(seconds=throttle.PASSWORD.seconds + 1))
        assert sign_in(Client(), phone).status_code == 302
    actions = list(TraceRow.objects.filter(chain=str(resident.account.id)).values_list("action", flat=True))
    assert actions.count("identity.sign_in_refused") == throttle.PASSWORD.attempts
    assert "identity.sign_in_locked" in actions


def test_an_unknown_login_locks_too(db: None) -> None:
    codes = [sign_in(Client(), "13700000001", "wrong-wrong-1").status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]


def test_success_forgets_the_wrong_ones(resident: Person) -> None:
    for _ in range(3):
        for _ in range(4):
            sign_in(Client(), resident.account.phone, "wrong-wrong-1")
        assert sign_in(Client(), resident.account.phone).status_code == 302


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/x", "javascript:alert(1)", "/\\evil.example", "http:///evil"],
)
def test_next_leads_nowhere_else(resident: Person, elsewhere: str) -> None:
    assert sign_in(Client(), resident.account.phone, next=elsewhere)["Location"] == "/"
    assert "evil" not in Client().get(LOGIN, {"next": elsewhere}).content.decode().split("<main")[1]


def test_next_leads_to_an_own_page(resident: Person) -> None:
    assert sign_in(Client(), resident.account.phone, next="/cases/?page=2")["Location"] == "/cases/?page=2"


def test_the_session_is_new_after_signing_in(resident: Person) -> None:
    client = Client()
    client.post("/account/login/code/", {"phone": "13700000009"})
    before = client.session.session_key
    sign_in(client, resident.account.phone)
    assert before is not None
    assert client.session.session_key != before


def test_signing_out_ends_the_session_and_needs_post(resident: Person) -> None:
    assert resident.client.get("/account/logout/").status_code == 405
    assert resident.client.post("/account/logout/").status_code == 302
    assert resident.client.get("/account/").status_code == 302
    assert "_auth_user_id" not in resident.client.session


def test_passwords_are_hashed_with_scrypt(settings) -> None:
    from tongban import settings as real

    settings.PASSWORD_HASHERS = real.PASSWORD_HASHERS
    assert identify_hasher(make_password(PASSWORD)).algorithm == "scrypt"


def test_csrf_is_checked(resident: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, resident.account.phone).status_code == 403


def test_ending_sessions_leaves_only_this_one(resident: Person) -> None:
    other = client_of(resident.account)
    assert other.get("/account/").status_code == 200
    assert resident.client.post("/account/sessions/end/").status_code == 302
    assert resident.client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302


def test_changing_the_password(resident: Person) -> None:
    other = client_of(resident.account)
    post = {"old": "wrong-wrong-1", "password": "Another-horse-8"}
    assert "原密码不正确" in resident.client.post("/account/password/", post).content.decode()
    weak = resident.client.post("/account/password/", {"old": PASSWORD, "password": "12345678901"})
    assert weak.status_code == 422
    assert resident.client.post("/account/password/", post | {"old": PASSWORD}).status_code == 302
    assert resident.client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert sign_in(Client(), resident.account.phone, "Another-horse-8").status_code == 302
