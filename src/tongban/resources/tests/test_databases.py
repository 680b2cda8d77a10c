"""A department's own database, read where it is: a second database of the test cluster plays it."""

import io
from datetime import timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.utils import timezone
from psycopg import sql

from tongban.conftest import run_due_jobs
from tongban.notices.models import Notice
from tongban.resources import service, snapshots
from tongban.resources.databases import linking, reading
from tongban.resources.databases.base import CannotRead
from tongban.resources.databases.contrib.postgresql import adapter
from tongban.resources.models import DatabaseLink, Landed, Snapshot, Source, Value
from tongban.resources.tests.department_database import (
    LAYOUT,
    MAPPING,
    PEOPLE,
    Department,
    counts,
    names,
    read,
)
from tongban.trace import service as trace

pytestmark = pytest.mark.django_db


def test_rows_are_read_once_and_bad_ones_wait(linked: Department, steward: Any) -> None:
    for n in range(3):
        linked.put(n, f"陈小{'一二三'[n]}")
    linked.put(3, number="123")
    row = read(steward)
    assert (row.state, *counts(row)) == ("done", 4, 3, 0, 0, 1)
    assert names() == ["陈小一", "陈小三", "陈小二"]
    value = Value.objects.get(element="person.name", value="陈小一")
    assert abs(timezone.now() - value.as_of - timedelta(minutes=60)) < timedelta(minutes=1)
    kept = pq.read_table(io.BytesIO(snapshots.rows_path(row).read_bytes()))
    assert kept.num_rows == 4
    assert kept.column_names == ["line", "problem", "c:SFZH", "c:XM", "c:手机", "c:gxsj"]
    assert len(row.parquet_hash) == 64
    assert [p.name for p in snapshots.rows_path(row).parent.iterdir()] == [f"{row.id}.parquet"]
    waiting = Landed.objects.get(outcome="quarantined")
    assert waiting.reasons[0]["field"] == "subject"
    view = service.source_view(steward, "huji")
    assert (view.received, view.source.landed, view.quarantined, view.light) == (4, 3, 1, "green")
    acts = [r.action for r in trace.rows(steward, f"resources:{view.source.department_id}")]
    assert acts[-2:] == ["resources.database_asked", "resources.database_read"]


def test_only_what_changed_since_is_read_again(linked: Department, steward: Any) -> None:
    linked.put(0, ago=60)
    linked.put(1, ago=50)
    read(steward)
    linked.put(0, "陈改名", ago=1)
    linked.put(2, "新来的", ago=2)
    row = read(steward)
    # The one read last comes again: five minutes before it are read twice, for what was committed late.
    assert counts(row) == (3, 2, 1, 0, 0)
    assert names() == ["新来的", "陈小明", "陈改名"]
    linked.put(3, "迟到的", ago=3)  # dated before the last one, and seen only now
    assert counts(read(steward)) == (3, 1, 2, 0, 0)
    assert "迟到的" in names()


