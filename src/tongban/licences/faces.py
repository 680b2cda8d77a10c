"""The PDF face of a licence: typeset and sealed by the worker, made once."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tongban.documents import service as documents
from tongban.identity import service as identity
from tongban.licences.models import Licence
from tongban.licences.models.licence import Grade
from tongban.notices import service as notices


def check_url(licence: Licence) -> str:
    """The address in the QR code."""
    return f"{settings.BASE_URL}/check/{licence.public_token}/"


def face_data(licence: Licence) -> dict[str, Any]:
    """What the face says; see :class:`tongban.documents.templates.Face`."""
    lines = [
        {"label": e["label"], "value": shown(licence.data[e["key"]])}
        for e in licence.type.elements
        if e["key"] in licence.data
    ]
    note = "" if licence.trust_grade == Grade.A else str(Grade(licence.trust_grade).label)
    return {
        "title": licence.type.name,
        "number": licence.number,
        "identifier": licence.identifier,
        "department": licence.issuer.name,
        "date": licence.issued_on,
        "holder": licence.holder.name,
        "lines": lines,
        "valid_from": licence.valid_from,
        "valid_to": licence.valid_to,
        "check_url": check_url(licence),
        "grade_note": note,
    }


def shown(value: Any) -> str:
    """A value in words, for faces and pages."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(shown(part) for part in value)
    if isinstance(value, dict):
        return "，".join(shown(part) for part in value.values() if part not in (None, ""))
    return str(value)


def make_face(licence_id: UUID) -> None:
    """Make the face when there is none yet and tell the holder; a second run does nothing."""
    licence = Licence.objects.select_related("type", "issuer", "holder").get(pk=licence_id)
    if licence.file_id is not None:
        return
    name = f"{licence.type.name}-{licence.number}.pdf"
    stored = documents.produce("licence", face_data(licence), licence.issuer_id, name)
    with transaction.atomic():
        # Whoever comes second finds a face: what was printed first stays the one that counts.
        if not Licence.objects.filter(pk=licence.pk, file=None).update(file_id=stored.hash):
            return
        body = _("您的《%(type)s》电子证照已签发，编号 %(number)s，可在“我的证照”中查看和下载。")
        for recipient in identity.recipients_for_subject(licence.holder_id):
            notices.send(
                recipient,
                "licence.issued",
                _("电子证照已签发"),
                body % {"type": licence.type.name, "number": licence.number},
                link=f"/licences/{licence.id}/",
                key=f"licence:{licence.id}:issued:{recipient.account_id}",
            )
