"""Departments, halls, licence types and items of the demo province: as the content files say."""

from uuid import UUID

from tongban.demo import content
from tongban.items import service as items
from tongban.organisations import service as organisations


def load_departments() -> dict[str, UUID]:
    """Departments and halls, made or brought up to date. Returns department ids by slug."""
    made: dict[str, UUID] = {}
    for entry in content.departments():
        row = organisations.ensure_department(
            entry["slug"],
            entry["uscc"],
            entry["name"],
            short_name=entry["short_name"],
            division=entry["division"],
            kind=entry["kind"],
        )
        made[entry["slug"]] = row.id
    for hall in content.halls():
        organisations.ensure_hall(
            hall["name"],
            hall["division"],
            address=hall["address"],
            hours=hall["hours"],
            phone=hall["phone"],
            lon=hall["lon"],
            lat=hall["lat"],
        )
    return made


def load_item(slug: str) -> None:
    """Publish one item; the same content again changes nothing."""
    items.load_item(next(item for item in content.items() if item["slug"] == slug))
