"""Texts cut to the protocol's sizes: nothing is lost, nothing is too long, no character is torn."""

from hypothesis import given
from hypothesis import strategies as st

from tongban.wechat.wording import LONGEST, cut, parts, shortened, size

TEXTS = st.text(st.sampled_from("通办a。；\n😀 "), max_size=1500)


@given(TEXTS, st.integers(40, 400))
def test_parts_hold_everything_and_fit(text: str, most: int) -> None:
    found = parts(text, most)
    assert all(size(part) <= most for part in found)
    assert "".join(found).replace("\n", "") == text.replace("\n", "")


@given(TEXTS, st.integers(10, 400))
def test_a_shortened_text_is_a_beginning(text: str, most: int) -> None:
    short = shortened(text, most)
    assert size(short) <= most
    assert text.startswith(short.removesuffix("…"))


def test_a_last_line_is_never_cut_off() -> None:
    link = "https://tongban.test/cases/1/"
    message = cut("长" * 3000, link)
    assert size(message) <= LONGEST
    assert message.endswith("…\n" + link)
    assert cut("短", link) == f"短\n{link}"
    assert cut("短") == "短"


def test_a_long_line_is_broken_after_a_sentence() -> None:
    first, *_rest = parts("第一句很短。" + "二" * 100, 120)
    assert first == "第一句很短。"
