"""File cases over the HTTP interface as a person's program would: create, form, two materials, submit."""

import io
import random
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
from PIL import Image

ITEM = "11350102Y90001249G4350131002000"
ANSWERS: dict[str, Any] = {
    "has_name": "yes",
    "trade_name": "福州市鼓楼区阿梅小吃店",
    "form_kind": "person",
    "business_address": "福州市鼓楼区东街口 18 号",
    "premises_kind": "rent",
    "industry": "catering",
    "business_scope": "小餐饮；食品销售（仅销售预包装食品）",
    "staff_count": 2,
    "capital": 50000,
}


class Refused(RuntimeError):
    """The platform answered, and the answer was no."""


@dataclass(frozen=True)
class Filed:
    """An acknowledged filing."""

    case_id: str
    number: str
    seconds: float


@cache
def picture() -> bytes:
    """A small scanned page."""
    random.seed(1)
    image = Image.new("L", (400, 560), 255)
    for _ in range(400):
        image.putpixel((random.randrange(400), random.randrange(560)), 0)
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=70)
    return out.getvalue()


def call(client: httpx.Client, method: str, path: str, *, patient: bool, **options: Any) -> httpx.Response:
    """One request; a patient caller repeats what broke off or met a failing server, for two minutes."""
    deadline = time.monotonic() + 120
    while True:
        try:
            answer = client.request(method, f"/api/v1{path}", **options)
            if answer.status_code < 500 or not patient or time.monotonic() > deadline:
                return answer
        except httpx.TransportError:
            if not patient or time.monotonic() > deadline:
                raise
        time.sleep(0.25)


def file_case(client: httpx.Client, materials: list[str], key: str, *, patient: bool = False) -> Filed:
    """File one case; the same ``key`` repeated never makes a second one."""
    begun = time.perf_counter()

    def ask(method: str, path: str, expected: int, **options: Any) -> dict[str, Any]:
        answer = call(client, method, path, patient=patient, **options)
        if answer.status_code != expected:
            raise Refused(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        body: dict[str, Any] = answer.json()
        return body

    headers = {"Idempotency-Key": key}
    case = ask("POST", "/cases", 201, json={"item": ITEM, "answers": {}}, headers=headers)
    path = f"/cases/{case['id']}"
    if case["state"] == "draft":
        ask("PATCH", path, 200, json={"answers": ANSWERS})
        for name in materials:
            file = {"file": (f"{name}.jpg", picture(), "image/jpeg")}
            ask("POST", f"{path}/materials/{name}/upload", 201, files=file)
    case = ask("POST", f"{path}/submit", 200, headers=headers)
    if not case["number"]:
        raise Refused(f"no number for {case['id']}")
    return Filed(case["id"], case["number"], time.perf_counter() - begun)
