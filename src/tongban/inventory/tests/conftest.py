"""Two departments with sources, the data office, and their people."""

from types import SimpleNamespace

import pytest

from tongban.conftest import DepartmentFactory
from tongban.inventory import service as inventory
from tongban.kit.actors import SYSTEM
from tongban.resources import service as resources

POLICE = {"XM": "person.name", "XB": "person.sex", "ZZ": "person.address", "SJ": "person.phone"}
CIVIL = {"姓名": "person.name", "婚姻": "person.marital_status", "住址": "person.address"}


def described(**more):
    values = {
        "name": "租赁备案人员", "abstract": "办理租赁备案时登记的承租人信息", "format": "database",
        "items": (inventory.ItemIn("姓名", "C", "person.name"), inventory.ItemIn("房屋坐落", "C")),
        "sharing": "conditional", "sharing_basis": "说明依据、场景和范围", "ways": ("query",),
        "opening": "none", "opening_basis": "《个人信息保护法》第十三条", "cycle": "monthly", "related": (),
    }  # fmt: skip
    return inventory.Described(**{**values, **more})


@pytest.fixture
def world(db, staff_with):
    police = DepartmentFactory(code="gongan", name="福建省公安厅", short_name="省公安厅", division="35")
    civil = DepartmentFactory(code="minzheng", name="福建省民政厅", short_name="省民政厅", division="35")
    data = DepartmentFactory(code="shuju", name="福建省数据管理局", short_name="省数据局", division="35")
    made = SimpleNamespace(
        police=police, civil=civil, data=data,
        gongan=staff_with("steward", police), minzheng=staff_with("steward", civil),
        office=staff_with("steward", data), supervisor=staff_with("supervisor", data),
        clerk=staff_with("clerk", police),
        renkou=resources.ensure_source(
            SYSTEM, "renkou", "常住人口登记", police.id, way="file", cycle="daily", kind="person",
            mapping=POLICE,
        ),
        hunyin=resources.ensure_source(
            SYSTEM, "hunyin", "婚姻登记", civil.id, way="file", cycle="weekly", kind="person", mapping=CIVIL
        ),
    )  # fmt: skip
    return made


@pytest.fixture
def entry(world):
    """The entry of the police's source, as generated."""
    inventory.generate_entries(world.office.actor)
    return inventory.Entry.objects.get(source=world.renkou)


@pytest.fixture
def live(world, entry):
    """The same, published."""
    inventory.submit(world.gongan.actor, entry.id)
    inventory.review(world.supervisor.actor, entry.id, publish=True)
    return entry
