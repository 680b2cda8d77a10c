"""Taking in files: what is sound is kept once, what is not is refused in plain words."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from tongban.files import service
from tongban.files.tests.conftest import DOCX, OFD, archive, image, pdf
from tongban.kit.actors import ANONYMOUS, Actor
from tongban.kit.errors import Forbidden, Invalid

pytestmark = pytest.mark.django_db


def upload(data: bytes, name: str = "材料.pdf", content_type: str = "text/html") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type)


def refused(actor: Actor, data: bytes, **kwargs: object) -> tuple[str, str]:
    with pytest.raises(Invalid) as caught:
        service.store_upload(actor, upload(data), **kwargs)  # type: ignore[arg-type]
    problem = caught.value.problems[0]
    assert problem.field == "file"
    return problem.rule, str(problem.message)


@pytest.mark.parametrize(
    ("data", "extension", "media_type"),
    [
        (pdf(), "pdf", "application/pdf"),
        (image("PNG"), "png", "image/png"),
        (image("JPEG"), "jpg", "image/jpeg"),
        (archive(DOCX), "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (archive(OFD), "ofd", "application/ofd"),
    ],
)
def test_sound_files_are_kept_under_their_hash(
    resident: Actor, own_store: Path, data: bytes, extension: str, media_type: str
) -> None:
    stored = service.store_upload(resident, upload(data, name="营业执照.exe"))
    assert stored.hash == hashlib.sha256(data).hexdigest()
    assert (stored.size, stored.media_type, stored.name) == (len(data), media_type, f"营业执照.{extension}")
    assert service.read(stored.hash) == data
    with service.open_file(stored.hash) as file:
        assert file.read() == data
    assert not list((own_store / "incoming").iterdir())


def test_the_same_content_is_kept_once(resident: Actor, own_store: Path) -> None:
    first = service.store_upload(resident, upload(pdf(), "a.pdf"))
    second = service.store_upload(resident, upload(pdf(), "b.pdf"))
    assert first == second
    assert service.StoredFile.objects.count() == 1
    assert len([p for p in own_store.rglob("*") if p.is_file()]) == 1


def test_only_those_signed_in_may_upload() -> None:
    with pytest.raises(Forbidden):
        service.store_upload(ANONYMOUS, upload(pdf()))


def test_nothing_chosen_and_empty_file(resident: Actor) -> None:
    with pytest.raises(Invalid):
        service.store_upload(resident, None)
    assert refused(resident, b"")[0] == "required"


def test_a_kind_not_asked_for_is_refused_by_content(resident: Actor) -> None:
    rule, message = refused(resident, image("PNG"), accept=("pdf", "jpg"))
    assert rule == "type"
    assert "PDF" in message
    assert refused(resident, b"MZ\x90\x00" + b"\0" * 500)[0] == "type"
    assert refused(resident, b"<html><script>alert(1)</script></html>")[0] == "type"


def test_too_large(resident: Actor) -> None:
    rule, message = refused(resident, pdf(), max_bytes=100)
    assert rule == "max_bytes"
    assert "MB" in message


def encrypt(writer: PdfWriter) -> None:
    writer.encrypt("secret", algorithm="RC4-128")


def act(writer: PdfWriter, kind: str, key: str) -> None:
    parts = {NameObject("/S"): NameObject(kind), NameObject(key): TextStringObject("app.alert('x')")}
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(parts))


def script(writer: PdfWriter) -> None:
    act(writer, "/JavaScript", "/JS")


def launch(writer: PdfWriter) -> None:
    act(writer, "/Launch", "/F")


@pytest.mark.parametrize(("change", "rule"), [(encrypt, "encrypted"), (script, "script"), (launch, "script")])
def test_locked_and_scripted_pdfs(resident: Actor, change: Callable[[PdfWriter], None], rule: str) -> None:
    assert refused(resident, pdf(change))[0] == rule


def test_cut_off_files_are_broken(resident: Actor) -> None:
    assert refused(resident, image("PNG", (400, 400))[:-60])[0] == "broken"
    assert refused(resident, image("JPEG", (400, 400))[:-400])[0] == "broken"
    assert refused(resident, b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>")[0] == "broken"


def test_a_picture_with_too_many_pixels(resident: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tongban.files.checks.image.MAX_PIXELS", 1_000_000)
    assert refused(resident, image("PNG", (1001, 1000)))[0] == "too_complex"


def test_zip_bombs(resident: Actor) -> None:
    ratio = archive({**DOCX, "word/media/zeros.bin": b"\0" * 30_000_000})
    many = archive({**DOCX, **{f"word/{i}.xml": b"" for i in range(2_100)}})
    for bomb in (ratio, many):
        assert refused(resident, bomb)[0] == "too_complex"


def test_an_archive_that_lies_about_its_sizes(resident: Actor) -> None:
    data = archive({**OFD, "big.bin": bytes(range(256)) * 8_000})
    small, honest = (9).to_bytes(4, "little"), (256 * 8_000).to_bytes(4, "little")
    assert honest in data
    assert refused(resident, data.replace(honest, small))[0] == "broken"


@pytest.mark.parametrize(
    ("name", "rule"),
    [("../../etc/cron.d/x", "broken"), ("/abs.xml", "broken"), ("word/vbaProject.bin", "script")],
)
def test_archives_with_odd_entries(resident: Actor, name: str, rule: str) -> None:
    assert refused(resident, archive({**DOCX, name: b"x"}))[0] == rule


def test_external_entities_are_not_followed(resident: Actor) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    assert refused(resident, archive({**DOCX, "word/document.xml": bomb}))[0] == "broken"


HEADS = [b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"PK\x03\x04"]


@given(head=st.sampled_from(HEADS), junk=st.binary(min_size=1, max_size=2_000))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_junk_is_always_refused_politely(resident: Actor, head: bytes, junk: bytes) -> None:
    refused(resident, head + junk)


SOUND = [pdf(), image("PNG"), image("JPEG"), archive(DOCX)]


@given(
    data=st.sampled_from(SOUND),
    at=st.integers(min_value=0, max_value=10_000),
    change=st.binary(min_size=1, max_size=8),
)
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_damage_is_kept_whole_or_refused(resident: Actor, data: bytes, at: int, change: bytes) -> None:
    at %= len(data)
    damaged = data[:at] + change + data[at + len(change) :]
    try:
        stored = service.store_upload(resident, upload(damaged))
    except Invalid:
        return
    assert service.read(stored.hash) == damaged
