"""One written form for what people type as phone or identity number. Pure."""

import re
import unicodedata

PHONE = re.compile(r"1[3-9]\d{9}")


def plain(text: str) -> str:
    """Half-width characters without spaces and hyphens."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text))


def phone(text: str) -> str:
    """A mainland mobile number as 11 digits, or an empty text when it is none."""
    digits = (
        plain(text).removeprefix("+").removeprefix("86") if plain(text).startswith("+86") else plain(text)
    )
    return digits if PHONE.fullmatch(digits) else ""


def id_number(text: str) -> str:
    """An identity number or credit code in its written form: half-width, capital letters."""
    return plain(text).upper()


def masked_phone(number: str) -> str:
    """``138****5678``: enough to recognise one's own."""
    return f"{number[:3]}****{number[-4:]}" if number else ""
