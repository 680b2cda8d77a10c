"""Check a sealed PDF against the authority of this platform, and no other."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO

from asn1crypto import pem, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from tongban.documents import keys
from tongban.documents.models import SealCertificate


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """What a sealed PDF says. ``problems`` is empty exactly when ``valid``; its words are for the reader."""

    valid: bool
    intact: bool = False
    signer: str = ""
    issuer: str = ""
    signed_at: datetime | None = None
    covers_whole: bool = False
    problems: tuple[str, ...] = ()


def verify(pdf: bytes) -> SignatureReport:
    """Check the last signature in ``pdf``: digest, signature, chain to our authority, coverage, revocation.

    Never raises on bad input: whatever is wrong is told in ``problems``.
    """
    try:
        return _verify(pdf)
    except (PdfError, SigningError, SignatureValidationError) as error:
        return _failed(f"文件不是完好的 PDF，或签名结构已损坏（{type(error).__name__}）")
    # Hostile bytes surface from deep inside the ASN.1 and PDF parsers as any of these.
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OSError, RecursionError) as error:
        return _failed(f"文件无法解析（{type(error).__name__}）")


def _failed(words: str) -> SignatureReport:
    return SignatureReport(valid=False, problems=(words,))


def _verify(pdf: bytes) -> SignatureReport:
    signatures = PdfFileReader(BytesIO(pdf), strict=False).embedded_signatures
    if not signatures:
        return _failed("文件没有电子签名")
    signature = signatures[-1]
    context = ValidationContext(trust_roots=[_root(str(keys.ca_paths()[1]))], allow_fetching=False)
    status = validate_pdf_signature(signature, context)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    certificate = status.signing_cert
    problems = []
    if not status.intact:
        problems.append("文件内容在签名后被改动")
    elif not status.valid:
        problems.append("签名与证书不符")
    if not status.trusted:
        problems.append("签名证书不是本平台印章机构签发的，或已过期")
    if not whole:
        problems.append("签名没有覆盖整个文件，签名后有追加内容")
    row = SealCertificate.objects.filter(serial=f"{certificate.serial_number:x}").first()
    signed_at = status.signer_reported_dt
    if row and row.revoked_at and (signed_at is None or signed_at >= row.revoked_at):
        problems.append("印章证书在签名时已停用")
    return SignatureReport(
        valid=not problems,
        intact=bool(status.intact),
        signer=str(certificate.subject.native.get("organization_name", "")),
        issuer=str(certificate.issuer.native.get("common_name", "")),
        signed_at=signed_at,
        covers_whole=whole,
        problems=tuple(problems),
    )


@lru_cache(maxsize=4)
def _root(path: str) -> x509.Certificate:
    with open(path, "rb") as file:
        _kind, _headers, der = pem.unarmor(file.read())
    return x509.Certificate.load(der)
