"""Putting many rows into a table at once: PostgreSQL's COPY, which is several times as fast as INSERT."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils import timezone

Plan = tuple[tuple[str, Callable[[], Any], Callable[[Any], Any] | None], ...]


def copy_in(model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert rows given as ``{attribute: value}``; returns how many. Missing values are the column's default.

    Foreign keys are named by their column (``item_id``). Constraints and triggers act as they do for any
    INSERT, but no model instance is made and no signal is sent. Inside the caller's transaction.
    """
    plan = _plan(model)
    names = ", ".join(f'"{name}"' for name, _default, _dump in plan)
    count = 0
    statement = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'
    # Errors of the driver's own call come as Django's, so that callers can tell and go row by row.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            values = []
            for name, default, dump in plan:
                value = row[name] if name in row else default()
                values.append(value if dump is None or value is None else dump(value))
            copy.write_row(values)
            count += 1
    return count


@cache
def _plan(model: type[models.Model]) -> Plan:
    return tuple(
        (column.attname, _default(column), _dump(column))
        for column in model._meta.concrete_fields
        if not column.generated
    )


def _default(column: "models.Field[Any, Any]") -> Callable[[], Any]:
    if getattr(column, "auto_now_add", False):
        return timezone.now
    if callable(column.default):
        made: Callable[[], Any] = column.get_default
        return made
    constant = column.get_default()  # nothing but the same value each time
    return lambda: constant


def _dump(column: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    if isinstance(column, models.JSONField):
        return lambda value: json.dumps(value, ensure_ascii=False)
    if isinstance(column, ArrayField):
        return list
    return None
