"""One-time codes: sent by SMS through the sandbox, redeemed once, guessed at five times at most."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from tongban.conftest import PASSWORD, AccountFactory, Person, invented_id_number
from tongban.identity import codes
from tongban.identity.models import Account, OneTimeCode, Subject
from tongban.kit.errors import Invalid
from tongban.notices.models import Delivery, SandboxMessage

Jobs = Callable[[], list[str]]


def read_code(phone: str) -> str:
    """The code in the newest message that the sandbox's phone shows."""
    text = (
        SandboxMessage.objects.filter(target=phone).order_by("-created_at").values_list("text", flat=True)[0]
    )
    found = re.search(r"\b\d{6}\b", text)
    assert found
    return found[0]


def ask(client: Client, phone: str, path: str = "/account/login/code/") -> int:
    return client.post(path, {"phone": phone}).status_code


@pytest.mark.django_db
def test_a_code_signs_in_and_is_never_readable_in_the_database(resident: Person, run_jobs: Jobs) -> None:
    client = Client()
    assert ask(client, resident.account.phone) == 302
    waiting = Delivery.objects.get(target=resident.account.phone)
    assert waiting.sealed
    assert waiting.text == ""
    run_jobs()
    code = read_code(resident.account.phone)
    row = OneTimeCode.objects.get()
    assert code not in row.digest
    assert code not in waiting.sealed
    sent = Delivery.objects.get(pk=waiting.pk)
    assert (sent.state, sent.sealed) == ("sent", "")
    answer = client.post("/account/login/code/confirm/", {"code": code, "next": "/cases/"})
    assert answer.status_code == 302
    assert answer["Location"] == "/cases/"
    assert client.session["_auth_user_id"] == str(resident.account.pk)
    again = Client()
    session = again.session
    session["account_code"] = {"id": str(row.id), "purpose": "login", "phone": row.target}
    session.save()
    again.cookies["sessionid"] = session.session_key
    assert again.post("/account/login/code/confirm/", {"code": code}).status_code == 422


@pytest.mark.django_db
def test_an_unknown_phone_gets_the_same_answer_and_no_message(resident: Person, run_jobs: Jobs) -> None:
    known, unknown = Client(), Client()
    answers = [
        c.post("/account/login/code/", {"phone": p})
        for c, p in ((known, resident.account.phone), (unknown, "13700000002"))
    ]
    assert [a.status_code for a in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    run_jobs()
    assert not SandboxMessage.objects.filter(target="13700000002").exists()
    page = unknown.post("/account/login/code/confirm/", {"code": "123456"})
    assert page.status_code == 422


@pytest.mark.django_db
def test_five_wrong_guesses_spend_the_code(resident: Person, run_jobs: Jobs) -> None:
    row = codes.request_code("login", resident.account.phone, "::1")
    run_jobs()
    code = read_code(resident.account.phone)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(codes.TRIES):
        with pytest.raises(Invalid):
            codes.redeem(row.id, "login", wrong)
    with pytest.raises(Invalid):
        codes.redeem(row.id, "login", code)


@pytest.mark.django_db
def test_a_code_ends_after_five_minutes_with_the_next_one_and_for_another_purpose(
    resident: Person, run_jobs: Jobs
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as now:
        first = codes.request_code("login", resident.account.phone, "::1")
        run_jobs()
        code = read_code(resident.account.phone)
        with pytest.raises(Invalid):
            codes.redeem(first.id, "reset", code)
        now.shift(timedelta(seconds=61))
        second = codes.request_code("login", resident.account.phone, "::1")
        with pytest.raises(Invalid):
            codes.redeem(first.id, "login", code)
        run_jobs()
        late = read_code(resident.account.phone)
        now.shift(codes.LIFE)
        with pytest.raises(Invalid):
            codes.redeem(second.id, "login", late)


@pytest.mark.django_db
def test_codes_are_limited_per_phone(resident: Person) -> None:
    assert ask(Client(), resident.account.phone) == 302
    answer = Client().post("/account/login/code/", {"phone": resident.account.phone})
    assert answer.status_code == 429
    assert "分钟后再试" in answer.content.decode()
    assert ask(Client(), "12345") == 422


@pytest.mark.django_db(transaction=True)
def test_parallel_redemption_succeeds_once(run_jobs: Jobs) -> None:
    account = AccountFactory()
    row = codes.request_code("login", account.phone, "::1")
    run_jobs()
    code = read_code(account.phone)
    barrier = Barrier(4)

    def redeem(_: int) -> bool:
        try:
            barrier.wait()
            codes.redeem(row.id, "login", code)
        except Invalid:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(redeem, range(4))) == [False, False, False, True]


def sign_up(client: Client, **changes: str):
    data = {"name": "林小满", "id_number": invented_id_number(), "phone": "13600000001", "password": PASSWORD}
    return client.post("/account/signup/", data | changes)


@pytest.mark.django_db
def test_signing_up_binds_the_person(run_jobs: Jobs) -> None:
    number = invented_id_number()
    client = Client()
    assert sign_up(client, id_number=number).status_code == 302
    assert not Account.objects.exists()
    run_jobs()
    answer = client.post("/account/signup/confirm/", {"code": read_code("13600000001")})
    assert answer.status_code == 302
    account = Account.objects.select_related("subject").get()
    assert account.subject is not None
    assert (account.subject.id_number, account.subject.name, account.phone) == (
        number,
        "林小满",
        "13600000001",
    )
    assert account.check_password(PASSWORD)
    assert client.get("/account/").status_code == 200


@pytest.mark.django_db
def test_signing_up_names_what_is_wrong() -> None:
    number = invented_id_number()
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    answer = sign_up(Client(), id_number=wrong, password="short")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "公民身份号码不正确" in text
    assert "id_id_number-error" in text
    assert "id_password-error" in text


@pytest.mark.django_db
@pytest.mark.parametrize("taken", ["number", "name"])
def test_what_is_registered_is_told_only_after_the_code_and_in_one_way(
    resident: Person, run_jobs: Jobs, taken: str
) -> None:
    assert resident.subject is not None
    number = resident.subject.id_number
    if taken == "name":
        Account.objects.update(subject=None)
    client = Client()
    name = resident.subject.name if taken == "number" else "别人"
    assert sign_up(client, id_number=number, name=name).status_code == 302
    run_jobs()
    answer = client.post("/account/signup/confirm/", {"code": read_code("13600000001")})
    assert "无法用这些信息注册" in answer.content.decode()
    assert Account.objects.count() == 1
    assert Subject.objects.count() == 1


@pytest.mark.django_db
def test_a_phone_in_use_gets_no_sign_up_code(resident: Person, run_jobs: Jobs) -> None:
    assert sign_up(Client(), phone=resident.account.phone).status_code == 302
    run_jobs()
    assert not SandboxMessage.objects.exists()


@pytest.mark.django_db
def test_a_forgotten_password_is_set_by_code(resident: Person, run_jobs: Jobs) -> None:
    client = Client()
    assert ask(client, resident.account.phone, "/account/password/reset/") == 302
    run_jobs()
    code = read_code(resident.account.phone)
    weak = client.post("/account/password/reset/confirm/", {"code": code, "password": "123"})
    assert weak.status_code == 422
    assert (
        client.post(
            "/account/password/reset/confirm/", {"code": code, "password": "Brand-new-horse-9"}
        ).status_code
        == 302
    )
    resident.account.refresh_from_db()
    assert resident.account.check_password("Brand-new-horse-9")
    assert resident.client.get("/account/").status_code == 302
