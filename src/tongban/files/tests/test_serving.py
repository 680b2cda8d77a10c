"""Giving files out, and large uploads over HTTP."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from tongban.files import service
from tongban.files.rules import KINDS, display_name
from tongban.files.store import path_of
from tongban.files.tests.conftest import image, pdf
from tongban.kit.actors import Actor
from tongban.kit.errors import Invalid, NotFound


def body(response: object) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_download_headers(rf: RequestFactory) -> None:
    stored = service.store_bytes(pdf(), "application/pdf", "回执.pdf")
    response = service.respond(rf.get("/"), stored.hash, "办件回执 2026.pdf")
    assert body(response) == pdf()
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%8A%9E")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "private" in response["Cache-Control"]
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.django_db
def test_inline_only_for_kinds_that_are_safe(rf: RequestFactory) -> None:
    shown = service.store_bytes(image(), "image/png", "照片.png")
    docx = service.store_bytes(b"PK", "application/vnd.ms-word", "x.doc")
    first = service.respond(rf.get("/"), shown.hash, "照片.png", inline=True)
    second = service.respond(rf.get("/"), docx.hash, "x.doc", inline=True)
    assert first["Content-Disposition"].startswith("inline")
    assert "sandbox" in first["Content-Security-Policy"]
    assert second["Content-Disposition"].startswith("attachment")
    first.close()
    second.close()


@pytest.mark.django_db
def test_not_modified(rf: RequestFactory) -> None:
    stored = service.store_bytes(pdf(), "application/pdf", "a.pdf")
    request = rf.get("/", headers={"if-none-match": f'"{stored.hash}"'})
    assert service.respond(request, stored.hash, "a.pdf").status_code == 304


@pytest.mark.django_db
@pytest.mark.parametrize("hash_", ["0" * 64, "../../etc/passwd", "", "A" * 64])
def test_unknown_files(rf: RequestFactory, hash_: str) -> None:
    with pytest.raises(NotFound):
        service.read(hash_)
    with pytest.raises(NotFound):
        service.respond(rf.get("/"), hash_, "x")


@pytest.mark.django_db
def test_a_changed_or_missing_content_is_found_out() -> None:
    stored = service.store_bytes(pdf(), "application/pdf", "a.pdf")
    path = path_of(stored.hash)
    path.chmod(0o600)
    path.write_bytes(b"changed")
    with pytest.raises(service.Damaged):
        service.read(stored.hash)
    path.unlink()
    with pytest.raises(service.Damaged):
        service.open_file(stored.hash)


def posted(rf: RequestFactory, data: bytes) -> HttpRequest:
    return rf.post("/", {"csrf": "kept", "file": SimpleUploadedFile("big.pdf", data), "after": "too"})


@pytest.mark.parametrize("size", [150_000, 900_000])
def test_a_large_upload_is_dropped_while_it_arrives(
    rf: RequestFactory, settings: object, resident: Actor, tmp_path: Path, size: int
) -> None:
    settings.UPLOAD_MAX_BYTES = 100_000  # type: ignore[attr-defined]
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10  # type: ignore[attr-defined]
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)  # type: ignore[attr-defined]
    request = posted(rf, b"x" * size)
    assert (request.POST["csrf"], request.POST["after"]) == ("kept", "too")
    with pytest.raises(Invalid) as caught:
        service.store_upload(resident, request.FILES["file"])
    assert caught.value.problems[0].rule == "max_bytes"
    assert request.FILES["file"].size > 100_000
    assert sum(p.stat().st_size for p in tmp_path.rglob("*.upload*")) <= 100_000


@pytest.mark.django_db
def test_an_upload_below_the_limit_passes(rf: RequestFactory, settings: object, resident: Actor) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10  # type: ignore[attr-defined]
    stored = service.store_upload(resident, posted(rf, pdf()).FILES["file"])
    assert service.read(stored.hash) == pdf()


@given(name=st.text(max_size=300), kind=st.sampled_from(list(KINDS.values())))
def test_display_names_are_harmless(name: str, kind: object) -> None:
    shown = display_name(name, kind)  # type: ignore[arg-type]
    assert shown.endswith("." + kind.extension)  # type: ignore[attr-defined]
    assert not set(shown) & set('/\\:*?"<>|\n\r\0\u202e')
    assert 0 < len(shown) <= 110


def test_display_name_of_a_path() -> None:
    assert display_name("C:\\fakepath\\我的 照片.JPG", KINDS["jpg"]) == "我的 照片.jpg"
    assert display_name("../../x.pdf", KINDS["pdf"]) == "x.pdf"
    assert display_name("v1.2版说明", KINDS["pdf"]).endswith(".pdf")
