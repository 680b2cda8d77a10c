"""Search over 200,000 items through real HTTP (granian), beside tantivy on the same texts in this process.

The items are the real ones multiplied in the database under new codes and in varied divisions;
names carry a running number, so that no two texts are equal. The API's search endpoint and the
search page are asked the same everyday questions over one kept connection, five rounds in turn;
each question's median counts, and p50 and p95 are taken over the questions. tantivy has the same
cut terms of the same texts and gives back the same number of hits; it neither ranks by place nor
counts facets nor goes over HTTP, so it is a floor, not a peer.
"""

import http.client
import math
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent))
from import_rows import REAL, ROOT, SHARED, empty, load, machine, scratch_database, write

ITEMS = int(os.environ.get("TONGBAN_BENCH_ITEMS", "200000"))
ROUNDS = 5
TARGET_MS = 15.0  # p95 of one question
PLACE = "(ARRAY['35','3501','350102','350104','3502','350203','3505','350502','3504','3509'])[1 + c.n % 10]"
CODE = "left(t.code, 20) || 'x' || substr(c.item::text, 1, 18)"
QUESTIONS = (
    "律师执业", "护照", "办执照", "我想开个饭店要办什么证", "驾照到期怎么换", "社保卡", "残疾证补办", "公证",
    "食品经营许可", "食品径营许可", "建设工程规划许可证", "上户口", "去香港", "教师资格", "医师",
    "港澳通行证签注",
    "无线电频率", "水利工程", "农药", "博物馆参观预约", "查询", "申请", "许可", "证明", "广东省公安厅",
    "外国人签证延期换发补发", "高校毕业生就业补贴怎么领", "我爸退休了养老金去哪里办理",
    "开网约车需要什么手续", "林木采伐",
)  # fmt: skip


def multiply(times: int) -> int:
    """Each real item as further bodies handle it; returns how many entries there are then.

    A copy has a code, a place, a department and a name of its own, as the counties of a province implement
    one standard; its other words are the real item's. So every word occurs as often in proportion as in the
    real catalogue, which is the hard case: no question gets rarer words by there being more items. Half of
    the copies count as handled on this platform, the others as only described.
    """
    from django.db import connection

    changes = {
        "items_item": {"id": "c.item", "code": CODE, "slug": "NULL", "division": PLACE},
        "items_itemversion": {"id": "c.version", "item_id": "c.item"},
        "items_searchentry": {
            "item_id": "c.item", "version_id": "c.version", "code": CODE, "division": PLACE,
            "own": "c.n % 2 = 0", "name": "left(t.name, 180) || '（' || c.n || '号）'",
            "department_name": "left(t.department_name, 80) || c.n",
            "words": "t.words || (quote_literal('z' || c.n) || ':1C')::tsvector",
        },
    }  # fmt: skip
    keys = {"items_item": "t.id = c.item_id", "items_itemversion": "t.id = c.version_id",
            "items_searchentry": "t.item_id = c.item_id"}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # copies need no trigger or key looked at
        cursor.execute(
            "CREATE TEMP TABLE copies AS SELECT e.item_id, e.version_id, n, gen_random_uuid() AS item, "
            "gen_random_uuid() AS version FROM items_searchentry e, generate_series(1, %s) n",
            [times - 1],
        )
        for table, changed in changes.items():
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
                "AND is_generated = 'NEVER'",
                [table],
            )
            names = [row[0] for row in cursor.fetchall()]
            values = ", ".join(changed.get(name, f't."{name}"') for name in names)
            columns = ", ".join(f'"{name}"' for name in names)
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {values} "
                f"FROM {table} t JOIN copies c ON {keys[table]}"
            )
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("DROP TABLE copies")
        cursor.execute("SELECT count(*) FROM items_searchentry")
        return int(cursor.fetchone()[0])


