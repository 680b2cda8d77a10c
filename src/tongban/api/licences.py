"""Public check of a licence."""

from datetime import date

from django.http import HttpRequest
from ninja import Router, Schema

from tongban.licences import service as licences

router = Router()


class CheckOut(Schema):
    identifier: str
    type_name: str
    holder: str
    issuer: str
    status: str
    status_label: str
    valid: bool
    valid_from: date | None
    valid_to: date | None


@router.get("/check/{token}", response=CheckOut)
def check(request: HttpRequest, token: str) -> object:
    """What the QR code on a licence says: partial data, masked name; the look-up is logged."""
    meta = {
        "ip": request.META.get("REMOTE_ADDR", ""),
        "user_agent": request.headers.get("user-agent", "")[:200],
    }
    return licences.public_check(token, meta)
