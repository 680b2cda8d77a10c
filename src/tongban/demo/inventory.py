"""The inventory of the demo: entries from every source, most of them published, one in review, one a
draft, and an entry by hand that holds much the same as another department's."""

from collections.abc import Iterator

from tongban.demo.loading import Piece
from tongban.identity import service as identity
from tongban.inventory import service as inventory
from tongban.kit.actors import Actor
from tongban.organisations import service as organisations

WAITING, DRAFT = "nashui", "qiye"  # sources whose entries a visitor publishes or hands in himself


def _who(login: str) -> Actor:
    account = identity.find_account(login)
    assert account is not None
    return identity.own_actor(account)


def publish() -> None:
    """Propose an entry for each source; its steward hands it in and the supervisor publishes it."""
    inventory.generate_entries(_who("steward"))
    for row in inventory.Entry.objects.exclude(source=None).select_related("source", "department"):
        assert row.source is not None
        if row.source.slug == DRAFT:
            continue
        inventory.submit(_who(f"{row.department.code}-steward"), row.id)
        if row.source.slug != WAITING:
            inventory.review(_who("supervisor"), row.id, publish=True)


def by_hand() -> None:
    """Tenants as the housing department registers them: most of it the police have already."""
    housing = organisations.department_by_code("zhufang")
    items = (("姓名", "person.name"), ("公民身份号码", "person.id_number"), ("性别", "person.sex"),
             ("手机号码", "person.phone"), ("现居住地址", "person.address"),
             ("租赁合同编号", ""))  # fmt: skip
    row = inventory.create(
        _who("zhufang-steward"), housing.id,
        inventory.Described(
            name="住房租赁备案人员",
            abstract="办理住房租赁合同备案时登记的承租人，每月汇总。",
            format="database",
            items=tuple(inventory.ItemIn(name, "C", code) for name, code in items),
            sharing="conditional", sharing_basis="限于核验住房租赁情况，申请时写明依据、场景和范围",
            ways=("query",), opening="none", opening_basis="含个人信息（《个人信息保护法》第十三条）",
            cycle="monthly",
        ),
        front="209001",
    )  # fmt: skip
    inventory.submit(_who("zhufang-steward"), row.id)
    inventory.review(_who("supervisor"), row.id, publish=True)


def decide() -> None:
    """One decision is made; the others wait for a visitor."""
    civil = organisations.department_by_code("minzheng")
    inventory.rule(
        _who("steward"), "element", "person.address", civil.id, "checker",
        "婚姻登记时当面核对住址，保留作核对，不作数源",
    )  # fmt: skip


def pieces() -> Iterator[Piece]:
    """The entries, the one by hand, a decision."""
    yield Piece("inventory", "资源目录", publish)
    yield Piece("inventory-by-hand", "资源目录：手工编制", by_hand)
    yield Piece("inventory-decided", "资源目录：重复采集", decide)
