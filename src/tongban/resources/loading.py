"""Values coming in from a department, in bulk, and the choice of the golden one."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction

from tongban.kit.actors import SYSTEM
from tongban.kit.errors import FieldProblem, Invalid
from tongban.organisations import service as organisations
from tongban.resources import choice, rules
from tongban.resources.elements import element
from tongban.resources.hooks.telling import tell
from tongban.trace import service as trace

BATCH = 5_000  # values in one statement
PROBLEMS_TOLD = 50


def put_values(
    source_department_id: UUID, rows: Iterable[tuple[UUID, str, Any]], as_of: datetime, *, bulk: bool = False
) -> int:
    """Take in what one department says: ``rows`` of (subject id, element code, value).

    All or nothing. The chosen value of every subject touched is chosen again: the element's source
    department wins, otherwise the newest; the others confirm it or differ. What changed is told by the
    event ``golden_changed``, many subjects in one job.

    :param as_of: moment the values held at the department (aware)
    :param bulk: a first load: first values that nobody disputes are not told
    :returns: number of values taken in
    :raises Invalid: naming up to 50 values that are unknown or malformed, by row number from 1
    """
    organisations.department(source_department_id)
    taken = 0
    with transaction.atomic():
        for batch in _batches(_checked(rows)):
            subjects, codes, values = (list(column) for column in zip(*batch, strict=True))
            choice.lock(subjects)
            choice.state(source_department_id, as_of, subjects, codes, values)
            told = choice.choose(list(set(subjects)), bulk=bulk)
            tell(told)
            taken += len(batch)
        if taken:
            data = {"values": taken, "as_of": as_of, "department": source_department_id}
            trace.append(SYSTEM, f"resources:{source_department_id}", "resources.values_put", data)
    return taken


def _checked(rows: Iterable[tuple[UUID, str, Any]]) -> Iterator[tuple[UUID, str, str]]:
    problems: list[FieldProblem] = []
    for number, (subject, code, value) in enumerate(rows, 1):
        try:
            about = element(code)
            kept = rules.normalise(about.type, about.format, value)
        except Invalid:
            problems.append(FieldProblem(code, "element-unknown", f"第 {number} 行：没有数据元“{code}”"))
        except ValueError as error:
            problems.append(FieldProblem(code, "value-malformed", f"第 {number} 行：{error}"))
        else:
            if not problems:
                yield subject, code, json.dumps(kept, ensure_ascii=False)
        if len(problems) >= PROBLEMS_TOLD:
            break
    if problems:
        raise Invalid(*problems)


def _batches(rows: Iterator[tuple[UUID, str, str]]) -> Iterator[list[tuple[UUID, str, str]]]:
    """Chunks in which no (subject, element) comes twice: a later value of the same pair wins."""
    while chunk := list(islice(rows, BATCH)):
        latest = {(subject, code): value for subject, code, value in chunk}
        yield [(subject, code, value) for (subject, code), value in latest.items()]
