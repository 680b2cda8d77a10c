"""The demo authority and the departments' seal keys: made at first run, encrypted at rest.

Everything lies under ``settings.KEYS_ROOT``: ``seal-ca.key``/``.pem`` and ``seals/<USCC>.key``/``.pem``.
Private keys are PKCS#8, encrypted under a kept secret; a site with an HSM replaces this module.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

from tongban.kit.secrets import kept_secret

CA_NAME = "通办演示电子印章根证书"
_CA_DAYS, _SEAL_DAYS = 20 * 365, 10 * 365
_ORGANISATION_ID = x509.ObjectIdentifier("2.5.4.97")  # organizationIdentifier (X.520): the USCC


def root() -> Path:
    return Path(settings.KEYS_ROOT)


def passphrase() -> bytes:
    return kept_secret(root() / "seal.secret").encode()


@contextmanager
def _locked() -> Iterator[None]:
    """One maker at a time, over all processes of this machine."""
    root().mkdir(parents=True, exist_ok=True, mode=0o700)
    with (root() / "seal.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def ca_paths() -> tuple[Path, Path]:
    """Key and certificate of the authority, made when there are none."""
    key_path, pem_path = root() / "seal-ca.key", root() / "seal-ca.pem"
    if not pem_path.exists():
        with _locked():
            if not pem_path.exists():
                _make_ca(key_path, pem_path)
    return key_path, pem_path


def seal_paths(uscc: str, department_name: str) -> tuple[Path, Path]:
    """Key and certificate of a department's seal; renewed when it expired or the name changed."""
    ca_paths()
    key_path, pem_path = root() / "seals" / f"{uscc}.key", root() / "seals" / f"{uscc}.pem"
    if not _usable(pem_path, department_name):
        with _locked():
            if not _usable(pem_path, department_name):
                _make_seal(uscc, department_name, key_path, pem_path)
    return key_path, pem_path


def certificate_at(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _usable(path: Path, department_name: str) -> bool:
    if not path.exists():
        return False
    found = certificate_at(path)
    names = found.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    in_time = found.not_valid_after_utc > datetime.now(UTC) + timedelta(days=1)
    issued_here = found.issuer == certificate_at(ca_paths()[1]).subject
    return in_time and issued_here and [name.value for name in names] == [department_name]


def _make_ca(key_path: Path, pem_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, CA_NAME)]
    )
    builder = _builder(name, name, key.public_key(), _CA_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(ca=True), critical=True)
    write_durably(key_path, _encrypted(key))
    write_durably(pem_path, builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def _make_seal(uscc: str, department_name: str, key_path: Path, pem_path: Path) -> None:
    ca_key_path, ca_pem_path = ca_paths()
    ca_key = serialization.load_pem_private_key(ca_key_path.read_bytes(), passphrase())
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)
    ca = certificate_at(ca_pem_path)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, department_name),
            x509.NameAttribute(_ORGANISATION_ID, uscc),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{department_name}电子印章"[:64]),
        ]
    )
    builder = _builder(subject, ca.subject, key.public_key(), _SEAL_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(ca=False), critical=True)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    builder = builder.add_extension(authority, critical=False)
    write_durably(key_path, _encrypted(key))
    write_durably(pem_path, builder.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC).replace(microsecond=0)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=days))
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca, content_commitment=not ca, key_cert_sign=ca, crl_sign=ca,
        key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _encrypted(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase()),
    )


def write_durably(path: Path, data: bytes) -> None:
    """Write beside and move into place: a reader sees the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_suffix(f"{path.suffix}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
