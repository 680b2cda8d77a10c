"""What the browser's stories share: one telling with its people, pictures and checks; the demo they need."""

import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from browser import sign_in
from django.db import connections
from PIL import Image
from playwright.sync_api import Page, expect

from tongban.conftest import run_due_jobs
from tongban.demo import loading
from tongban.demo.accounts import PASSWORD
from tongban.items import service as items

Shot = Callable[[Page, str], Path]
Thing = TypeVar("Thing")
Check = Callable[[Page], None]


def apart(work: Callable[[], Thing]) -> Thing:
    """Do it in a thread of its own: the browser keeps an event loop here, and sealing starts another."""

    def then_close() -> Thing:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(then_close).result()


def run_jobs() -> None:
    """What the worker would do by now."""
    apart(run_due_jobs)


def picture(name: str, colour: str) -> dict[str, object]:
    """A file to upload: a real picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(buffer, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": buffer.getvalue()}


class Story:
    """One telling: the applicant's page, staff pages of their own, pictures and checks at each step."""

    name = "story"  # what its pictures' names begin with

    def __init__(self, page: Page, visitor: Callable[..., Page], shot: Shot, axe: Check, origin: str) -> None:
        self.page, self.visitor, self.shot, self.axe, self.origin = page, visitor, shot, axe, origin
        self.phone = (page.viewport_size or {}).get("width", 1280) < 600
        self.step = 0
        self.number = self.case = ""

    def seen(self, page: Page, name: str) -> None:
        """The page as it is now: kept as a picture and free of accessibility faults."""
        self.step += 1
        self.shot(page, f"{self.name}-{self.step:02d}-{name}")
        self.axe(page)

    def staff(self, user: str) -> Page:
        page = self.visitor(phone=self.phone)
        sign_in(page, self.origin, user, PASSWORD)
        return page

    def claim(self, page: Page) -> None:
        """Take the case from the pool."""
        page.goto("/work/pool/")
        row = page.locator("tr", has_text=self.number)
        row.get_by_role("button", name="认领").click()
        expect(page.get_by_text("已认领")).to_be_visible()

    def choose(self, page: Page, name: str) -> None:
        """Open the page of an act that the desk offers."""
        page.locator(".tb-acts a", has_text=re.compile(rf"^\s*{name}")).first.click()

    def act(self, page: Page, name: str, **answers: str) -> None:
        """One act on the desk's case, filled in and confirmed."""
        self.choose(page, name)
        for label, value in answers.items():
            page.locator(f"[name={label}]").fill(value)
        page.locator("main form button.govuk-button").first.click()
        expect(page.get_by_text(f"已完成：{name}")).to_be_visible()


def load(*slugs: str) -> None:
    """What a story about these items needs of the demo province."""
    for piece in loading.pieces():
        kind, _colon, rest = piece.key.partition(":")
        if (kind == "item" and rest not in slugs) or (kind == "persons" and rest != "0"):
            continue
        loading.do(piece)
    items.rebuild_search()
    run_due_jobs()  # the licences' faces


def choose_firm(page: Page, firm: str) -> None:
    """Act for an enterprise from now on."""
    wanted = page.locator("#acting option", has_text=firm).first.inner_text()
    page.locator("#acting").select_option(label=wanted.strip())
    page.get_by_role("button", name="切换").click()
