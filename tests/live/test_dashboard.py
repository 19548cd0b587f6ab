"""The dashboard in a real Chromium: logged in by keyboard, charts drawn under the policy, checked by axe, hits live."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from overt.store import Layout
from tests.cli.made import FIREFOX, SHOP
from tests.live.board import HOSTILE, PASSWORD, START_SECONDS, Site, elsewhere, running_dashboard
from tests.live.browser import missing_browser, running_browser
from tests.store.made import make_hit, write_segments

MISSING = missing_browser()
pytestmark = [pytest.mark.live, pytest.mark.skipif(bool(MISSING), reason=MISSING)]

SIZES = {"phone": (360, 740), "desk": (1280, 900)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_dashboard(tmp_path_factory.mktemp("dashboard")) as running:
        yield running


@pytest.fixture
def traps() -> Iterator[str]:
    """A web server that a message would like to be asked for."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Trap)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def log_in(page: Page, base: str, name: str) -> None:
    page.goto(base)
    page.bring_to_front()
    page.wait_for_function("document.activeElement.id === 'name'")  # the cursor goes there by itself
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    await_count(page)


def await_count(page: Page) -> None:
    """Look again, as the page offers where a script does not, until what is counted is there."""
    until = time.monotonic() + START_SECONDS
    page.wait_for_selector("nav")
    while not page.locator("table").count():
        assert time.monotonic() < until
        page.wait_for_timeout(500)
        again = page.locator("[data-again]")
        if again.count():
            again.click()


def test_a_newcomer_gets_from_the_login_to_a_chart_by_keyboard(browser: Browser, site: Site) -> None:
    page = browser.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda fault: said.append(str(fault)))
    page.on("request", lambda request: asked.append(request.url))
    log_in(page, site.base, "ann")
    link = page.get_by_role("link", name=HOSTILE)
    for _ in range(60):
        if link.evaluate("found => document.activeElement === found"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("figure[data-drawn] canvas", timeout=60_000)
    assert page.title() == f"{HOSTILE} · overt"
    assert HOSTILE in page.inner_text("h1")
    drawn = page.locator("figure canvas").first.evaluate(
        "c => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size"
    )
    assert drawn > 8, "the chart is blank"
    assert said == []
    assert {url.split("/")[2] for url in asked} == {site.base.split("/")[2]}
    page.close()


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    browser: Browser, site: Site, size: str, scheme: str
) -> None:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,  # axe is a script
    )
    page = context.new_page()
    log_in(page, site.base, "ann")
    campaigns = [link.get_attribute("href") or "" for link in page.locator("tbody a[href*=campaign]").all()]
    assert len(campaigns) == 2
    own = [f"{campaign}{part}" for campaign in campaigns for part in ("", "/people", "/compare", "/over")]
    for path in ("/login", "/", *own, "/times", "/people", "/person/1", "/live", "/account", "/no/such/page"):
        page.goto(site.base + path)
        if path == "/people":
            await_count(page)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


def test_without_scripts_the_numbers_are_there(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, site.base, "ben")
    page.get_by_role("link", name=HOSTILE).click()
    assert "1 to 2 of 2 who granted it" in page.inner_text("main")
    page.goto(f"{site.base}/campaign/{site.campaign}/people")
    assert "An analyst sees no people" in page.inner_text("main")
    context.close()


def test_a_hit_shows_up_while_one_looks(browser: Browser, site: Site) -> None:
    page = browser.new_page()
    log_in(page, site.base, "ann")
    page.goto(f"{site.base}/live")
    page.get_by_text("Connected").wait_for()
    elsewhere(lambda: write_segments(Layout(site.data), [make_hit(1, campaign=site.campaign)], worker="9"))
    line = page.locator("[data-stream] li").first
    line.wait_for(timeout=15_000)
    assert HOSTILE in line.inner_text()
    page.close()


def test_whoever_looks_elsewhere_is_notified_of_people(browser: Browser, site: Site) -> None:
    context = browser.new_context(permissions=["notifications"])
    context.add_init_script(
        "window.told = []; Object.defineProperty(document, 'hidden', { get: () => true });"
        "class Noted { static async requestPermission() { return 'granted'; }"
        "  constructor(title, more) { window.told.push(title + ': ' + more.body); } }"
        "window.Notification = Noted;"
    )
    page = context.new_page()
    log_in(page, site.base, "ann")
    page.goto(f"{site.base}/live")
    page.get_by_text("Connected").wait_for()
    page.get_by_role("button", name="Notify me").click()
    page.get_by_text("You will be notified").wait_for()
    hits = [make_hit(1, campaign=site.campaign), make_hit(1, campaign=site.campaign, user_agent=FIREFOX)]
    elsewhere(lambda: write_segments(Layout(site.data), hits, worker="8"))
    until = time.monotonic() + 15
    while not page.evaluate("window.told") and time.monotonic() < until:
        page.wait_for_timeout(100)
    assert page.evaluate("window.told") == [f"Somebody followed a link: {HOSTILE}"]
    context.close()


class Trap(BaseHTTPRequestHandler):
    """Takes down whatever asks."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    def log_message(self, format: str, *values: object) -> None:  # noqa: A002 the name is given
        pass


def test_a_message_is_shown_with_its_clicks_and_can_do_nothing(
    browser: Browser, site: Site, tmp_path: Path, traps: str
) -> None:
    hostile = (
        f'<!doctype html><meta http-equiv=refresh content="0;url={traps}/refresh">'
        f"<link rel=stylesheet href={traps}/css>"
        f"<style>@import url({traps}/import); body {{ background: url({traps}/bg) }}</style>"
        f"<script src={traps}/js></script><script>top.document.title = 'owned'; fetch('{traps}/fetch')</script>"
        f"<img src={traps}/img srcset='{traps}/set 2x'><iframe src={traps}/frame></iframe>"
        f"<video poster={traps}/poster></video>"
        f"<object data={traps}/object></object><form action={traps}/form><button id=go autofocus>x</button></form>"
        f'<a id=out href="{traps}/out">out</a><p id=shown>shown</p><a href="{SHOP.replace("&", "&amp;")}">shop</a>'
    )
    (tmp_path / "news.html").write_text(hostile)
    page = browser.new_page()
    log_in(page, site.base, "ann")
    page.goto(f"{site.base}/campaign/{site.campaign}/over")
    page.set_input_files("#message", tmp_path / "news.html")
    page.click("main button")
    frame = page.frame(name="message")
    assert frame is not None
    frame.wait_for_selector("#shown")
    assert "% · " in frame.locator("[data-overt-mark]").all_inner_texts()[0]
    frame.click("#out")
    frame.click("#go")
    page.wait_for_timeout(1000)
    assert frame.inner_text("#shown") == "shown"
    assert page.title().startswith("Clicks over")
    assert Trap.asked == []
    page.close()
