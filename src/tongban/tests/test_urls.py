"""The base case, run against every URL there is: who may open it, who may not, and never a 500.

A URL that declares no access rule fails here. Which *rows* a visitor may see is tested beside each view.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tongban.conftest import AccountFactory, PostFactory, actor_of_account, client_of
from tongban.kit import access
from tongban.kit.actors import ANONYMOUS, Actor
from tongban.kit.urlrules import rule_for_path
from tongban.organisations.models import Department

NOBODY = "01900000-0000-7000-8000-000000000000"
SAMPLES = {"uuid": NOBODY, "uuidstr": NOBODY, "int": "1", "slug": "none", "str": "none", "path": "none"}
ROLES = [
    "clerk",
    "reviewer",
    "approver",
    "chief",
    "steward",
    "item_editor",
    "hall_manager",
    "supervisor",
    "leader",
    "operator",
    "legal",
]
VISITORS = ["anonymous", "resident", *ROLES]


def leaves(patterns: list[Any], prefix: str = "/") -> Iterator[tuple[str, Any]]:
    """Every URL of the site as a concrete path with its view."""
    for pattern in patterns:
        route = str(pattern.pattern)
        for name, converter in getattr(pattern.pattern, "converters", {}).items():
            kind = (
                type(converter)
                .__name__.removesuffix("Converter")
                .lower()
                .removeprefix("ninja")
                .replace("string", "str")
            )
            for form in (f"<{kind}:{name}>", f"<{name}>"):
                route = route.replace(form, SAMPLES.get(kind, "none"))
        path = prefix + route.lstrip("^").rstrip("$").replace("\\Z", "")
        if isinstance(pattern, URLResolver):
            yield from leaves(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.callback


ALL = sorted(dict(leaves(get_resolver().url_patterns)).items())
Visit = Callable[[str], tuple[Actor, Client]]


def rule_of(path: str, view: Any) -> access.Rule | None:
    return access.rule_of(view) or rule_for_path(path)


@pytest.fixture
def visit(request: pytest.FixtureRequest) -> Visit:
    def as_visitor(kind: str) -> tuple[Actor, Client]:
        if kind == "anonymous":
            return ANONYMOUS, Client()
        if kind == "resident":
            account = AccountFactory()  # a fresh one each time: some doors end one's sessions
        else:
            department: Department = request.getfixturevalue("department")
            account = PostFactory(role=kind, staff__department=department).staff.account
        return actor_of_account(account), client_of(account)

    return as_visitor


@pytest.mark.parametrize(("path", "view"), ALL, ids=[path for path, _ in ALL])
def test_every_url_declares_who_may_open_it(path: str, view: Any) -> None:
    assert rule_of(path, view) is not None, f"{path} declares no access rule"


@pytest.mark.parametrize("kind", VISITORS)
@pytest.mark.django_db
def test_every_rule_is_kept(kind: str, visit: Visit) -> None:
    """Each kind of visitor knocks at each door, by GET and by POST; the answer follows the declared rule."""
    wrong: list[str] = []
    for path, view in ALL:
        rule = rule_of(path, view)
        if rule is None:
            continue  # the other test's business
        for method in ("get", "post"):
            actor, client = visit(kind)
            client.raise_request_exception = False
            response = getattr(client, method)(path)
            refused = response.headers.get("X-Access-Refused") == "1"
            if refused == rule.allows(actor):
                wrong.append(f"{method} {path}: {response.status_code}, rule {rule.name}")
            # A probe of a part that is not up may answer 503; a page that breaks may not answer 500.
            elif response.status_code == 500:
                wrong.append(f"{method} {path} breaks")
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_some_doors_are_open_and_some_closed_to_each(visit: Visit) -> None:
    """The walk above would pass on an empty site, or on one that refuses everybody."""
    for kind in VISITORS:
        actor, _client = visit(kind)
        allowed = [rule.allows(actor) for path, view in ALL if (rule := rule_of(path, view)) is not None]
        assert any(allowed)
        assert not all(allowed)
