"""Official documents: typeset, sealed, kept and checked. The door.

Templates and the data each takes are listed in :mod:`tongban.documents.templates`.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from tongban.documents import rendering, signing
from tongban.documents.models import SealCertificate
from tongban.documents.rendering import FieldBox, seal_png
from tongban.documents.seals import seal_for
from tongban.documents.templates import REVIEW, checked, title
from tongban.documents.verifying import SignatureReport, verify
from tongban.files import service as files

__all__ = [
    "REVIEW",
    "FieldBox",
    "SealCertificate",
    "SignatureReport",
    "checked",
    "produce",
    "render",
    "render_and_sign",
    "seal_for",
    "seal_png",
    "sign",
    "title",
    "verify",
]

sign = signing.sign


def render(template: str, data: dict[str, Any], *, made_at: datetime | None = None) -> bytes:
    """Typeset a document as PDF/A-2a and PDF/UA-1, without a seal.

    Args:
        template: one of :data:`tongban.documents.templates.TEMPLATES`.
        data: what the template takes; text in it is set as text and never evaluated.

    Raises:
        Invalid: unknown template, or data that does not fit it.
    """
    return rendering.render(template, data, made_at=made_at).pdf


def render_and_sign(template: str, data: dict[str, Any], department_id: UUID) -> bytes:
    """Typeset a document and seal it at the place its template keeps for the seal."""
    made = rendering.render(template, data)
    reason = f"{data.get('title') or data.get('item') or ''} {data.get('number', '')}".strip()
    return signing.sign(made.pdf, department_id, reason=reason, field_box=made.seal_box)


def produce(template: str, data: dict[str, Any], department_id: UUID | None, name: str) -> files.StoredFile:
    """Typeset, seal (when a department is given) and keep a document.

    Returns:
        The stored file; ``name`` is its display name.
    """
    pdf = render_and_sign(template, data, department_id) if department_id else render(template, data)
    return files.store_bytes(pdf, "application/pdf", name)
