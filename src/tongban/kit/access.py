"""Every URL declares who may open it; what declares nothing is closed.

A rule answers for the *kind* of visitor only. Which rows a visitor may see is decided by the room's
``access_*`` functions.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest

from tongban.kit.actors import ANONYMOUS, Actor

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE = "access_rule"


class Rule:
    """A named predicate over the actor."""

    def __init__(self, name: str, test: Callable[[Actor], bool]) -> None:
        self.name = name
        self.test = test

    def __repr__(self) -> str:
        return f"<Rule {self.name}>"

    def allows(self, actor: Actor) -> bool:
        return self.test(actor)


public = Rule("public", lambda _actor: True)
signed_in = Rule("signed_in", lambda actor: actor.kind in ("resident", "staff"))
resident = Rule("resident", lambda actor: actor.kind == "resident")
staff = Rule("staff", lambda actor: actor.kind == "staff")


def role(*names: str) -> Rule:
    """Staff with one of these roles in any post."""
    return Rule("role:" + "|".join(names), lambda actor: actor.has_role(*names))


def access(rule: Rule) -> Callable[[View], View]:
    """Declare who may open a view: ``@access(resident)``, outermost decorator."""

    def mark(view: View) -> View:
        setattr(view, ATTRIBUTE, rule)
        return view

    return mark


def rule_of(view: Callable[..., Any]) -> Rule | None:
    """The rule a view declares, or None (which means: closed)."""
    found: Rule | None = getattr(view, ATTRIBUTE, None)
    return found


def actor_of(request: HttpRequest) -> Actor:
    """The actor the identity room's middleware put on the request."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    return actor
