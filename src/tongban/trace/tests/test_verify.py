"""Tampering by SQL as superuser, in every way, is found; and what is said about what is not covered holds."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection, transaction

from tongban.trace import checkpoints, keys, service
from tongban.trace.canon import chained, row_content
from tongban.trace.cli import commands
from tongban.trace.models import TraceHead, TraceRow

from .conftest import CLERK, Sql

TOOL = Path(__file__).parents[4] / "tools" / "trace_verify.py"


def kinds() -> set[str]:
    return {p.kind for p in service.verify().problems if p.kind != "guard"}


def rewrite(tamper: Sql, chain: str, start: int, **changes: object) -> None:
    """What a careful forger does: change a row and recompute all hashes after it, and the head."""
    prev = None
    for row in TraceRow.objects.filter(chain=chain, seq__gte=start).order_by("seq"):
        if row.seq == start:
            for name, value in changes.items():
                setattr(row, name, value)
        row.prev = prev or row.prev
        content = row_content(row.id, row.chain, row.seq, row.at, row.action, row.about, row.actor, row.data)
        prev = chained(bytes(row.prev), content)
        tamper(
            "UPDATE trace_row SET action = %s, data = %s, prev = %s, hash = %s WHERE id = %s",
            [row.action, json.dumps(row.data), bytes(row.prev), prev, row.id],
        )
    tamper("UPDATE trace_head SET hash = %s WHERE chain = %s", [prev, chain])


def test_an_untouched_trace_is_clean(chains: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only_truncate'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only_truncate")
    report = service.verify()
    assert report.ok
    assert (report.rows, report.chains, report.checkpoints, report.uncovered_rows) == (15, 3, 1, 6)
    assert service.make_checkpoint() is not None
    assert service.make_checkpoint() is None
    assert service.verify().uncovered_rows == 0


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("UPDATE trace_row SET action = 'case.granted' WHERE chain = '甲' AND seq = 2", "changed"),
        ("UPDATE trace_row SET data = '{}' WHERE chain = '甲' AND seq = 5", "changed"),
        ("UPDATE trace_row SET about = '' WHERE chain = '甲' AND seq = 1", "changed"),
        ("UPDATE trace_row SET actor = '{\"kind\": \"system\"}' WHERE chain = '甲' AND seq = 1", "changed"),
        ("UPDATE trace_row SET at = at - interval '1 day' WHERE chain = '甲' AND seq = 4", "changed"),
        ("UPDATE trace_row SET id = gen_random_uuid() WHERE chain = '甲' AND seq = 4", "changed"),
        ("UPDATE trace_row SET chain = '丁' WHERE chain = '甲'", "changed"),
        ("UPDATE trace_row SET mac = decode(repeat('00', 32), 'hex') WHERE seq = 4", "forged"),
        ("DELETE FROM trace_row WHERE chain = '甲' AND seq = 1", "missing"),
        ("DELETE FROM trace_row WHERE chain = '甲' AND seq = 3", "missing"),
        ("DELETE FROM trace_row WHERE chain = '甲' AND seq = 5", "missing"),
        ("DELETE FROM trace_row WHERE chain = '甲'", "missing"),
        ("DELETE FROM trace_head WHERE chain = '甲'", "head"),
        ("UPDATE trace_head SET seq = 4 WHERE chain = '甲'", "head"),
        ("UPDATE trace_row SET seq = 9 - seq WHERE chain = '甲' AND seq IN (4, 5)", "changed"),
        ("UPDATE trace_row SET seq = 5 - seq WHERE chain = '甲' AND seq IN (2, 3)", "relinked"),
        (
            "INSERT INTO trace_row SELECT gen_random_uuid(), chain, seq, at, 'case.granted', about, actor,"
            " data, prev, hash, mac FROM trace_row WHERE chain = '甲' AND seq = 3",
            "inserted",
        ),
        (
            "INSERT INTO trace_row SELECT gen_random_uuid(), chain, 6, now(), action, about, actor, data,"
            " hash, hash, mac FROM trace_row WHERE chain = '甲' AND seq = 5",
            "head",
        ),
        ("DELETE FROM trace_checkpoint", "anchor"),
        ("UPDATE trace_checkpoint SET heads = '[]'", "checkpoint"),
        ("UPDATE trace_checkpoint SET signature = hash || hash", "checkpoint"),
        ("UPDATE trace_checkpoint SET number = 2", "checkpoint"),
    ],
)
def test_plain_tampering_is_found(chains: None, tamper: Sql, sql: str, kind: str) -> None:
    checkpoints.write_anchor()
    assert kinds() == set()
    tamper(sql)
    assert kind in kinds()


def test_a_forger_who_recomputes_hashes_lacks_the_key(chains: None, tamper: Sql) -> None:
    rewrite(tamper, "甲", 5, data={"granted": True})  # after the last checkpoint
    assert kinds() == {"forged"}


def test_a_forger_who_stole_the_mac_key_is_caught_by_the_checkpoint(chains: None, tamper: Sql) -> None:
    rewrite(tamper, "甲", 2, action="case.granted")
    for row in TraceRow.objects.filter(chain="甲"):
        tamper("UPDATE trace_row SET mac = %s WHERE id = %s", [keys.mac(bytes(row.hash)), row.id])
    assert kinds() == {"checkpoint"}


def test_sealed_rows_cut_off_with_the_head_set_back_are_missed(chains: None, tamper: Sql) -> None:
    cut_back(tamper, "甲", 2)
    assert kinds() == {"missing"}


def test_a_sealed_chain_removed_with_its_head_is_missed(chains: None, tamper: Sql) -> None:
    tamper("DELETE FROM trace_row WHERE chain = '乙'")
    tamper("DELETE FROM trace_head WHERE chain = '乙'")
    assert kinds() == {"missing"}


def test_unsealed_rows_cut_off_are_missed_only_from_the_next_checkpoint_on(chains: None, tamper: Sql) -> None:
    """The stated limit: nothing signed covers the last minute. Once sealed, the same cut is found."""
    with transaction.atomic():
        cut_back(tamper, "甲", 4)
        assert kinds() == set()
        assert service.verify().uncovered_rows == 5
        transaction.set_rollback(True)
    service.make_checkpoint()
    cut_back(tamper, "甲", 4)
    assert kinds() == {"missing"}


def cut_back(tamper: Sql, chain: str, seq: int) -> None:
    tamper("DELETE FROM trace_row WHERE chain = %s AND seq > %s", [chain, seq])
    last = TraceRow.objects.get(chain=chain, seq=seq)
    tamper("UPDATE trace_head SET seq = %s, hash = %s WHERE chain = %s", [seq, bytes(last.hash), chain])


def test_checkpoints_removed_from_the_end_are_missed_through_the_anchor(chains: None, tamper: Sql) -> None:
    service.make_checkpoint()
    checkpoints.write_anchor()
    checkpoints.write_anchor()
    assert [line["number"] for line in checkpoints.read_anchor(checkpoints.anchor_path())] == [1, 2]
    tamper("DELETE FROM trace_checkpoint WHERE number = 2")
    assert kinds() == {"anchor"}


def test_a_line_of_the_anchor_cut_short_by_a_crash_is_written_again(chains: None) -> None:
    checkpoints.write_anchor()
    path = checkpoints.anchor_path()
    with path.open("a") as file:
        file.write('{"number": 2, "ha')
    assert kinds() == set()
    service.make_checkpoint()
    checkpoints.write_anchor()
    assert [line["number"] for line in checkpoints.read_anchor(path)] == [1, 2]


def test_another_key_signs_nothing(chains: None, settings, tmp_path: Path) -> None:
    settings.KEYS_ROOT = tmp_path / "thief"
    assert kinds() == {"checkpoint", "forged"}


def test_private_keys_lie_encrypted_and_closed_to_others(chains: None, settings) -> None:
    pem = settings.KEYS_ROOT / "trace-signing.pem"
    assert b"ENCRYPTED" in pem.read_bytes()
    assert pem.stat().st_mode & 0o077 == 0
    assert b"PUBLIC" in (settings.KEYS_ROOT / "trace-public.pem").read_bytes()


def test_a_trigger_switched_off_is_reported(chains: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM trace_row LIMIT 1")
        part = cursor.fetchone()[0]
        cursor.execute(f"ALTER TABLE {part} DISABLE TRIGGER append_only")
    assert any(p.kind == "guard" and part in p.message for p in service.verify().problems)


def test_the_command_reports_in_words_and_as_json(chains: None, tamper: Sql) -> None:
    tamper("UPDATE trace_row SET action = 'x' WHERE chain = '甲' AND seq = 2")
    done = CliRunner().invoke(commands, ["verify", "--json"])
    assert done.exit_code == 1
    report = json.loads(done.output)
    assert report["ok"] is False
    assert {k: report["problems"][0][k] for k in ("kind", "chain", "seq")} == {
        "kind": "changed",
        "chain": "甲",
        "seq": 2,
    }
    assert "changed: 甲#2" in CliRunner().invoke(commands, ["verify"]).output


def outside(*args: object) -> tuple[int, dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-I", str(TOOL), *map(str, args), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else {"error": done.stderr}


def test_an_export_is_verified_by_the_separate_program(chains: None, settings, tmp_path: Path) -> None:
    made = service.export(tmp_path)
    status, report = outside(made, "--key", settings.KEYS_ROOT / "trace-public.pem")
    assert (status, report["ok"], report["rows"], report["uncovered_rows"]) == (0, True, 15, 6)
    assert "tongban" not in TOOL.read_text().replace("tongban-trace", "")


Lines = list[str]


def without(*words: str) -> Callable[[Lines], Lines]:
    """The export without the lines that hold all of ``words``."""
    return lambda lines: [line for line in lines if not all(word in line for word in words)]


def renamed(lines: Lines) -> Lines:
    return [*lines[:3], lines[3].replace("case.step", "case.gone"), *lines[4:]]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (renamed, "the content does not give"),
        (lambda lines: lines[:2] + lines[3:], "gone"),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], "gone"),
        (without('"kind": "checkpoint"'), "counts"),
        (without('"chain": "乙"', '"kind": "row"'), "it is gone"),
        (lambda lines: lines[:-1], "cut short"),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], "second row"),
    ],
)
def test_a_changed_export_is_found_out(chains: None, tmp_path: Path, edit, words: str) -> None:
    made = service.export(tmp_path / "all.jsonl")
    made.write_text("".join(edit(made.read_text().splitlines(keepends=True))))
    status, report = outside(made)
    assert status == 1
    assert words in " ".join(report["problems"])


def test_an_export_signed_by_another_key_is_found_out(chains: None, settings, tmp_path: Path) -> None:
    made = service.export(tmp_path / "all.jsonl")
    settings.KEYS_ROOT = tmp_path / "other"
    keys.key_id()
    status, report = outside(made, "--key", settings.KEYS_ROOT / "trace-public.pem")
    assert status == 1
    assert "key that was not given" in report["problems"][0]


def test_heads_being_written_to_wait_for_the_next_checkpoint(chains: None) -> None:
    made = service.make_checkpoint()
    assert made is not None
    assert [h[:2] for h in made.heads] == sorted([["甲", 5], ["乙", 5], ["丙", 5]])
    service.append(CLERK, "甲", "x", {})
    assert list(TraceHead.objects.filter(sealed=False).values_list("chain", flat=True)) == ["甲"]
