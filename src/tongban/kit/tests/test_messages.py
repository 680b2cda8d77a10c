"""The English of the interface: the catalogue is whole, its fields agree, and pages come out in English."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import trans_real
from lxml import html

from tongban.kit import messages

CATALOGUE = messages.LOCALES / "en" / "LC_MESSAGES" / "django.po"
FIELD = re.compile(r"%\(\w+\)[sd]|%[sd]|</?\w+[^>]*>")
HAN = re.compile(r"[\u4e00-\u9fff]+")
# Chinese words that the English text gives as examples of what may be typed.
# What a page may hold that is not for translation: marked Chinese, code, and the seal of the word mark.
NOT_ENGLISH = "//*[@lang='zh-Hans'] | //script | //style | //*[contains(@class, 'wordmark__seal')]"
# Whatever the language, these are what a person types: in the search, in WeChat, in departments' files, and
# the number of an official document (闽数〔2026〕1号).
EXAMPLES = {"开饭店", "换身份证", "闽", "绑定", "进度", "是", "否", "无", "男", "女", "闽数", "号"}


def _texts(value: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (value or "",) if isinstance(value, str | None) else tuple(value)


@pytest.fixture(scope="module")
def compiled() -> Path:
    """The catalogue as Django reads it, read anew: English may have been asked for before it was there."""
    messages.compile_all()
    trans_real._translations.clear()  # type: ignore[attr-defined]  # Django offers no other way to read again
    return CATALOGUE.with_suffix(".mo")


def test_every_string_of_the_interface_has_its_english() -> None:
    report = messages.check()
    wrong = {kind: found for kind, found in report.items() if kind != "strings" and found}
    assert not wrong
    assert report["strings"] > 900


def test_both_sides_of_every_entry_have_the_same_fields_and_tags() -> None:
    for entry in messages._read("en", CATALOGUE):
        if not entry.id:
            continue
        wanted = Counter(FIELD.findall(_texts(entry.id)[0]))
        for text in _texts(entry.string):
            assert Counter(FIELD.findall(text)) == wanted, entry.id


def test_english_has_no_chinese_but_examples_of_what_to_type() -> None:
    for entry in messages._read("en", CATALOGUE):
        if entry.id:
            found = {word for text in _texts(entry.string) for word in HAN.findall(text)}
            assert found <= EXAMPLES, entry.id


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/", "/search/", "/account/login/", "/account/signup/", "/check/", "/help/", "/privacy/"]
)
def test_page_is_english_for_a_reader_of_english(address: str, compiled: Path, client: Client) -> None:
    assert compiled.exists()
    answer = client.get(address, headers={"accept-language": "en"})
    assert answer.status_code == 200
    page: Any = html.fromstring(answer.content)
    assert page.get("lang") == "en"
    for other in page.xpath(
        "//*[@lang='zh-Hans'] | //script | //style | //*[contains(@class, 'wordmark__seal')]"
    ):
        other.drop_tree()
    shown = page.xpath("//text() | //@aria-label | //@placeholder | //@alt | //@title | //input/@value")
    chinese = {word for text in shown for word in HAN.findall(str(text))}
    assert chinese <= EXAMPLES


@pytest.mark.django_db
def test_page_is_chinese_for_everyone_else(compiled: Path, client: Client) -> None:
    assert compiled.exists()
    answer = client.get("/", headers={"accept-language": "fr"})
    assert "您想办什么事" in answer.content.decode()
