"""A real Chromium that reads mail in a webmail page and clicks: headless, and shut off from all but this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, ViewportSize, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDE = ViewportSize(width=760, height=1100)
READING_MS = 1500  # a person reads before following a link; who follows at once is taken for a scanner
PATIENCE_MS = 15_000  # a local page takes well under a second; this bounds a busy machine
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,OptimizationHints,MediaRouter",
)


def find_chromium() -> str:
    """The path of a Chromium on this machine, or nothing."""
    return next((path for name in NAMES if (path := shutil.which(name))), "")


class Reader:
    """A person at a browser: opens messages, follows links, takes pictures of what is seen."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        # A headless browser says that it is one, and would rightly be read as a machine. A person's does not.
        self._agent = (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
            f"Chrome/{browser.version.partition('.')[0]}.0.0.0 Safari/537.36"
        )

    def read(self, url: str, *, address: str, clicks: tuple[int, ...] = (), picture: Path | None = None) -> int:
        """Open the message at `url` from `address` and follow those of its tracked links; how many led somewhere."""
        context = self._browser.new_context(
            user_agent=self._agent, viewport=WIDE, extra_http_headers={"X-Forwarded-For": address}
        )
        context.set_default_timeout(PATIENCE_MS)
        arrived = 0
        try:
            page = context.new_page()
            page.goto(url, wait_until="networkidle")
            if picture is not None:
                page.screenshot(path=picture, full_page=True)
            links = page.locator('a[href*="/c/"]:visible')
            for number in clicks:
                if number >= links.count():
                    continue
                page.wait_for_timeout(READING_MS)
                with context.expect_page() as opened:
                    links.nth(number).click()
                opened.value.wait_for_load_state()
                arrived += "You have arrived" in opened.value.content()
                opened.value.close()
        finally:
            context.close()
        return arrived


@contextmanager
def open_browser(chromium: str, site_port: int) -> Iterator[Reader]:
    """Chromium with every `.example` host led to the local site and all others but this machine unknown."""
    rules = f"MAP *.example 127.0.0.1:{site_port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=[*QUIET, f"--host-resolver-rules={rules}"], headless=True
        )
        try:
            yield Reader(browser)
        finally:
            browser.close()


__all__ = ["Error", "Reader", "find_chromium", "open_browser"]
