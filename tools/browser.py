"""A real Chromium for tests and for looking at pages, with a Chinese font on machines that have none."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
VAR = Path(os.environ.get("TONGBAN_VAR", ROOT / "var"))
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  {folders}
  <cachedir>{cache}</cachedir>
  <alias binding="same"><family>sans-serif</family><prefer>
    <family>Noto Sans SC</family><family>DejaVu Sans</family></prefer></alias>
  <alias binding="same"><family>serif</family><prefer>
    <family>Noto Sans SC</family><family>DejaVu Serif</family></prefer></alias>
</fontconfig>
"""


def chromium_path() -> str:
    """The Chromium of this machine: ``TONGBAN_CHROMIUM`` or the first one found on the path."""
    chosen = os.environ.get("TONGBAN_CHROMIUM")
    for name in [chosen] if chosen else ["chromium", "chromium-browser", "google-chrome"]:
        if found := shutil.which(name):
            return found
    raise RuntimeError("No Chromium found: run tools/install-chromium.sh or set TONGBAN_CHROMIUM")


def fonts_conf() -> Path:
    """Write the fontconfig file that adds the packaged Chinese font; returns its path."""
    package = find_spec("pylopdf_fonts_zh_cn")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("The font package is missing: run make setup")
    folders = [
        *package.submodule_search_locations,
        "/usr/share/fonts",
        "/usr/local/share/fonts",
    ]
    folder = VAR / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "fonts.conf"
    text = FONTS_CONF.format(
        folders="\n  ".join(f"<dir>{name}</dir>" for name in folders), cache=folder / "cache"
    )
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    return path


@contextmanager
def browser() -> Iterator[Browser]:
    """A running headless Chromium."""
    environment = {**os.environ, "FONTCONFIG_FILE": str(fonts_conf())}
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS, env=environment)
        try:
            yield started
        finally:
            started.close()


def new_context(started: Browser, *, phone: bool = False, base_url: str | None = None) -> BrowserContext:
    """A fresh visitor: Chinese, Shanghai time, a desktop of 1280 or a phone of 390 pixels."""
    context = started.new_context(
        viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
        device_scale_factor=2 if phone else 1,
        is_mobile=phone,
        has_touch=phone,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        base_url=base_url,
    )
    context.set_default_timeout(15_000)
    return context


def sign_in(page: Page, origin: str, user: str, password: str) -> None:
    """Sign in through the ordinary form."""
    page.goto(f"{origin}/account/login/")
    page.fill("input[name=login]", user)
    page.fill("input[name=password]", password)
    page.locator("form:has(input[name=password]) button:not([type=button])").first.click()
    page.wait_for_load_state("load")
    if page.locator("input[name=password]").count():
        raise RuntimeError(f"Could not sign in as {user}: {page.locator('main').inner_text()[:400]}")
