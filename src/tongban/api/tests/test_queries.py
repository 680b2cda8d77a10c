"""How many statements one filing costs: what is added to the path of every filing is seen here."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongban.api.tests.test_cases import URL, send
from tongban.cases import service as cases
from tongban.cases.tests.conftest import png
from tongban.conftest import Person
from tongban.items import service as items

# Sign-in takes two of each: session and account. Two are the transaction's begin and end (savepoints here).
EXPECTED = {"create": 11, "save": 5, "upload": 10, "submit": 13}


def counted(seen: dict[str, int], name: str, call: Callable[[], Any]) -> Any:
    with CaptureQueriesContext(connection) as queries:
        answer = call()
    assert answer.status_code in (200, 201), answer.content
    seen[name] = len(queries)
    return answer.json()


@pytest.mark.django_db
def test_statements_of_a_filing(known: Person, item: items.VersionDetail) -> None:
    seen: dict[str, int] = {}
    body = {"item": item.code}
    warm = send(known.client, "post", "", body, key="warm")  # the item is kept by the process from now on
    assert warm.status_code == 201
    case = counted(seen, "create", lambda: send(known.client, "post", "", body, key="a"))["id"]
    answers = {"answers": {"goods": "鱼丸", "cooked": "no"}}
    counted(seen, "save", lambda: send(known.client, "patch", f"/{case}", answers))
    upload = f"{URL}/{case}/materials/plan/upload"
    counted(seen, "upload", lambda: known.client.post(upload, {"file": png()}))
    cases.attach_later(known.actor, case, "photo")
    counted(seen, "submit", lambda: send(known.client, "post", f"/{case}/submit", key="s"))
    assert seen == EXPECTED
