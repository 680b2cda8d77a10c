"""Seals: made at first run, kept encrypted, found valid only when nothing was changed."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from tongban.conftest import DepartmentFactory
from tongban.documents import service
from tongban.documents.tests.test_render import SAMPLES
from tongban.files import service as files

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(department: Any) -> bytes:
    return service.render_and_sign("decision", SAMPLES["decision"], department.id)


def test_a_sealed_document_is_valid(sealed: bytes, department: Any) -> None:
    report = service.verify(sealed)
    assert (report.valid, report.intact, report.covers_whole) == (True, True, True)
    assert report.signer == department.name
    assert report.problems == ()
    assert report.signed_at is not None


def test_the_seal_stands_on_the_page(sealed: bytes) -> None:
    page = PdfReader(io.BytesIO(sealed)).pages[-1]
    field = page["/Annots"][0].get_object()
    x1, y1, x2, y2 = (float(value) for value in field["/Rect"])
    assert field["/AP"]
    assert 300 < x1 < x2 < 595
    assert 0 < y1 < y2 < 842


def test_an_invisible_seal(department: Any) -> None:
    pdf = service.sign(
        service.render("receipt", SAMPLES["receipt"]), department.id, reason="x", visible=False
    )
    assert service.verify(pdf).valid


def signed_length(pdf: bytes) -> int:
    """Bytes before the signature itself; all of them are signed."""
    found = re.search(rb"/ByteRange *\[ *0 +(\d+)", pdf)
    assert found
    return int(found[1])


def test_changes_are_found(sealed: bytes) -> None:
    middle = signed_length(sealed) // 2
    changed = sealed[:middle] + bytes([sealed[middle] ^ 1]) + sealed[middle + 1 :]
    assert not service.verify(changed).valid
    assert not service.verify(sealed + b"\n% more").valid
    writer = PdfWriter(io.BytesIO(sealed), incremental=True)
    writer.add_blank_page(100, 100)
    out = io.BytesIO()
    writer.write(out)
    report = service.verify(out.getvalue())
    assert not report.valid
    assert report.problems


@given(at=st.integers(min_value=0, max_value=10**6), change=st.integers(min_value=1, max_value=255))
@rules(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_changed_byte_of_the_signed_part_passes(sealed: bytes, at: int, change: int) -> None:
    at %= signed_length(sealed)
    changed = bytearray(sealed)
    changed[at] ^= change
    assert not service.verify(bytes(changed)).valid


@given(junk=st.binary(max_size=400))
@rules(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_junk_has_problems_and_no_seal(junk: bytes) -> None:
    for data in (junk, b"%PDF-1.7\n" + junk):
        assert service.verify(data).problems


def test_an_unsigned_document_is_not_valid() -> None:
    assert not service.verify(service.render("receipt", SAMPLES["receipt"])).valid


def test_another_authority_is_not_trusted(sealed: bytes, settings: Any, tmp_path: Path) -> None:
    settings.KEYS_ROOT = tmp_path / "elsewhere"
    report = service.verify(sealed)
    assert report.intact
    assert not report.valid


def test_a_revoked_seal_is_told(department: Any) -> None:
    seal = service.seal_for(department.id)
    seal.revoked_at = seal.valid_from
    seal.save()
    pdf = service.render_and_sign("receipt", SAMPLES["receipt"], department.id)
    assert not service.verify(pdf).valid


def test_private_keys_are_encrypted_and_not_in_the_database(department: Any, settings: Any) -> None:
    seal = service.seal_for(department.id)
    assert seal == service.seal_for(department.id)
    kept = list(Path(settings.KEYS_ROOT).rglob("*.key"))
    assert len(kept) == 2
    for path in kept:
        assert b"BEGIN ENCRYPTED PRIVATE KEY" in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
        with pytest.raises(TypeError):
            serialization.load_pem_private_key(path.read_bytes(), None)
    assert "PRIVATE" not in seal.pem


def test_each_department_has_its_own_seal(department: Any) -> None:
    other = DepartmentFactory(name="福州市城市管理委员会")
    pdf = service.render_and_sign("receipt", SAMPLES["receipt"], other.id)
    assert service.verify(pdf).signer == "福州市城市管理委员会"
    assert service.seal_for(other.id).serial != service.seal_for(department.id).serial


def test_a_new_name_means_a_new_seal(department: Any) -> None:
    old = service.seal_for(department.id)
    department.name = "福州市市场监管委员会"
    department.save()
    new = service.seal_for(department.id)
    old.refresh_from_db()
    assert new.serial != old.serial
    assert old.revoked_at is not None


def test_produce_keeps_a_sealed_file(department: Any) -> None:
    stored = service.produce("receipt", SAMPLES["receipt"], department.id, "收件凭证.pdf")
    assert service.verify(files.read(stored.hash)).valid
    plain = service.produce("receipt", SAMPLES["receipt"], None, "收件凭证.pdf")
    assert not service.verify(files.read(plain.hash)).valid


@pytest.mark.parametrize("name", ["厅", "福州市公安局", "中华人民共和国福建省福州市鼓楼区市场监督管理局"])
def test_seals_of_short_and_long_names(name: str) -> None:
    assert service.seal_png(name, "电子印章").startswith(b"\x89PNG")
