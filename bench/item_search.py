"""Search over many items: time of one question through the room's door, beside a plain LIKE on names.

The items are the real ones multiplied under new codes; the questions are everyday ones, rare and common
words, typing errors and long sentences. Ours cuts, widens by synonyms, ranks, counts facets and marks; the
reference only looks for the words in the name. Both answer each question in turn, five rounds; each
question's median counts, and p50 and p95 are taken over the questions.
"""

import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from import_rows import LARGE, ROOT, ROUNDS, empty, machine, multiplied, ours, scratch_database, write

TARGET_MS = 15.0  # p95 of one question
QUESTIONS = (
    "律师执业", "护照", "办执照", "我想开个饭店要办什么证", "驾照到期怎么换", "社保卡", "残疾证补办", "公证",
    "食品经营许可", "食品径营许可", "建设工程规划许可证", "上户口", "去香港", "教师资格", "医师",
    "港澳通行证签注",
    "无线电频率", "水利工程", "农药", "博物馆参观预约", "查询", "申请", "许可", "证明", "广东省公安厅",
    "外国人签证延期换发补发", "高校毕业生就业补贴怎么领", "我爸退休了养老金去哪里办理",
    "开网约车需要什么手续", "林木采伐",
)  # fmt: skip


def _milliseconds(work: Any) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _like(question: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT item_id, name FROM items_searchentry WHERE name LIKE %s ORDER BY name LIMIT 20",
            [f"%{question}%"],
        )
        cursor.fetchall()


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def measure() -> dict[str, Any]:
    """Run the comparison and return the result."""
    with scratch_database("item_search"), tempfile.TemporaryDirectory() as folder:
        from tongban.items import service as items

        large = Path(folder) / "large.jsonl"
        multiplied(large, LARGE)
        empty()
        ours(large)
        items.search("预热")
        fast: dict[str, list[float]] = {question: [] for question in QUESTIONS}
        like: dict[str, list[float]] = {question: [] for question in QUESTIONS}
        for _ in range(ROUNDS):
            for question in QUESTIONS:
                fast[question].append(_milliseconds(lambda q=question: items.search(q)))
                like[question].append(_milliseconds(lambda q=question: _like(q)))
        answered = sum(1 for question in QUESTIONS if items.search(question).total)
    medians = [statistics.median(values) for values in fast.values()]
    p95, reference = _p95(medians), _p95([statistics.median(values) for values in like.values()])
    slowest = max(fast, key=lambda question: statistics.median(fast[question]))
    return {
        "name": "item_search",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "unit": "ms (p95)",
        "better": "lower",
        "ours": round(p95, 2),
        "reference": {"name": "LIKE on names", "value": round(reference, 2)},
        "ratio": round(p95 / reference, 3),
        "target": TARGET_MS,
        "met": p95 <= TARGET_MS,
        "detail": {
            "items": LARGE,
            "questions": len(QUESTIONS),
            "answered": answered,
            "p50": round(statistics.median(medians), 2),
            "slowest": slowest,
        },
    }


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    write(measure())
