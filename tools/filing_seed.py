"""Fill an empty platform for ``filing``, print what was made as a JSON line. Argument: how many accounts."""

import json
import sys
from datetime import date, timedelta
from typing import Any

import django
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from tongban.items.tests import scene

PASSWORD = "Correct-horse-7"  # noqa: S105  (of invented people on a platform that is thrown away)
USCC = "11350000Y90001054L"  # invented; the organisation part starts with Y9, which is not given out
ITEM = scene.stall(
    slug="night-market-stall",
    basic_code="350131009000",
    materials=[
        {"key": "plan", "name": "摊位平面图", "kind": "原件", "form": 2, "necessity": 1, "source": 10,
         "accept": ["pdf", "jpg", "png"]},
        {"key": "health", "name": "健康证明", "kind": "证照", "form": 3, "necessity": 1, "source": 20,
         "licence_types": ["health-certificate"], "accept": ["pdf", "jpg", "png"]},
    ],
    fields={"name": scene.NAME, "goods": scene.GOODS, "cooked": scene.COOKED},
    pages=[("stall", "摊位", ["name", "goods", "cooked"])],
)  # fmt: skip


@transaction.atomic
def fill(count: int) -> dict[str, Any]:
    """The department with its item and ``count`` people, each with a health certificate."""
    from tongban.demo import names
    from tongban.identity import service as identity
    from tongban.items import service as items
    from tongban.kit.actors import SYSTEM
    from tongban.licences import service as licences
    from tongban.organisations import service as organisations
    from tongban.resources import service as resources

    department = organisations.ensure_department("shichang", USCC, "鼓楼区市场监督管理局", division="350102")
    licences.ensure_type(
        "health-certificate", "健康证明", "11100000Y90000019N099", department_id=department.id,
        elements=[{"key": "name", "label": "姓名", "from": "person.name"}], validity_months=12,
    )  # fmt: skip
    version = items.version(items.load_item(ITEM).version_id)
    hashed, accounts = make_password(PASSWORD), []
    for number in range(count):
        name = f"林摊主{number}"
        born = date(1950, 1, 1) + timedelta(days=number // 2)
        account = identity.create_account(
            "resident", name, username=f"filer{number}", password_hash=hashed, division="350102",
            id_number=names.id_number("350102", born, number % 2 == 0),
            phone=names.phone(number),
        )  # fmt: skip
        subject = account.subject
        assert subject is not None
        resources.put_values(department.id, [(subject.id, "person.name", name)], timezone.now())
        licence = licences.issue(
            SYSTEM, "health-certificate", subject.id, {"person.name": name},
            department_id=department.id, key=f"filer:{number}",
        )  # fmt: skip
        accounts.append(
            {"username": account.username, "licence": str(licence.id), "id": str(account.id),
             "phone": account.phone}
        )  # fmt: skip
    return {"item": version.code, "password": PASSWORD, "accounts": accounts}


if __name__ == "__main__":
    django.setup()
    print(json.dumps(fill(int(sys.argv[1]))))
