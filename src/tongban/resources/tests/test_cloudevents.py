"""Signatures, origins and pauses; pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.resources.hooks import cloudevents, delivering


@given(st.text(), st.binary(), st.integers(0, 2**33), st.integers(-600, 600))
def test_a_signature_holds_for_its_secret_body_and_minutes(
    secret: str, body: bytes, at: int, off: int
) -> None:
    secret = secret.encode("utf-8", "replace").decode()
    header = cloudevents.signature(secret, body, at)
    assert cloudevents.signed(secret, body, header, at + off) == (abs(off) <= cloudevents.TOLERANCE)
    assert not cloudevents.signed(secret + "x", body, header, at)
    assert not cloudevents.signed(secret, body + b"x", header, at)


@given(st.text())
def test_nonsense_is_no_signature(header: str) -> None:
    assert not cloudevents.signed("secret", b"{}", header.encode("utf-8", "replace").decode(), 0)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://A.gov.cn/x?y=1", "https://a.gov.cn:443"), ("http://a:8080", "http://a:8080"),
        ("http://a:80/", "http://a:80"), ("https://[::1]:9/", "https://::1:9"), ("//a/", ""), ("a", ""),
        ("http://a:port/", ""), ("http://u:p@a/", ""), ("http://a/#f", ""), ("http://ａ/", ""),
        ("http:///x", ""),
    ],
)  # fmt: skip
def test_an_origin_has_one_spelling(url: str, found: str) -> None:
    assert cloudevents.origin(url) == found


@given(st.integers(1, 10_000))
def test_pauses_grow_to_six_hours(failures: int) -> None:
    assert delivering.pause(failures) <= delivering.pause(failures + 1) <= delivering.LONGEST_PAUSE
    assert delivering.pause(1) == delivering.FIRST_PAUSE


@given(st.text())
def test_a_retry_after_that_is_none_asks_for_nothing(text: str) -> None:
    assert delivering._asked(text) >= 0
    assert delivering._asked("120") == 120
