"""Real licence identifiers, the published digest, and what a wrong character does."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.standards import licence_ids
from tongban.standards.sm3 import by_gmalg, sm3

REAL = [
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
    "1.2.156.3005.2.11100000000013338W032.11220000013544541J.2430599.001.F",
    "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9",
    "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
]


@pytest.mark.parametrize("identifier", REAL)
def test_real_identifiers_pass_and_come_apart(identifier: str) -> None:
    assert licence_ids.check_identifier(identifier)
    assert str(licence_ids.parse_identifier(identifier)) == identifier


def test_an_identifier_is_made() -> None:
    made = licence_ids.make_identifier("11100000000013338W011", "11430000006122244L", "20230000403", "001")
    assert made == REAL[0]


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("1110", "11430000006122244L", "1", "001"), "type21"),
        (("11100000000013338W011", "3501", "1", "001"), "issuer18"),
        (("11100000000013338W011", "11430000006122244L", "", "001"), "serial"),
        (("11100000000013338W011", "11430000006122244L", "1", "1"), "version3"),
        (("11100000000013338w011", "11430000006122244L", "1", "001"), "type21"),
    ],
)
def test_a_part_of_wrong_form_is_named(parts: tuple[str, str, str, str], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        licence_ids.make_identifier(*parts)


@pytest.mark.parametrize("text", ["", "1.2.156.3005.2.", "1.2.3", REAL[0] + ".X", REAL[0][1:]])
def test_other_texts_are_no_identifier(text: str) -> None:
    assert not licence_ids.check_identifier(text)


@given(st.sampled_from(REAL), st.data())
def test_any_one_wrong_character_is_noticed(identifier: str, data: st.DataObject) -> None:
    places = [n for n in range(len(licence_ids.ROOT) + 1, len(identifier)) if identifier[n] != "."]
    place = data.draw(st.sampled_from(places))
    other = data.draw(
        st.sampled_from([c for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c != identifier[place]])
    )
    assert not licence_ids.check_identifier(identifier[:place] + other + identifier[place + 1 :])


def test_sm3_gives_the_published_digest() -> None:
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3(b"abc").hex() == expected
    assert by_gmalg(b"abc").hex() == expected


@given(st.binary(max_size=300))
def test_both_implementations_of_sm3_agree(data: bytes) -> None:
    assert sm3(data) == by_gmalg(data)
    assert sm3(data) != hashlib.sha256(data).digest()
