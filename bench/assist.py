"""The first reply to a question through real HTTP (granian), without a model, over all real items.

Both real files are imported; the held-out questions and the unanswerable ones of ``data/`` are asked as
first questions of new conversations, by the API (``POST /api/v1/assist/replies``) and on the page
without scripts (``POST /assist/``, a whole page with its form's token), in turn. Every question's median
over the rounds counts; p50 and p95 are taken over the questions, and the slowest single request stands
beside. Each round comes from a loopback address of its own, so that the limit of questions an address
has stays in force. The reference is plain BM25 over characters and pairs of the same texts in this
process: finding only, no HTTP, nothing kept.
At the end a quarter of the questions is asked again with the items multiplied to about 200,000.
"""

import http.client
import json
import math
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent))
from import_rows import REAL, ROOT, SHARED, empty, load, machine, scratch_database, write

ROUNDS = 5
TARGET_MS = 300.0  # p95 of a first reply
FILES = ("fresh_questions", "final_questions", "fresh_unanswerable", "final_unanswerable")
MOST = 120  # questions of each file: with four files still under what one address may ask in a minute
Ask = Callable[[str, int], Any]


def _questions() -> list[str]:
    asked: list[str] = []
    for name in FILES:
        lines = (ROOT / "bench" / "data" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        asked += [json.loads(line)["question"] for line in lines[:MOST]]
    return asked


class _Api:
    """One kept connection for each round."""

    def __init__(self, port: int, at: int) -> None:
        self.port, self.at = port, at
        self.connections: dict[int, http.client.HTTPConnection] = {}
        self.kinds: Counter[str] = Counter()

    def connection(self, turn: int) -> http.client.HTTPConnection:
        if turn not in self.connections:
            source = (f"127.0.{self.at}.{turn + 1}", 0)
            self.connections[turn] = http.client.HTTPConnection("127.0.0.1", self.port, source_address=source)
        return self.connections[turn]

    def ask(self, question: str, turn: int) -> None:
        body = json.dumps({"question": question})
        one = self.connection(turn)
        one.request("POST", "/api/v1/assist/replies", body, {"Content-Type": "application/json"})
        answer = one.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {said[:200]!r}")
        self.kinds[json.loads(said)["kind"]] += 1


class _Page(_Api):
    """The chat's page as a browser without scripts posts it; the form's token is fetched once a round."""

    def __init__(self, port: int, at: int) -> None:
        super().__init__(port, at)
        self.tokens: dict[int, tuple[str, str]] = {}

    def ask(self, question: str, turn: int) -> None:
        cookie, token = self._token(turn)
        body = urlencode({"q": question, "csrfmiddlewaretoken": token})
        one = self.connection(turn)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        one.request("POST", "/assist/", body, headers)
        answer = one.getresponse()
        page = answer.read()
        if answer.status != 200 or b"tb-chat__said" not in page:
            raise RuntimeError(f"/assist/: {answer.status}")

    def _token(self, turn: int) -> tuple[str, str]:
        if turn not in self.tokens:
            one = self.connection(turn)
            one.request("GET", "/assist/")
            answer = one.getresponse()
            page = answer.read().decode()
            cookie = (answer.headers["Set-Cookie"] or "").split(";")[0]
            found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
            if found is None:
                raise RuntimeError("the page has no form")
            self.tokens[turn] = (cookie, found[1])
        return self.tokens[turn]


def _milliseconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _figures(times: dict[str, list[float]]) -> dict[str, Any]:
    medians = {question: statistics.median(values) for question, values in times.items()}
    return {
        "p50": round(statistics.median(medians.values()), 2),
        "p95": round(statistics.quantiles(medians.values(), n=20, method="inclusive")[-1], 2),
        "slowest": max(medians, key=lambda question: medians[question]),
        "slowest_single": round(max(max(values) for values in times.values()), 2),
    }


def _among_many(url: str, questions: list[str]) -> dict[str, Any]:
    """The same by the API with the real items multiplied to about 200,000."""
    from django.db import connection
    from item_search import ITEMS, multiply, served

    from tongban.items.models import SearchEntry
    from tongban.items.searching.entries import count_words

    count = multiply(max(1, math.ceil(ITEMS / SearchEntry.objects.count())))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE items_searchentry")
        cursor.execute("ANALYZE items_itemversion")
    count_words()
    with served(url) as port:
        api = _Api(port, 3)
        api.ask("身份证丢了怎么补办", ROUNDS)
        times: dict[str, list[float]] = {one: [] for one in questions}
        for turn in range(ROUNDS):
            for question in questions:
                times[question].append(_milliseconds(lambda q=question, t=turn: api.ask(q, t)))
    return {"items": count, "questions": len(questions), **_figures(times)}


def measure() -> dict[str, Any]:
    """Run the measurement and return the result."""
    from item_search import served
    from retrieval import BM25, character_pairs, texts_of_items

    with scratch_database("assist"), tempfile.TemporaryDirectory() as folder:
        from django.db import connection

        from tongban.items import service as items
        from tongban.kit.actors import SYSTEM

        empty()
        for path, profile in ((REAL, "guangdong"), (SHARED / "data" / "guangan-items.js", "guangan")):
            items.import_file(SYSTEM, path, profile, report_folder=Path(folder))
        items.rebuild_search()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        found = texts_of_items()
        plain = BM25(found, character_pairs)
        place = connection.settings_dict
        url = f"postgresql://{place['USER']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
        busy = load()
        questions = list(dict.fromkeys(_questions()))
        with served(url) as port:
            api = _Api(port, 1)
            askers: dict[str, Ask] = {
                "api": api.ask,
                "page": _Page(port, 2).ask,
                "bm25": lambda question, _turn: plain.ask(question),
            }
            for ask in askers.values():
                ask("身份证丢了怎么补办", ROUNDS)
            api.kinds.clear()
            times: dict[str, dict[str, list[float]]] = {
                name: {one: [] for one in questions} for name in askers
            }
            for turn in range(ROUNDS):
                for question in questions:
                    for name, ask in askers.items():
                        spent = _milliseconds(lambda ask=ask, q=question, t=turn: ask(q, t))
                        times[name][question].append(spent)
        many = _among_many(url, questions[::4])
    detail = {name: _figures(values) for name, values in times.items()}
    p95, reference = detail["api"]["p95"], detail["bm25"]["p95"]
    return {
        "name": "assist",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "unit": "ms (p95) of a first reply over HTTP, no model",
        "better": "lower",
        "ours": p95,
        "reference": {"name": "BM25 in process, finding only", "value": reference},
        "ratio": round(p95 / reference, 3),
        "target": TARGET_MS,
        "met": p95 <= TARGET_MS,
        "detail": {
            "items": len(found),
            "questions": len(questions),
            "kinds": {kind: count // ROUNDS for kind, count in api.kinds.items()},
            "load": busy,
            **detail,
            "api_of_many": many,
        },
    }


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    write(measure())
