"""Departments' feeds of changes; each request proves itself by its feed's key."""

import json
from datetime import datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import AwareDatetime, TypeAdapter
from pydantic import ValidationError as Malformed

from tongban.kit.errors import FieldProblem, Invalid, SignInNeeded, invalid
from tongban.resources import service as resources

router = Router()
MOST = 1_000  # changes in one request
_TIME: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


class QuarantinedOut(Schema):
    id: str
    reasons: list[str]


class CountsOut(Schema):
    received: int
    taken: int
    unchanged: int
    stale: int
    quarantined: int
    problems: list[QuarantinedOut]


@router.post("/{source}/changes", response=CountsOut)
def changes(request: HttpRequest, source: str) -> Any:
    """Take in a batch: ``{"changes": [{id, seq, subject, op, as_of, fields}]}``, UTF-8, up to 1,000.

    The feed's key goes into ``Authorization: Bearer``. Each change is taken once, however often it is
    sent; after an interruption send the batch again. Those that cannot be taken are named with reasons.
    """
    scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
    found = resources.source_of_key(source, key.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise SignInNeeded(_("数据源或密钥不对"), code="source_key")
    results = [resources.take_change(found, change) for change in _read(request)]
    counts = dict.fromkeys(("taken", "unchanged", "stale", "quarantined"), 0)
    for result in results:
        counts[result.outcome] += 1
    problems = [
        {"id": r.id, "reasons": [f"{p.field}：{p.message}" for p in r.reasons]} for r in results if r.reasons
    ]
    return {"received": len(results), **counts, "problems": problems}


def _read(request: HttpRequest) -> list[resources.Change]:
    """All changes of the body, or Invalid naming what does not fit the contract; nothing is taken then."""
    try:
        body = request.body
    except RequestDataTooBig:
        raise invalid("body", "size", _("一次最多发送 2 MB")) from None
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        words = _("请求须全部用 UTF-8 编码；第 %(place)s 个字节不是") % {"place": error.start + 1}
        raise invalid("body", "encoding", words) from None
    try:
        rows = json.loads(text)["changes"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise invalid("body", "json", _("请求不是含 changes 数组的 JSON")) from None
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST:
        raise invalid("changes", "count", _("一次发送 1 至 1000 条变更"))
    problems: list[FieldProblem] = []
    read = [_change(number, row, problems) for number, row in enumerate(rows, 1)]
    if problems:
        raise Invalid(*problems[:50])
    return [change for change in read if change]


def _change(number: int, row: Any, problems: list[FieldProblem]) -> resources.Change | None:
    place = f"changes.{number}"
    try:
        made = resources.Change(
            id=row["id"], seq=row["seq"], subject=row["subject"], op=row["op"],
            as_of=_TIME.validate_python(row["as_of"]), fields=row.get("fields") or {},
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError, Malformed):
        words = _("第 %(n)s 条变更须有 id、seq、subject、op 和带时区的 as_of") % {"n": number}
        problems.append(FieldProblem(place, "required", words))
        return None
    right = (
        isinstance(made.id, str) and 0 < len(made.id) <= 100 and isinstance(made.subject, str)
        and isinstance(made.op, str) and type(made.seq) is int and 0 <= made.seq < 2**63
        and isinstance(made.fields, dict) and "\x00" not in json.dumps(row, ensure_ascii=False)
        and "\\u0000" not in json.dumps(row) and len(made.subject) <= 32
    )  # fmt: skip
    if not right:
        words = _("第 %(n)s 条变更的字段类型或长度不对") % {"n": number}
        problems.append(FieldProblem(place, "type", words))
    return made
