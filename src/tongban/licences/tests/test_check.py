"""The public check and the check of a file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tongban.documents import service as documents
from tongban.files import service as files
from tongban.kit.actors import SYSTEM
from tongban.kit.errors import NotFound
from tongban.licences import limits, service
from tongban.licences.cli import commands

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]
Issue = Callable[..., service.Licence]
META = {"ip": "203.0.113.7", "user_agent": "Scanner/1.0"}


@pytest.fixture
def pdf(issued: Issue, run_jobs: Any) -> tuple[service.Licence, bytes]:
    licence = issued()
    run_jobs()
    licence.refresh_from_db()
    return licence, files.read(licence.file_id)


def test_a_scan_tells_little_and_is_logged(issued: Issue, resident: Any) -> None:
    licence = issued()
    seen = service.public_check(licence.public_token, META)
    assert seen.valid
    assert seen.identifier == licence.identifier
    assert "*" in seen.holder
    assert resident.subject.name not in repr(seen)
    assert "南后街" not in repr(seen)
    use = service.uses_of(resident.actor, licence.id)[0]
    assert (use.kind, use.ip, use.user_agent) == ("public_check", "203.0.113.7", "Scanner/1.0")


def test_an_enterprise_is_named(issued: Issue, representative: Any) -> None:
    licence = issued(holder=representative.subject.id)
    assert service.public_check(licence.public_token).holder == representative.subject.name


def test_a_suspended_licence_is_told_as_such(issued: Issue) -> None:
    licence = issued()
    service.change_status(SYSTEM, licence.id, "02", "调查")
    seen = service.public_check(licence.public_token, META)
    assert not seen.valid
    assert "暂扣" in seen.message


@pytest.mark.parametrize("token", ["", "x", "a" * 5000, "' OR 1=1 --"])
def test_unknown_tokens(token: str) -> None:
    with pytest.raises(NotFound):
        service.public_check(token, META)


def test_a_strange_address_is_no_error(issued: Issue) -> None:
    assert service.public_check(
        issued().public_token, {"ip": "not an address", "user_agent": "x" * 999}
    ).valid


def test_guessing_is_slowed_down_by_address(issued: Issue) -> None:
    token = issued().public_token
    for _ in range(limits.LOOKUPS_PER_MINUTE):
        with pytest.raises(NotFound):
            service.public_check("guess", META)
    with pytest.raises(service.TooMany):
        service.public_check(token, META)
    assert service.public_check(token, {"ip": "203.0.113.8"}).valid


def test_the_issued_file_is_valid(pdf: tuple[service.Licence, bytes], tmp_path: Path) -> None:
    licence, data = pdf
    found = service.verify_file(data)
    assert found.problems == ()
    assert (found.valid, found.identifier, found.issuer) == (True, licence.identifier, licence.issuer.name)
    path = tmp_path / "x.pdf"
    path.write_bytes(data)
    assert service.verify_file(path) == service.verify_file(str(path)) == found


def test_status_counts_at_the_time_of_checking(pdf: tuple[service.Licence, bytes]) -> None:
    licence, data = pdf
    service.change_status(SYSTEM, licence.id, "07", "严重违法")
    found = service.verify_file(data)
    assert found.signature.valid
    assert not found.valid
    assert "吊销" in found.problems[0]


def test_a_sealed_file_that_was_never_issued(pdf: tuple[service.Licence, bytes], department: Any) -> None:
    licence, data = pdf
    forged = documents.render_and_sign(
        "licence", {**service.face_data(licence), "holder": "冒名者"}, department.id
    )
    found = service.verify_file(forged)
    assert found.signature.valid
    assert not found.valid
    assert not found.issued_here
    assert not service.verify_file(data + b" ").valid
    assert not service.verify_file(b"junk").valid


def test_the_command(pdf: tuple[service.Licence, bytes], tmp_path: Path) -> None:
    licence, data = pdf
    good, bad = tmp_path / "good.pdf", tmp_path / "bad.pdf"
    good.write_bytes(data)
    bad.write_bytes(b"%PDF-1.7 junk")
    run = CliRunner().invoke
    told = run(commands, ["verify", str(good), "--json"])
    assert told.exit_code == 0
    assert json.loads(told.output)["identifier"] == licence.identifier
    words = run(commands, ["verify", str(good)])
    assert "有效" in words.output
    assert licence.issuer.name in words.output
    told = run(commands, ["verify", str(bad), "--json"])
    assert told.exit_code == 1
    assert json.loads(told.output)["problems"]
    assert run(commands, ["verify", str(tmp_path / "none.pdf")]).exit_code == 2
