"""Browser tests: a live server on the test database, and visitors with a real Chromium.

Fixtures: ``desktop`` and ``phone`` give pages of one size, ``page`` runs the test in both sizes.
``visitor(phone=False)`` opens further pages as other people. Helpers: ``shot`` and ``axe``.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import VAR, browser, new_context
from playwright.sync_api import Browser, BrowserContext, Page

# Playwright's synchronous interface keeps an event loop in this thread; the database calls of
# tests and factories in the same thread are ordinary synchronous ones.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

Visitor = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for a file. Playwright's event loop counts as running in this thread while it lives, and
    what calls ``asyncio.run`` (sealing a PDF does) would fail in any other file that ran here after."""
    with browser() as started:
        yield started
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()


@pytest.fixture
def visitor(chromium: Browser, live_server, transactional_db) -> Iterator[Visitor]:  # type: ignore[no-untyped-def]
    """Open a page as a new visitor: ``visitor(phone=True)``. Script errors fail the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(*, phone: bool = False) -> Page:
        context = new_context(chromium, phone=phone, base_url=live_server.url)
        contexts.append(context)
        opened = context.new_page()
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.on(
            "console",
            lambda m: errors.append(m.text) if "Content Security Policy" in m.text else None,
        )
        return opened

    yield open_page
    for context in contexts:
        context.close()
    assert not errors, f"The pages' scripts failed: {errors}"


@pytest.fixture
def desktop(visitor: Visitor) -> Page:
    return visitor()


@pytest.fixture
def phone(visitor: Visitor) -> Page:
    return visitor(phone=True)


@pytest.fixture(params=["desktop", "phone"])
def page(request: pytest.FixtureRequest, visitor: Visitor) -> Page:
    return visitor(phone=request.param == "phone")


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Callable[[Page, str], Path]:
    """Keep a picture: ``shot(page, "01-home")`` writes ``var/shots/01-home-desktop.png``."""

    def keep(page: Page, name: str) -> Path:
        size = "phone" if (page.viewport_size or {}).get("width", 1280) < 600 else "desktop"
        path = VAR / "shots" / f"{name}-{size}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path, full_page=True, caret="initial")
        return path

    return keep


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Assert that the page in its present state breaks no accessibility rule."""

    def check(page: Page) -> None:
        result = Axe().run(page)
        assert result.violations_count == 0, f"{page.url}\n{result.generate_report()}"

    return check
