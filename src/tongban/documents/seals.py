"""Which certificate a department seals with, and the signer that is kept warm for it."""

from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from django.utils import timezone
from pyhanko.sign.signers import SimpleSigner

from tongban.documents import keys
from tongban.documents.models import SealCertificate
from tongban.organisations import service as organisations


def seal_for(department_id: UUID) -> SealCertificate:
    """The department's certificate in use, made at first need. Raises NotFound: no such department."""
    department = organisations.department(department_id)
    _key_path, pem_path = keys.seal_paths(department.uscc, department.name)
    certificate = keys.certificate_at(pem_path)
    serial = f"{certificate.serial_number:x}"
    found = SealCertificate.objects.filter(serial=serial).first()
    if found is not None:
        return found
    in_use = SealCertificate.objects.filter(department=department, revoked_at=None)
    in_use.exclude(serial=serial).update(revoked_at=timezone.now())
    row, _made = SealCertificate.objects.get_or_create(
        serial=serial,
        defaults={
            "department": department,
            "name": department.name,
            "valid_from": certificate.not_valid_before_utc,
            "valid_to": certificate.not_valid_after_utc,
            "pem": certificate.public_bytes(serialization.Encoding.PEM).decode(),
        },
    )
    return row


def signer_for(department_id: UUID) -> tuple[SealCertificate, SimpleSigner]:
    """Certificate and loaded signer of a department."""
    seal = seal_for(department_id)
    department = organisations.department(department_id)
    return seal, _signer(department.uscc, department.name, seal.serial, str(keys.root()))


@lru_cache(maxsize=256)
def _signer(uscc: str, name: str, serial: str, root: str) -> SimpleSigner:
    """Decrypting a key costs far more than signing, so signers stay in memory, by certificate."""
    key_path, pem_path = keys.seal_paths(uscc, name)
    signer: SimpleSigner | None = SimpleSigner.load(  # type: ignore[no-untyped-call]
        str(key_path),
        str(pem_path),
        ca_chain_files=(str(keys.ca_paths()[1]),),
        key_passphrase=keys.passphrase(),
    )
    if signer is None:
        raise RuntimeError(f"the key of seal {serial} cannot be read with the kept secret")
    return signer
