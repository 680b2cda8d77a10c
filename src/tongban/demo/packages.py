"""Theme packages of the demo and one filing in progress."""

from collections.abc import Iterator
from functools import partial

import yaml

from tongban.demo import content
from tongban.demo.loading import Piece
from tongban.identity import service as identity
from tongban.kit.actors import SYSTEM
from tongban.organisations import service as organisations
from tongban.packages import service as packages


def entries() -> list[content.Entry]:
    """The packages of the content file."""
    return list(yaml.safe_load((content.CONTENT / "packages.yaml").read_text(encoding="utf-8")))


def load(entry: content.Entry) -> None:
    """Publish one package; the same content again changes nothing."""
    department = organisations.department_by_code(entry["department"])
    packages.ensure_package(
        SYSTEM,
        entry["code"],
        entry["name"],
        summary=entry["summary"],
        data=entry["definition"],
        department_id=department.id,
        division=department.division,
    )


def begin() -> None:
    """A draft of one person, to be taken up."""
    account = identity.find_account("chen")
    assert account is not None
    packages.start(identity.own_actor(account), "restaurant", {"insure": "yes"}, key="demo-restaurant")


def pieces() -> Iterator[Piece]:
    """One piece for each package, and the filing."""
    for entry in entries():
        yield Piece(f"package:{entry['code']}", f"一件事：{entry['name']}", partial(load, entry))
    yield Piece("package-filing:restaurant", "一件事：申请", begin)
