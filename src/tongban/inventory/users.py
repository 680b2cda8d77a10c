"""Who uses an element: items whose forms prefill it, licence types, departments that are told of its changes,
and whatever rooms above say."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from tongban.items import service as items
from tongban.kit.actors import SYSTEM
from tongban.licences import service as licences
from tongban.resources import service as resources

BATCH = 500


@dataclass(frozen=True, slots=True)
class User:
    """One that uses an element. ``times``: how many carry it out; ``url`` may be empty."""

    name: str
    url: str = ""
    times: int = 1


Provider = Callable[[str], Iterable[User]]
_PROVIDERS: dict[str, tuple[Any, Provider]] = {}
_index: tuple[int, dict[str, list[User]]] = (0, {})


def register(kind: str, label: Any, provider: Provider) -> None:
    """A room above says here which of its things use an element (given by code)."""
    _PROVIDERS[kind] = (label, provider)


def users_of(code: str) -> list[tuple[str, str, list[User]]]:
    """Users of an element as (kind, words, users), without the kinds that have none."""
    found = ((kind, str(label), list(provider(code))) for kind, (label, provider) in _PROVIDERS.items())
    return [one for one in found if one[2]]


def _items(code: str) -> list[User]:
    """Each matter once, however many places carry it out; kept until another version is in force."""
    global _index  # noqa: PLW0603  (one index a process, replaced as a whole)
    ids = items.in_force()
    stamp = hash(tuple(ids))
    if _index[0] != stamp:
        _index = (stamp, _read(ids))
    return _index[1].get(code, [])


def _read(ids: list[Any]) -> dict[str, list[User]]:
    found: dict[str, dict[str, User]] = {}
    for start in range(0, len(ids), BATCH):
        for one in items.versions(ids[start : start + BATCH]):
            properties = ((one.form or {}).get("schema") or {}).get("properties") or {}
            for code in {p.get("x-element") for p in properties.values()} - {None}:
                matters = found.setdefault(code, {})
                key = one.basic_code or one.code
                before = matters.get(key)
                times = before.times + 1 if before else 1
                url = before.url if before else f"/items/{one.code}/"
                matters[key] = User(one.name, url, times)
    return {code: sorted(matters.values(), key=lambda u: u.name) for code, matters in found.items()}


def _licences(code: str) -> list[User]:
    return [User(one.name) for one in licences.types() if any(e.get("from") == code for e in one.elements)]


def _subscribers(code: str) -> list[User]:
    live = (one.row for one in resources.subscriptions(SYSTEM) if one.row.state != "ended")
    return [User(f"{row.department.short_name}：{row.name}") for row in live if code in row.elements]


register("items", _("表单预填的事项"), _items)
register("licences", _("证照照面"), _licences)
register("subscriptions", _("订阅变更的部门"), _subscribers)
