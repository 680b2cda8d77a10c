"""The exact bytes that are hashed. Pure; ``tools/trace_verify.py`` says the same in its own words.

``hash = SM3(prev || canonical JSON of the row)``; canonical JSON is UTF-8, keys sorted, no spaces.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tongban.standards.sm3 import sm3

VERSION = 1
NO_HASH = bytes(32)


def plain(value: Any) -> Any:
    """``value`` as JSON that comes back from the database exactly as it went in.

    The database keeps numbers as decimals and refuses NUL characters, so whole floats become
    integers and NUL and lone surrogates become U+FFFD. TypeError for what JSON cannot say.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise TypeError("a trace row holds finite numbers only")
        return int(value) if value.is_integer() else value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {plain(str(k)): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in (sorted(value) if isinstance(value, set | frozenset) else value)]
    return plain(str(value))


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def moment(at: datetime) -> str:
    """A moment in UTC with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def row_content(  # noqa: PLR0917  (the columns in their order)
    row_id: UUID,
    chain: str,
    seq: int,
    at: datetime,
    action: str,
    about: str,
    actor: dict[str, Any],
    data: dict[str, Any],
) -> dict[str, Any]:
    """What of a row is hashed."""
    return {
        "v": VERSION, "id": str(row_id), "chain": chain, "seq": seq, "at": moment(at),
        "action": action, "about": about, "actor": actor, "data": data,
    }  # fmt: skip


def checkpoint_content(
    number: int, at: datetime, heads: list[list[Any]], algorithm: str, key_id: str
) -> dict[str, Any]:
    """What of a checkpoint is hashed; its signature is over the hash."""
    return {
        "v": VERSION, "number": number, "at": moment(at), "heads": heads,
        "algorithm": algorithm, "key_id": key_id,
    }  # fmt: skip


def chained(prev: bytes, content: dict[str, Any]) -> bytes:
    """SM3 over the hash before and the canonical content."""
    return sm3(prev + canonical(content))
