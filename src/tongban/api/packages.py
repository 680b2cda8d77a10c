"""Theme packages: what there is, and my filings of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from tongban.kit.access import actor_of
from tongban.packages import service as packages

router = Router()


class MemberOut(Schema):
    key: str
    name: str
    code: str
    department: str
    days: int
    after: list[str]
    when: str
    problem: str


class PackageOut(Schema):
    code: str
    name: str
    summary: str
    members: list[MemberOut]
    fields_before: int
    fields_after: int
    materials_before: int
    materials_after: int
    days: int
    problem: str


class FilingOut(Schema):
    id: UUID
    number: str | None
    name: str
    state: str
    submitted_at: datetime | None


@router.get("", response=list[PackageOut])
def listing(request: HttpRequest) -> Any:
    """Every package in force, with what it saves."""
    return packages.packages()


@router.get("/mine", response=list[FilingOut])
def mine(request: HttpRequest) -> Any:
    """My package filings, newest first."""
    return packages.mine(actor_of(request))


@router.get("/{slug:code}", response=PackageOut)
def one(request: HttpRequest, code: str) -> Any:
    """One package."""
    return packages.view(packages.published(code))
