"""Errors that faces turn into plain words; nothing else may reach a user."""

from dataclasses import dataclass

from django.utils.translation import gettext as _


class DomainError(Exception):
    """Base of every error a room raises on purpose. ``code`` is stable, ``message`` is for the reader."""

    status = 400

    def __init__(self, message: str, *, code: str = "invalid") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one field: where, which rule, and what to do about it."""

    field: str
    rule: str
    message: str


class Invalid(DomainError):
    """Input breaks named rules of named fields (HTTP 422)."""

    status = 422

    def __init__(self, *problems: FieldProblem) -> None:
        super().__init__("; ".join(str(p.message) for p in problems), code="invalid")
        self.problems = problems


def invalid(field: str, rule: str, message: str) -> Invalid:
    """Shorthand for an :class:`Invalid` with one problem."""
    return Invalid(FieldProblem(field, rule, message))


class SignInNeeded(DomainError):
    """Nobody is signed in, and this is not for everybody (HTTP 401)."""

    status = 401

    def __init__(self, message: str = "", *, code: str = "not_signed_in") -> None:
        super().__init__(message or _("请先登录"), code=code)


class Forbidden(DomainError):
    """The actor may not do this (HTTP 403)."""

    status = 403

    def __init__(self, message: str = "", *, code: str = "forbidden") -> None:
        super().__init__(message or _("您没有权限进行此操作"), code=code)


class NotFound(DomainError):
    """There is no such row, or the actor may not know of it (HTTP 404)."""

    status = 404

    def __init__(self, message: str = "", *, code: str = "not_found") -> None:
        super().__init__(message or _("没有找到"), code=code)


class Conflict(DomainError):
    """The state has moved on: taken, submitted, changed elsewhere (HTTP 409)."""

    status = 409

    def __init__(self, message: str, *, code: str = "conflict") -> None:
        super().__init__(message, code=code)
