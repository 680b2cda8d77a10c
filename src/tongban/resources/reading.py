"""The only way to people's values: with a right, a purpose and a line in the read log.

The log line and the read are one statement, so neither happens without the other.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tongban.identity import service as identity
from tongban.kit import kept
from tongban.kit.actors import Actor
from tongban.kit.errors import Forbidden, invalid
from tongban.kit.ids import uuid7
from tongban.organisations import service as organisations
from tongban.resources import rules
from tongban.resources.elements import element, registry
from tongban.resources.members import reads_about
from tongban.resources.models import ReadLog
from tongban.resources.shapes import Prefilled, Read, ReadsPage

PAGE = 20
NAMES_FOR = 60.0  # seconds that names of departments are remembered
LOGGED_READ = """
WITH logged AS (
    INSERT INTO resources_readlog (id, at, subject_id, kind, reader_kind, reader_name, account_id, staff_id,
        post, department_id, department_name, purpose, case_id, elements)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::text[])
)
SELECT entries FROM resources_golden WHERE subject_id = %s
"""


def own_subject(actor: Actor, subject_id: UUID) -> bool:
    """Whether a resident may see this subject: himself, whom he acts for now, or holds an agency for."""
    if actor.kind != "resident" or actor.account_id is None:
        return False
    if actor.subject_id == subject_id:
        return True
    account = identity.Account.objects.filter(pk=actor.account_id).select_related("subject").first()
    return account is not None and any(
        choice.subject_id == subject_id for choice in identity.acting_choices(account)
    )


def _require(actor: Actor, subject_id: UUID, purpose: str, case_id: UUID | None) -> None:
    if not purpose.strip():
        raise invalid("purpose", "required", _("读取数据必须写明用途"))
    if actor.kind == "system" or own_subject(actor, subject_id):
        return
    if actor.kind == "staff" and actor.staff_id is not None and actor.posts:
        if case_id is None:
            raise Forbidden(_("工作人员只能为具体办件读取数据"))
        return
    raise Forbidden(_("您不能查看这一主体的数据"))


def prefill(
    actor: Actor, subject_id: UUID, elements: Sequence[str], *, purpose: str, case_id: UUID | None
) -> dict[str, Prefilled]:
    """The chosen values of ``elements``, by code; elements without a value are left out.

    Residents read their own subject or one they hold an agency for; staff with a post read for a
    case; the platform itself reads for a purpose. Every read is logged.

    :raises Forbidden: no right to this subject, or staff without a case
    :raises Invalid: no purpose, or an element that does not exist
    """
    wanted = list(dict.fromkeys(elements))
    for code in wanted:
        element(code)
    if not wanted:
        return {}
    _require(actor, subject_id, purpose, case_id)
    entries = _logged_read(actor, subject_id, wanted, "prefill", purpose, case_id)
    names, now, language = _names_now(), timezone.now(), get_language()
    return {code: _prefilled(code, entries[code], names, now, language) for code in wanted if code in entries}


def my_values(actor: Actor, subject_id: UUID) -> list[Prefilled]:
    """All values of one's own subject in the registry's order; logged as own view."""
    if not own_subject(actor, subject_id):
        raise Forbidden(_("您不能查看这一主体的数据"))
    entries = _logged_read(actor, subject_id, ["*"], "own", _("查看本人数据"), None)
    names, now, language = _names_now(), timezone.now(), get_language()
    return [_prefilled(code, entries[code], names, now, language) for code in registry() if code in entries]


def verify_value(
    actor: Actor, subject_id: UUID, code: str, value: Any, *, purpose: str, case_id: UUID | None
) -> bool:
    """Whether ``value`` is the subject's value of an element, which is not revealed; logged.

    False also when there is no value or ``value`` cannot be one.
    """
    about = element(code)
    _require(actor, subject_id, purpose, case_id)
    entry = _logged_read(actor, subject_id, [code], "verify", purpose, case_id).get(code)
    try:
        asked = rules.normalise(about.type, about.format, value)
    except ValueError:
        return False
    return entry is not None and entry["v"] == asked


def reads_of(actor: Actor, subject_id: UUID, page: int = 1) -> ReadsPage:
    """谁看过我的数据: reads of one's own subject and of what it is merged with, newest first, 20 a page."""
    if actor.kind != "system" and not own_subject(actor, subject_id):
        raise Forbidden(_("您不能查看这一主体的数据"))
    page = max(1, page)
    start = (page - 1) * PAGE
    rows = list(
        ReadLog.objects.filter(reads_about(subject_id)).order_by("-at", "-id")[start : start + PAGE + 1]
    )
    return ReadsPage(tuple(_read(row) for row in rows[:PAGE]), page, len(rows) > PAGE)


def _read(row: ReadLog) -> Read:
    known = registry()
    labels = tuple(
        _("全部数据") if code == "*" else known[code].label if code in known else code
        for code in row.elements
    )
    return Read(
        at=row.at, kind=row.kind, reader_kind=row.reader_kind, reader_name=row.reader_name, post=row.post,
        department_name=row.department_name, purpose=row.purpose, case_id=row.case_id, elements=labels,
    )  # fmt: skip


def _logged_read(  # noqa: PLR0917
    actor: Actor, subject_id: UUID, wanted: list[str], kind: str, purpose: str, case_id: UUID | None
) -> dict[str, Any]:
    post = actor.posts[0] if actor.posts else None
    values: list[Any] = [
        uuid7(),
        timezone.now(),
        subject_id,
        kind,
        actor.kind,
        actor.name[:100],
        actor.account_id,
        actor.staff_id,
        "、".join(sorted({p.role for p in actor.posts}))[:60],
        post.department_id if post else None,
        post.department_name[:200] if post else "",
        purpose.strip()[:200],
        case_id,
        "{" + ",".join(wanted) + "}",
    ]  # fmt: skip  (the codes are the registry's own, so the array needs no quoting)
    found = kept.execute(LOGGED_READ, (*values, subject_id)).fetchone()
    if found is None:
        return {}
    # Django's adapters leave JSON as text; a site may have set others.
    entries: dict[str, Any] = found[0] if isinstance(found[0], dict) else msgspec.json.decode(found[0])
    return entries


class _Names(dict[str, str]):
    """Short names of departments by id, remembered for a minute; one that is not known yet is looked up."""

    read_at = 0.0

    def refresh(self) -> None:
        self.update((str(d.id), d.name) for d in organisations.departments())
        self.read_at = time.monotonic()

    def __missing__(self, department_id: str) -> str:
        self.refresh()
        return self.get(department_id, department_id)


_names = _Names()


def _names_now() -> _Names:
    if time.monotonic() - _names.read_at > NAMES_FOR:
        _names.refresh()
    return _names


def _prefilled(
    code: str, entry: dict[str, Any], names: _Names, now: datetime, language: str | None
) -> Prefilled:
    about = registry()[code]
    as_of = datetime.fromisoformat(entry["t"])
    return Prefilled(
        element=code,
        label=about.label_in(language),
        value=entry["v"],
        display=rules.display(about.format, about.mask, entry["v"]),
        source_name=names[entry["s"]],
        as_of=as_of,
        confirmers=tuple([names[department] for department in entry["c"]]),
        dissenters=tuple([names[department] for department in entry["d"]]),
        stale=rules.stale(as_of, about.fresh_days, now),
        from_source=entry["a"],
        sensitive=about.sensitivity == "sensitive",
    )
