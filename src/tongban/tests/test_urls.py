"""The base case, run against every URL there is: who may open it, who may not, and never a 500.

A URL that declares no access rule fails here. Which *rows* a visitor may see is tested beside each view.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tongban.kit import access
from tongban.kit.actors import ANONYMOUS, Actor, PostHeld
from tongban.kit.urlrules import rule_for_path

NOBODY = UUID("01900000-0000-7000-8000-000000000000")
SAMPLES = {"uuid": str(NOBODY), "int": "1", "slug": "nichts", "str": "nichts", "path": "nichts"}
RESIDENT = Actor(kind="resident", name="居民", account_id=NOBODY, subject_id=NOBODY)
ROLES = (
    "clerk reviewer approver chief steward item_editor hall_manager supervisor leader operator".split()
)


def staff_actor(*roles: str) -> Actor:
    posts = tuple(PostHeld(role, NOBODY, "某局", "35") for role in roles)
    return Actor(kind="staff", name="工作人员", account_id=NOBODY, staff_id=NOBODY, posts=posts)


def leaves(patterns: list[Any], prefix: str = "/") -> Iterator[tuple[str, Any]]:
    """Every URL of the site as a concrete path with its view."""
    for pattern in patterns:
        route = str(pattern.pattern)
        for name, converter in getattr(pattern.pattern, "converters", {}).items():
            kind = type(converter).__name__.replace("Converter", "").lower().replace("string", "str")
            for form in (f"<{kind}:{name}>", f"<{name}>"):
                route = route.replace(form, SAMPLES.get(kind, "nichts"))
        path = prefix + route.lstrip("^").rstrip("$").replace("\\Z", "")
        if isinstance(pattern, URLResolver):
            yield from leaves(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.callback


ALL = sorted(dict(leaves(get_resolver().url_patterns)).items())


def rule_of(path: str, view: Any) -> access.Rule | None:
    return access.rule_of(view) or rule_for_path(path)


@pytest.mark.parametrize(("path", "view"), ALL, ids=[path for path, _ in ALL])
def test_every_url_declares_who_may_open_it(path: str, view: Any) -> None:
    assert rule_of(path, view) is not None, f"{path} declares no access rule"


@pytest.mark.parametrize("path", [path for path, _ in ALL])
@pytest.mark.parametrize(
    "actor",
    [ANONYMOUS, RESIDENT, staff_actor(), *(staff_actor(role) for role in ROLES)],
    ids=["anonymous", "resident", "staff", *ROLES],
)
@pytest.mark.django_db
def test_rule_is_kept_for_each_kind_of_visitor(
    path: str, actor: Actor, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = dict(ALL)[path]
    rule = rule_of(path, view)
    assert rule is not None
    monkeypatch.setattr("tongban.identity.middleware.actor_for", lambda request: actor)
    client.raise_request_exception = False
    response = client.get(path)
    if rule.allows(actor):
        assert response.status_code < 500, f"{path} breaks for {actor.kind}"
        assert not response.headers.get("X-Access-Refused"), f"{path} refuses {actor.kind} against its rule"
    else:
        assert response.headers.get("X-Access-Refused") == "1", f"{path} lets {actor.kind} in"
        assert response.status_code in (302, 403)
