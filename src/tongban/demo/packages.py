"""Theme packages of the demo and one filing in progress."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

import yaml

from tongban.cases import service as cases
from tongban.demo import content
from tongban.demo.answers import answers_for
from tongban.demo.loading import Piece, everybody
from tongban.demo.playing import moment, paper, staff_of
from tongban.identity import service as identity
from tongban.kit.actors import SYSTEM, Actor
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


def file() -> None:
    """A restaurant's filing under way: the first department has accepted its part, the second one waits."""
    account = identity.find_account("huang")
    firm = identity.find_subject(everybody().enterprises[1].uscc)
    acting = identity.acting_actor(account, firm.id) if account and firm else None
    assert acting is not None
    actor = acting[0]
    with cases.at(moment(2, 0)):
        filing = packages.start(actor, "restaurant", {"seats": "yes"}, key="demo-restaurant")
        _fill(actor, filing.id)
        packages.submit(actor, filing.id, key="demo-restaurant")
    first = filing.parts.get(member="food").case
    assert first is not None
    entry = next(item for item in content.items() if item["slug"] == "food-business-licence")
    with cases.at(moment(1, 0)):
        cases.accept(staff_of(entry["department"], entry["division"], "clerk"), first.id)


def _fill(actor: Actor, filing_id: UUID) -> None:
    given = {**answers_for("public-place-licence"), **answers_for("food-business-licence")}
    fields = [f for page in packages.form(actor, filing_id).pages for f in page.fields if not f.locked]
    known = {f.name: given[name] for f in fields if (name := f.name.split("__", 1)[1]) in given}
    packages.save_filing(actor, filing_id, known, page=None)
    for one in packages.materials(actor, filing_id).materials:
        if one.met or one.necessity == "2":
            continue
        if one.licences:
            packages.attach_licence(actor, filing_id, one.key, one.licences[0].id)
        else:
            packages.attach_upload(actor, filing_id, one.key, paper(one.key, one.name))


def pieces() -> Iterator[Piece]:
    """One piece for each package, and the filing."""
    for entry in entries():
        yield Piece(f"package:{entry['code']}", f"一件事：{entry['name']}", partial(load, entry))
    yield Piece("package-filing:restaurant-huang", "一件事：申请", file)
