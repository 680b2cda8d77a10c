"""Divisions by code."""

from django.http import HttpRequest
from ninja import Router, Schema

from tongban.divisions import service as divisions
from tongban.kit.errors import NotFound

router = Router()


class DivisionOut(Schema):
    code: str
    name: str
    full_name: str


def _out(code: str, name: str) -> DivisionOut:
    return DivisionOut(code=code, name=name, full_name=divisions.full_name(code))


def _digits(code: str) -> str:
    if not (code.isascii() and code.isdigit()):
        raise NotFound
    return code


@router.get("/{code}", response=DivisionOut)
def division(request: HttpRequest, code: str) -> DivisionOut:
    """One division (GB/T 2260; towns by the statistical code)."""
    found = divisions.get(_digits(code))
    return _out(found.code, found.name)


@router.get("/{code}/children", response=list[DivisionOut])
def children(request: HttpRequest, code: str) -> list[DivisionOut]:
    """The divisions directly below."""
    return [_out(child.code, child.name) for child in divisions.children(divisions.get(_digits(code)).code)]
