"""Notices: the data office of what waits, the department of what was found and of sources that are late."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import override

from tongban.identity import service as identity
from tongban.inventory import rights
from tongban.inventory.models import Entry, Ruling, State, Version
from tongban.kit.errors import NotFound
from tongban.notices import service as notices
from tongban.organisations import service as organisations
from tongban.resources import service as resources

DESK = "/work/inventory/"


def stewards(department_id: UUID) -> list[UUID]:
    """Accounts of a department's stewards."""
    return [one.account_id for one in organisations.staff_of(department_id, "steward")]


def office() -> list[UUID]:
    """Accounts of the data office's stewards and supervisors."""
    try:
        department = organisations.department_by_code(settings.DATA_OFFICE)
    except NotFound:
        return []
    people = [s for role in rights.ROLES for s in organisations.staff_of(department.id, role)]
    return list(dict.fromkeys(one.account_id for one in people))


def _send(  # noqa: PLR0917
    accounts: Iterable[UUID], kind: str, title: Any, words: Any, values: dict[str, Any], link: str, key: str
) -> int:
    told = 0
    for account_id in accounts:
        recipient = identity.recipient(account_id)
        with override(recipient.language):
            said = {name: str(value) for name, value in values.items()}
            notices.send(recipient, kind, str(title), str(words) % said, link=link, key=f"{key}:{account_id}")
        told += 1
    return told


def submitted(row: Entry, version: Version) -> None:
    """The data office hears that an entry waits; whoever wrote it does not."""
    people = [a for a in office() if a not in {*version.editors, version.submitter_id}]
    words = _lazy("%(department)s提交了目录条目“%(name)s”（%(code)s），请审核。")
    values = {"department": row.department.name, "name": version.name, "code": row.code}
    _send(people, "inventory.submitted", _lazy("目录条目等待审核"), words, values, f"{DESK}{row.id}/",
          f"inventory:{version.id}:submitted:{version.submitted_at}")  # fmt: skip


def reviewed(row: Entry, version: Version) -> None:
    """Whoever handed it in hears what became of it."""
    if version.submitter_id is None:
        return
    published = version.state == State.PUBLISHED
    title = _lazy("目录条目已发布") if published else _lazy("目录条目被退回")
    words = _lazy("“%(name)s”已发布到目录。") if published else _lazy("“%(name)s”被退回：%(opinion)s")
    values = {"name": version.name, "opinion": version.opinion}
    _send([version.submitter_id], "inventory.reviewed", title, words, values, f"{DESK}{row.id}/",
          f"inventory:{version.id}:reviewed:{version.submitted_at}")  # fmt: skip


def ruled(row: Ruling, what: str) -> None:
    """The department's stewards hear what it keeps or stops."""
    words = _lazy("数据管理部门对“%(what)s”的重复采集作出决定：%(outcome)s。理由：%(reason)s")
    values = {"what": what, "outcome": row.get_outcome_display(), "reason": row.reason}
    _send(stewards(row.department_id), "inventory.ruled", _lazy("重复采集有了决定"), words, values,
          f"{DESK}duplicates/", f"inventory:ruling:{row.id}")  # fmt: skip


def late(source: resources.Source, *, red: bool) -> int:
    """Tell the stewards once per lateness, and the data office once when a whole turn is missing."""
    since = source.last_received or source.created_at
    values = {"source": source.name, "department": source.department.name, "day": since.date().isoformat()}
    words = _lazy("%(department)s的“%(source)s”没有按周期更新，最近一次是 %(day)s。请尽快报送。")
    key, link = f"inventory:late:{source.id}:{since.isoformat()}", f"{DESK}monitor/"
    told = _send(stewards(source.department_id), "inventory.late", _lazy("数据源没有按周期更新"), words,
                 values, link, key)  # fmt: skip
    if red:
        others = [a for a in office() if a not in stewards(source.department_id)]
        told += _send(others, "inventory.late", _lazy("数据源逾期未更新"), words, values, link, f"{key}:red")
    return told
