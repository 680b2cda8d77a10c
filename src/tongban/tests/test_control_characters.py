"""Text that cannot be stored, in every place a request has for text: never a 500, and the field is named."""

import json
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import get_resolver
from hypothesis import given
from hypothesis import strategies as st

from tongban.conftest import Person
from tongban.kit.plaintext import strings, unfit
from tongban.tests.test_urls import ALL, Visit, leaves, visit

__all__ = ["visit"]
NUL = "a\x00b"


def loose_paths() -> list[str]:
    """Every path with a part that takes any text, that part holding a NUL."""
    found = []
    for path, _view in leaves(get_resolver().url_patterns):
        if "/none" in path:
            found.append(path.replace("/none", "/" + quote(NUL)))
    return found


@pytest.mark.parametrize("kind", ["anonymous", "resident", "operator", "clerk"])
@pytest.mark.django_db
def test_no_url_breaks(kind: str, visit: Visit) -> None:
    broken: list[str] = []
    query = dict.fromkeys(("q", "page", "state", "division", "department", "theme", "next", "from"), NUL)
    for path, _view in ALL:
        _actor, client = visit(kind)
        client.raise_request_exception = False
        answers = {
            "query": client.get(path, query),
            "form": client.post(path, {"name": NUL, "text": NUL}),
            "json": client.post(path, json.dumps({"name": NUL}), content_type="application/json"),
        }
        broken += [f"{where} of {path}" for where, answer in answers.items() if answer.status_code == 500]
    for path in loose_paths():
        _actor, client = visit(kind)
        client.raise_request_exception = False
        for answer in (client.get(path), client.post(path)):
            if answer.status_code == 500:
                broken.append(path)
    assert not broken, "\n".join(broken)


def test_there_are_paths_that_take_any_text() -> None:
    """The walk above would pass with nothing to walk."""
    assert len(loose_paths()) > 10


@pytest.mark.django_db
def test_the_field_is_named(client: Client, resident: Person) -> None:
    api = client.get("/api/v1/items", {"q": NUL})
    assert (api.status_code, api.json()["problems"][0]["field"]) == (422, "q")
    assert api.json()["problems"][0]["rule"] == "control-characters"
    page = client.get("/search/", {"q": "办\x00照"})
    assert page.status_code == 200
    assert 'value="办照"' in page.content.decode()
    body = resident.client.post(
        "/api/v1/cases", '{"item": "x", "answers": {"a": ["b", "\\ud800"]}}', content_type="application/json"
    )
    assert (body.status_code, body.json()["problems"][0]["field"]) == (422, "answers.a.1")
    form = resident.client.post("/settings/notices/", {"sms": NUL})
    assert form.status_code == 422
    assert client.get("/items/" + quote(NUL) + "/").status_code == 404


@pytest.mark.django_db
def test_a_cookie_that_cannot_be_a_key_is_no_cookie(client: Client) -> None:
    answer = client.get("/cases/", headers={"cookie": 'sessionid="abcdefgh\\000ijkl"'})
    assert answer.status_code == 302


@pytest.mark.django_db
def test_emoji_tabs_and_lines_are_text(client: Client) -> None:
    assert client.get("/search/", {"q": "办照\t😀\n"}).status_code == 200
    escaped = client.post("/api/v1/cases", '{"item": "\\ud83d\\ude00"}', content_type="application/json")
    assert escaped.status_code == 401  # nobody is signed in; the text itself is fit


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_every_string_of_a_body_is_looked_at(value: object) -> None:
    """What passes the door survives the two ways text leaves us: UTF-8, and PostgreSQL's refusal of NUL."""
    if not any(unfit(text) for _name, text in strings(value)):
        raw = json.dumps(value, ensure_ascii=False)
        raw.encode()
        assert "\\u0000" not in raw
