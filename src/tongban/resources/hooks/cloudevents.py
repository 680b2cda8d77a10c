"""What is sent: CloudEvents 1.0 in the structured JSON mode, signed; pure.

The event says whose data changed and which elements, never a value. The number of the subject is named
only to a department that itself states something about it, and so has it.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

TYPE = "cn.tongban.golden.changed.v1"
MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
SIGNATURE = "Tongban-Signature"
PORTS = {"http": 80, "https": 443}
TOLERANCE = 300  # seconds that a signature's moment may lie off


@dataclass(frozen=True, slots=True)
class Told:
    """One change as a subscriber is told it."""

    id: UUID
    number: int  # of the delivery: rises with each subject's changes
    subject: UUID
    kind: str
    id_number: str  # empty where the subscriber does not hold it
    at: datetime
    elements: Sequence[Mapping[str, Any]]
    department: str  # the subscriber's id


def body(told: Told, site: str, departments: Mapping[str, str]) -> bytes:
    """The event as it is sent. ``departments``: short codes by id."""
    changed = [
        {
            "element": one["element"],
            "changed": one["changed"],
            "source": departments.get(str(one["value_from"])) if one["value_from"] else None,
            "you_differ": told.department in one["dissenters"],
        }
        for one in told.elements
    ]
    data: dict[str, Any] = {"kind": told.kind, "elements": changed}
    if told.id_number:
        data["number"] = told.id_number
    event = {
        "specversion": "1.0",
        "id": str(told.id),
        "source": f"{site}/resources",
        "type": TYPE,
        "subject": str(told.subject),
        "time": told.at.isoformat(),
        "datacontenttype": "application/json",
        "partitionkey": str(told.subject),
        "sequence": f"{told.number:020d}",
        "data": data,
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, sent: bytes, moment: int) -> str:
    """The value of the signature header: ``t=<unix seconds>,v1=<HMAC-SHA256 of "t.body">``."""
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + sent, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def signed(secret: str, sent: bytes, header: str, now: int) -> bool:
    """Whether a signature header is right and of these minutes: what a subscriber checks."""
    moment = header.partition("t=")[2].partition(",")[0]
    if not moment.isascii() or not moment.isdigit() or abs(now - int(moment[:12])) > TOLERANCE:
        return False
    return hmac.compare_digest(signature(secret, sent, int(moment)).encode(), header.encode())


def origin(url: str) -> str:
    """Scheme, host and port of an address, in one spelling; empty where it is none that may be called."""
    if any(not "!" <= letter <= "~" for letter in url):
        return ""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc or parts.fragment:
        return ""
    return f"{parts.scheme}://{parts.hostname.lower()}:{port or PORTS[parts.scheme]}"