def test_rows_of_one_moment_are_not_lost_between_batches(
    linked: Department, steward: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(reading, "BATCH", 2)
    monkeypatch.setattr(adapter, "PAGE", 3)
    linked.admin.execute(
        "INSERT INTO \"户籍; 人\" SELECT n, (%s::text[])[n], '同时', NULL, NULL, '2026-01-01'"
        " FROM generate_series(1, 8) n",
        [PEOPLE],
    )
    assert counts(read(steward)) == (8, 8, 0, 0, 0)


def test_a_reading_killed_half_way_goes_on_where_it_stopped(
    linked: Department, steward: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(reading, "BATCH", 2)
    for n in range(5):
        linked.put(n, ago=60 - n)
    made = service.begin_reading(steward, "huji")
    taken, real = [], snapshots.take_line

    def dying(source: Source, row: Snapshot, line: Any, *rest: Any) -> str:
        taken.append(line.number)
        if line.number == 4 and taken.count(4) == 1:
            raise RuntimeError("killed")
        return real(source, row, line, *rest)

    monkeypatch.setattr(reading, "take_line", dying)
    with pytest.raises(RuntimeError):
        reading.read_database(made.id)
    made.refresh_from_db()
    assert (made.state, made.rows_read) == ("running", 2)
    assert DatabaseLink.objects.get().position == made.position
    row = reading.read_database(made.id)
    assert row is not None
    assert (row.state, *counts(row)) == ("done", 5, 5, 0, 0, 0)
    assert taken == [1, 2, 3, 4, 3, 4, 5]
    assert pq.read_table(snapshots.rows_path(row)).column("line").to_pylist() == [1, 2, 3, 4, 5]


def test_two_workers_take_a_row_once(linked: Department, steward: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(reading, "BATCH", 2)
    for n in range(4):
        linked.put(n, ago=60 - n)
    made = service.begin_reading(steward, "huji")
    assert service.begin_reading(steward, "huji") == made  # while it is being read that one is given back
    real, others = reading._batch, []

    def overtaken(*given: Any) -> bool:
        if not others:
            others.append(1)
            reading.read_database(made.id)  # another worker does it all in the meantime
        return real(*given)

    monkeypatch.setattr(reading, "_batch", overtaken)
    reading.read_database(made.id)
    made.refresh_from_db()
    assert (made.state, *counts(made)) == ("done", 4, 4, 0, 0, 0)


def test_a_row_put_right_in_its_own_database_waits_no_more(linked: Department, steward: Any) -> None:
    linked.put(1, number="123", ago=60)
    assert read(steward).quarantined == 1
    linked.put(1, ago=1)
    assert counts(read(steward)) == (1, 1, 0, 0, 0)
    row = Landed.objects.get(outcome="discarded")
    assert row.settled_why == "对方数据库里的这一行已经更新"
    view = service.source_view(steward, "huji")
    assert (view.quarantined, view.source.discarded) == (0, 1)


def test_rows_that_cannot_be_read_in_order_are_counted(linked: Department, steward: Any) -> None:
    linked.put(0)
    linked.put(1, ago=-60)  # in an hour
    linked.admin.execute('INSERT INTO "户籍; 人" (id) VALUES (99)')
    row = read(steward)
    assert (counts(row)[0], row.undated, row.future) == (1, 1, 1)
    linked.admin.execute('UPDATE "户籍; 人" SET gxsj = now() WHERE id = 1')
    assert read(steward).taken == 1


def test_each_cycle_reads_by_itself_and_leaves_no_line_when_nothing_is_new(
    linked: Department, steward: Any
) -> None:
    linked.put(0)
    assert reading.read_due() == 1
    assert reading.read_due() == 0  # the next is due in a day
    run_due_jobs()
    assert Snapshot.objects.get().taken == 1
    tomorrow = timezone.now() + timedelta(days=1, minutes=1)
    assert reading.read_due(tomorrow) == 1
    run_due_jobs()
    assert Snapshot.objects.count() == 1
    source = Source.objects.get(slug="huji")
    assert source.last_received is not None  # it was there and had nothing new
    service.stop_database(steward, "huji")
    assert reading.read_due(tomorrow + timedelta(days=2)) == 0
    service.resume_database(steward, "huji")
    assert reading.read_due() == 1


def test_a_reading_whose_worker_is_gone_is_begun_again(linked: Department, steward: Any) -> None:
    linked.put(0)
    made = service.begin_reading(steward, "huji")
    connection.cursor().execute("DELETE FROM procrastinate_jobs")
    assert reading.read_due(timezone.now() + timedelta(minutes=16)) == 1
    Snapshot.objects.filter(pk=made.pk).update(created_at=timezone.now() - timedelta(minutes=16))
    reading.read_due()
    run_due_jobs()
    made.refresh_from_db()
    assert (made.state, made.taken) == ("done", 1)


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        ('DROP TABLE "户籍; 人"', "表 户籍; 人 已不存在"),
        ('ALTER TABLE "户籍; 人" DROP COLUMN "手机"', "没有这些列了：手机"),
        ('ALTER TABLE "户籍; 人" DROP COLUMN gxsj', "没有这些列了：gxsj"),
        ('REVOKE ALL ON "户籍; 人" FROM {reader}', "不能再读"),
        ('ALTER TABLE "户籍; 人" ALTER gxsj TYPE text', "不再是日期时间"),
        ("ALTER ROLE {reader} PASSWORD 'other'", "密码不对"),
    ],
)
def test_what_keeps_it_from_reading_is_said_in_plain_words(
    break_it: str, words: str, linked: Department, steward: Any, department_database: Any
) -> None:
    linked.put(0)
    reader = sql.Identifier(department_database["reader"])
    linked.admin.execute(sql.SQL(break_it).format(reader=reader))  # type: ignore[arg-type]
    try:
        row = read(steward)
    finally:
        again = sql.SQL("ALTER ROLE {} PASSWORD {}")
        linked.admin.execute(again.format(reader, sql.Literal(department_database["secret"])))
    assert (row.state, row.rows_read) == ("failed", 0)
    assert words in row.problem
    link = DatabaseLink.objects.get()
    assert link.failures == 1
    assert link.next_at is not None
    assert link.next_at < timezone.now() + timedelta(minutes=31)
    assert words in Notice.objects.get(kind="resources.database_failed").body


def test_the_stewards_hear_once_of_a_database_that_is_away(linked: Department, steward: Any) -> None:
    told = Notice.objects.filter(kind="resources.database_failed")
    linked.put(0)
    linked.admin.execute('ALTER TABLE "户籍; 人" RENAME "XM" TO "MC"')
    assert [read(steward).state for _again in range(2)] == ["failed", "failed"]
    assert (told.count(), DatabaseLink.objects.get().failures) == (1, 2)
    linked.admin.execute('ALTER TABLE "户籍; 人" RENAME "MC" TO "XM"')
    assert read(steward).state == "done"
    linked.admin.execute('ALTER TABLE "户籍; 人" RENAME "XM" TO "MC"')
    read(steward)
    assert told.count() == 2


def test_a_slow_statement_is_stopped(linked: Department, steward: Any, settings: Any) -> None:
    linked.admin.execute(
        'CREATE VIEW slow AS SELECT id, "SFZH", "XM", "手机", gxsj, pg_sleep(2) IS NULL AS z FROM "户籍; 人"'
    )
    linked.admin.execute("GRANT SELECT ON slow TO PUBLIC")
    linked.put(0)
    service.choose_table(steward, "huji", "public", "slow")
    service.choose_order(steward, "huji", "id", "gxsj")
    settings.SOURCE_LOOK_SECONDS = 0.5
    with pytest.raises(CannotRead) as refused:
        service.try_database(steward, "huji", MAPPING, LAYOUT)
    assert refused.value.code == "slow"


def test_a_clock_that_went_back_stops_the_reading_until_a_person_decides(
    linked: Department, steward: Any, monkeypatch: Any
) -> None:
    linked.put(0)
    read(steward)
    DatabaseLink.objects.update(clock_lag=200.0)  # it was ahead by that much then
    row = read(steward)
    assert row.state == "failed"
    assert "慢了 3 分钟" in row.problem
    service.start_over(steward, "huji")
    assert counts(read(steward)) == (1, 0, 1, 0, 0)
    real = adapter.PostgresReader.clock
    monkeypatch.setattr(adapter.PostgresReader, "clock", lambda self: real(self) + timedelta(minutes=20))
    assert "快了 20 分钟" in read(steward).problem


def test_the_platform_cannot_write_there(linked: Department, steward: Any) -> None:
    linked.admin.execute('GRANT ALL ON "户籍; 人" TO PUBLIC')
    with (
        linking.opened(DatabaseLink.objects.get()) as reader,
        pytest.raises(CannotRead) as refused,
        reader._looking() as inside,  # type: ignore[attr-defined]
    ):
        inside.execute('DELETE FROM "户籍; 人"')
    assert "25006" in refused.value.message  # read_only_sql_transaction
