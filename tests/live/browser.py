"""A real headless Chromium for the live tests: shows HTML, takes pictures, follows links, never leaves this machine."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

FLAGS = (
    "--no-sandbox",  # root in a container; the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def missing_browser() -> str:
    """Why no Chromium can be driven here, or an empty string."""
    if importlib.util.find_spec("playwright") is None:
        return "playwright is not installed"
    return "" if shutil.which("chromium") else "Chromium is not installed"


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Debian's Chromium, driven by playwright."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def picture(browser: Browser, html: str, *, without: str = "") -> bytes:
    """A PNG of the whole page, 700 pixels wide, with the elements of the CSS selector `without` taken out."""
    page = browser.new_page(viewport={"width": 700, "height": 900})
    try:
        page.set_content(html, wait_until="networkidle")
        if without:
            page.add_style_tag(content=f"{without} {{ display: none !important }}")
        return page.screenshot(full_page=True)
    finally:
        page.close()
