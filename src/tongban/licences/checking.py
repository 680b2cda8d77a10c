"""Check a licence by its QR code or by its file."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import ip_address
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from tongban.documents import service as documents
from tongban.kit.errors import NotFound
from tongban.licences import limits, rules
from tongban.licences.models import Licence, LicenceUse
from tongban.licences.models.licence import Status
from tongban.licences.models.use import UseKind
from tongban.licences.using import not_in_force


@dataclass(frozen=True, slots=True)
class PublicCheck:
    """What anybody with the QR code may know. ``holder`` is masked for persons."""

    identifier: str
    number: str
    type_name: str
    holder: str
    issuer: str
    status: str  # code of STANDARDS §3
    status_label: str
    valid: bool  # status valid, and today within the days
    valid_from: date
    valid_to: date | None
    grade: str
    message: str  # the answer in a sentence
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What ``verify_file`` found. ``valid``: sealed, untouched, issued here, and in force today."""

    valid: bool
    sha256: str
    issued_here: bool
    signature: documents.SignatureReport
    identifier: str = ""
    number: str = ""
    type_name: str = ""
    issuer: str = ""
    status: str = ""
    status_label: str = ""
    valid_to: date | None = None
    problems: tuple[str, ...] = ()


def public_check(token: str, meta: Mapping[str, str] | None = None) -> PublicCheck:
    """Answer a scan of the QR code, and log it where the holder sees it.

    Args:
        token: from the address in the code; 192 random bits.
        meta: ``ip`` and ``user_agent`` of the asker.

    Raises:
        TooMany: more than 30 look-ups a minute from one address.
        NotFound: no licence has this token.
    """
    meta = meta or {}
    ip = _address(meta.get("ip", ""))
    limits.count_lookup(ip or "")
    found = (
        Licence.objects.select_related("type", "issuer", "holder").filter(public_token=token[:100]).first()
    )
    if found is None:
        raise NotFound(_("没有查到这份证照。请确认二维码来自证照原件。"))
    LicenceUse.objects.create(
        licence=found, kind=UseKind.PUBLIC_CHECK, by=_("扫码查验者"), purpose=_("公开查验"),
        ip=ip, user_agent=meta.get("user_agent", "")[:200],
    )  # fmt: skip
    problem = not_in_force(found)
    holder = rules.masked(found.holder.name) if found.holder.kind == "person" else found.holder.name
    return PublicCheck(
        identifier=found.identifier, number=found.number, type_name=found.type.name, holder=holder,
        issuer=found.issuer.name, status=found.status, status_label=str(Status(found.status).label),
        valid=not problem, valid_from=found.valid_from, valid_to=found.valid_to, grade=found.trust_grade,
        message=problem or _("这份证照由发证机关签发，目前有效。"), checked_at=timezone.now(),
    )  # fmt: skip


def verify_file(source: Path | str | bytes) -> FileCheck:
    """Check a licence's PDF: its seal, whether it is the very file issued here, and its status now."""
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    signature = documents.verify(data)
    found = Licence.objects.select_related("type", "issuer").filter(file_id=digest).first()
    problems = list(signature.problems)
    if found is None:
        problems.append(_("不是本平台签发的证照文件（内容指纹不在签发记录中）。"))
        return FileCheck(False, digest, issued_here=False, signature=signature, problems=tuple(problems))
    if signature.valid and signature.signer != found.issuer.name:
        problems.append(_("印章不属于发证机关。"))
    if problem := not_in_force(found):
        problems.append(problem)
    return FileCheck(
        valid=not problems, sha256=digest, issued_here=True, signature=signature,
        identifier=found.identifier, number=found.number, type_name=found.type.name,
        issuer=found.issuer.name, status=found.status, status_label=str(Status(found.status).label),
        valid_to=found.valid_to, problems=tuple(problems),
    )  # fmt: skip


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return None
