"""Counts of subjects for statistics; nobody's number or name leaves here."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, CharField, Count, IntegerField, Value, When
from django.db.models.functions import Cast, Mod, Substr

from tongban.identity.models import Subject

BANDS = ((0, "0–17"), (18, "18–34"), (35, "35–59"), (60, "60+"))  # full years; the band begins here


@dataclass(frozen=True, slots=True)
class PersonCount:
    """Persons of a city by sex (``1`` male, ``2`` female) and age band."""

    city: str
    sex: str
    band: str
    persons: int


def person_counts(today: date) -> list[PersonCount]:
    """Persons with a valid number by city, sex and age (years of birth apart) at ``today``."""
    age = Value(today.year) - Cast(Substr("id_number", 7, 4), IntegerField())
    older = [When(age__gte=first, then=Value(words)) for first, words in reversed(BANDS)]
    rows = (
        Subject.objects.filter(kind=Subject.Kind.PERSON, id_number__regex=r"^\d{17}[0-9X]$")
        .exclude(division="")
        .annotate(
            city=Substr("division", 1, 4),
            odd=Mod(Cast(Substr("id_number", 17, 1), IntegerField()), Value(2)),
            age=age,
            band=Case(*older, default=Value(BANDS[0][1]), output_field=CharField()),
        )
        .values_list("city", "odd", "band")
        .annotate(n=Count("id"))
        .order_by("city", "odd", "band")
    )
    return [PersonCount(city, "1" if odd else "2", band, n) for city, odd, band, n in rows]


def legal_counts() -> list[tuple[str, int]]:
    """Legal persons by county."""
    rows = (
        Subject.objects.filter(kind=Subject.Kind.LEGAL)
        .exclude(division="")
        .annotate(county=Substr("division", 1, 6))
        .values_list("county")
        .annotate(n=Count("id"))
        .order_by("county")
    )
    return [(county, n) for county, n in rows]
