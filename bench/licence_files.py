"""A licence's face: typeset, sealed, and beside it a bare signature on an empty page.

Run with ``DATABASE_URL`` on a migrated database; nothing stays in it. Writes ``results/licence_files.json``.
"""

import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import django

TARGET_MS = 40.0
ROUNDS, EACH = 7, 12
FACE: dict[str, Any] = {
    "title": "食品经营许可证", "number": "市场监管局〔2026〕第000012号",
    "identifier": "1.2.156.3005.2.11100000Y90000019N001.91350102Y90000019N.20260000012.001.7",
    "department": "福州市市场监督管理局", "date": date(2026, 3, 20), "holder": "福州闽味轩餐饮有限公司",
    "lines": [
        {"label": "经营者名称", "value": "福州闽味轩餐饮有限公司"},
        {"label": "统一社会信用代码", "value": "91350102Y9X0000011"},
        {"label": "法定代表人", "value": "林小梅"},
        {"label": "经营场所", "value": "福建省福州市鼓楼区东街街道南后街 88 号 1 层"},
        {"label": "主体业态", "value": "餐饮服务经营者"},
        {"label": "经营项目", "value": "热食类食品制售、冷食类食品制售、自制饮品制售"},
    ],
    "valid_from": date(2026, 3, 20), "valid_to": date(2031, 3, 19),
    "check_url": "http://localhost:8000/check/Zk3oV9w2b7RrT1u8Qe5y4Xc6/",
}  # fmt: skip


def milliseconds(work: Callable[[int], object]) -> list[float]:
    """One round: the time of each of ``EACH`` calls."""
    times = []
    for turn in range(EACH):
        start = time.perf_counter()
        work(turn)
        times.append((time.perf_counter() - start) * 1000)
    return times


def empty_page() -> bytes:
    from pypdf import PdfWriter

    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(out)
    return out.getvalue()


def measure() -> dict[str, list[float]]:
    from tongban.documents import rendering
    from tongban.documents import service as documents
    from tongban.organisations import service as organisations
    from tongban.standards import codes

    ends = (f"91350102Y9000001{a}{b}" for a in "0123456789X" for b in "0123456789ABCDEFGHJKLMNPQRTUWXY")
    uscc = next(code for code in ends if codes.uscc_valid(code))
    department = organisations.ensure_department(
        "bench-licence-files", uscc, FACE["department"], division="3501"
    )
    empty, serial = empty_page(), iter(range(10**6))
    sealed = documents.render_and_sign("licence", FACE, department.id)
    assert documents.verify(sealed).valid

    def face() -> dict[str, Any]:
        return {**FACE, "number": f"第{next(serial):06d}号"}  # no two faces are alike

    works: dict[str, Callable[[int], object]] = {
        "sealed": lambda _turn: documents.render_and_sign("licence", face(), department.id),
        "bare": lambda _turn: documents.sign(empty, department.id, reason="bench", visible=False),
        "typeset": lambda _turn: rendering.render("licence", face()),
        "verify": lambda _turn: documents.verify(sealed),
    }
    times: dict[str, list[float]] = {name: [] for name in works}
    for name, work in works.items():  # warm up
        times[name].clear()
        milliseconds(work)
    for _ in range(ROUNDS):
        for name, work in works.items():
            times[name].append(statistics.median(milliseconds(work)))
    return times


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.settings")
    django.setup()
    from django.conf import settings
    from django.db import transaction

    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        settings.KEYS_ROOT = Path(folder)
        times = measure()
        transaction.set_rollback(True)
    medians = {name: round(statistics.median(values), 2) for name, values in times.items()}
    ours, reference = medians["sealed"], medians["bare"]
    result = {
        "name": "licence_files",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "unit": "ms for one typeset and sealed face (median)",
        "better": "lower",
        "ours": ours,
        "reference": {"name": "pyHanko signature alone, invisible, on an empty page", "value": reference},
        "ratio": round(ours / reference, 2),
        "target": TARGET_MS,
        "met": ours <= TARGET_MS,
        "detail": {
            "typeset_ms": medians["typeset"], "verify_ms": medians["verify"],
            "rounds": {name: [round(v, 2) for v in values] for name, values in times.items()},
            "load": [round(value, 2) for value in os.getloadavg()],
        },
    }  # fmt: skip
    path = Path(__file__).parent / "results" / "licence_files.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n")
    print(json.dumps({key: result[key] for key in ("ours", "reference", "ratio", "target", "met")}))


if __name__ == "__main__":
    main()