@contextmanager
def served(database: str) -> Iterator[int]:
    """Granian on a free port over this database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    env = {**os.environ, "DATABASE_URL": database, "PYTHONPATH": str(ROOT / "src"),
           "DJANGO_SETTINGS_MODULE": "tongban.settings"}  # fmt: skip
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--blocking-threads", "1", "--no-ws", "tongban.wsgi:application",
    ]  # fmt: skip
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, env=env, cwd=ROOT, stdout=quiet, stderr=quiet)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


class _Tantivy:
    """The reference: the same terms, its own BM25."""

    def __init__(self, folder: str) -> None:
        import tantivy
        from django.db import connection

        from tongban.items.searching.words import terms

        builder = tantivy.SchemaBuilder()
        builder.add_text_field("words", tokenizer_name="whitespace")
        self.index = tantivy.Index(builder.build(), path=folder)
        self.tantivy, self.terms = tantivy, terms
        writer = self.index.writer(heap_size=200_000_000, num_threads=1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT array_to_string(tsvector_to_array(words), ' ') FROM items_searchentry")
            for (words,) in cursor.fetchall():
                writer.add_document(tantivy.Document(words=words))
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        self.searcher = self.index.searcher()

    def ask(self, question: str) -> None:
        t = self.tantivy
        words = [
            (t.Occur.Should, t.Query.term_query(self.index.schema, "words", one))
            for one in self.terms(question)
        ]
        for _, address in self.searcher.search(t.Query.boolean_query(words), 20).hits:
            self.searcher.doc(address)


def _milliseconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _asker(port: int, path: str) -> Callable[[str], None]:
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def ask(question: str) -> None:
        connection.request("GET", path + quote(question))
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200 or not body:
            raise RuntimeError(f"{path}: {answer.status}")

    return ask


def _figures(times: dict[str, list[float]]) -> dict[str, Any]:
    medians = {question: statistics.median(values) for question, values in times.items()}
    return {
        "p50": round(statistics.median(medians.values()), 2),
        "p95": round(statistics.quantiles(medians.values(), n=20, method="inclusive")[-1], 2),
        "slowest": max(medians, key=lambda question: medians[question]),
    }


def measure() -> dict[str, Any]:
    """Run the comparison and return the result."""
    with scratch_database("item_search"), tempfile.TemporaryDirectory() as folder:
        from django.db import connection

        from tongban.divisions import service as divisions
        from tongban.items import service as items
        from tongban.items.models import SearchEntry
        from tongban.items.searching.entries import count_words
        from tongban.kit.actors import SYSTEM

        empty()
        divisions.load()
        for path, profile in ((REAL, "guangdong"), (SHARED / "data" / "guangan-items.js", "guangan")):
            items.import_file(SYSTEM, path, profile, report_folder=Path(folder))
        items.rebuild_search()
        count = multiply(max(1, math.ceil(ITEMS / SearchEntry.objects.count())))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE items_searchentry")
        count_words()
        tantivy = _Tantivy(folder)
        place = connection.settings_dict
        url = f"postgresql://{place['USER']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
        with served(url) as port:
            askers = {
                "api": _asker(port, "/api/v1/items?q="),
                "page": _asker(port, "/search/?q="),
                "tantivy": tantivy.ask,
            }
            times: dict[str, dict[str, list[float]]] = {
                name: {one: [] for one in QUESTIONS} for name in askers
            }
            before = load()
            for ask in askers.values():
                ask("预热")
            for _ in range(ROUNDS):
                for question in QUESTIONS:
                    for name, ask in askers.items():
                        times[name][question].append(_milliseconds(lambda ask=ask, q=question: ask(q)))
    detail = {name: _figures(values) for name, values in times.items()}
    p95, reference = detail["api"]["p95"], detail["tantivy"]["p95"]
    return {
        "name": "item_search",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "load": {"before": before, "after": load()},
        "unit": "ms (p95) of the API's search over HTTP",
        "better": "lower",
        "ours": p95,
        "reference": {"name": "tantivy in process", "value": reference},
        "ratio": round(p95 / reference, 3),
        "target": TARGET_MS,
        "met": p95 <= TARGET_MS,
        "detail": {"items": count, "questions": len(QUESTIONS), **detail},
    }


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    write(measure())
