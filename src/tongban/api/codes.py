"""Local codes and their national counterparts."""

from django.http import HttpRequest
from ninja import Router, Schema

from tongban.items import service as items

router = Router()


class SystemOut(Schema):
    key: str
    name: str


class MappedOut(Schema):
    system: str
    site: str
    local_code: str
    national_code: str | None


@router.get("", response=list[SystemOut])
def systems(request: HttpRequest) -> list[SystemOut]:
    """The national code tables."""
    return [SystemOut(key=key, name=name) for key, name in items.systems().items()]


@router.get("/{system}", response=MappedOut)
def mapped(request: HttpRequest, system: str, site: str, code: str) -> MappedOut:
    """The national code of a site's local code or word; null where no table knows one."""
    local = code.replace("\x00", "")[:80]
    found = items.national(system, site.replace("\x00", "")[:40], local)
    return MappedOut(system=system, site=site, local_code=local, national_code=found)
