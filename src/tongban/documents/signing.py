"""PAdES signatures (ETSI EN 319 142-1, level B-B) with a visible round seal."""

import hashlib
from io import BytesIO
from uuid import UUID

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.stamp import StaticStampStyle

from tongban.documents import keys, rendering
from tongban.documents.rendering import FieldBox
from tongban.documents.seals import signer_for

FIELD = "OfficialSeal"
SEAL_WORDS = "电子印章"
# Hexadecimal digits kept for the signature: about three times what two P-256 certificates take. Without a
# number pyHanko signs twice, once to measure.
_RESERVED = 12288
# Lower right of an A4 page, for documents that keep no place.
_DEFAULT_BOX = FieldBox(page=-1, x1=366, y1=120, x2=485, y2=239)


def sign(
    pdf: bytes, department_id: UUID, *, reason: str, field_box: FieldBox | None = None, visible: bool = True
) -> bytes:
    """Seal ``pdf`` in the department's name; nothing may be changed afterwards (DocMDP 1).

    Raises:
        NotFound: there is no such department.
    """
    seal, signer = signer_for(department_id)
    box = field_box or _DEFAULT_BOX
    spec = SigFieldSpec(
        FIELD,
        on_page=box.page if visible else 0,
        box=(box.x1, box.y1, box.x2, box.y2) if visible else None,
    )
    meta = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=reason,
        name=seal.name,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    style = _stamp(seal.name) if visible else None
    out = BytesIO()
    pdf_signer = PdfSigner(meta, signer, stamp_style=style, new_field_spec=spec)
    pdf_signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), output=out, bytes_reserved=_RESERVED)
    return out.getvalue()


def _stamp(name: str) -> StaticStampStyle:
    """The seal's picture; pyHanko reads it from a file each time, so one is kept beside the certificates."""
    path = keys.root() / "seals" / "pictures" / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.pdf"
    if not path.exists():
        keys.write_durably(path, rendering.seal_pdf(name, SEAL_WORDS))
    return StaticStampStyle.from_pdf_file(str(path), border_width=0, background_opacity=1.0)
