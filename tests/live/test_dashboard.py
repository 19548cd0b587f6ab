"""The dashboard in a real Chromium: logged in by keyboard, charts drawn under the policy, checked by axe, hits live."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.request import urlopen

import pytest
from argon2 import PasswordHasher
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from overt.cli.settings import load_settings
from overt.store import Accounts, Layout, Role, open_database
from tests.cli.made import add_campaign, make_folder
from tests.cli.world import free_ports, write_settings
from tests.live.browser import missing_browser, running_browser
from tests.store.made import make_hit, write_segments

MISSING = missing_browser()
pytestmark = [pytest.mark.live, pytest.mark.skipif(bool(MISSING), reason=MISSING)]

SIZES = {"phone": (360, 740), "desk": (1280, 900)}
HOSTILE = '<script>document.title="owned"</script>'
PASSWORD = "correct horse"
T = TypeVar("T")
START_SECONDS = 60.0


@dataclass(frozen=True)
class Site:
    """Where the dashboard is, and the data folder that it shows."""

    base: str
    data: Path
    campaign: int


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`overt dashboard` on a port of this machine over two campaigns; an owner and an analyst may log in."""
    folder = tmp_path_factory.mktemp("dashboard")
    smtp, http, port = free_ports(3)
    path = write_settings(folder, smtp, http, more=f'[dashboard]\nlisten = "127.0.0.1:{port}"\n')
    data = load_settings(path).folder
    campaign = elsewhere(lambda: make_folder(data, name=HOSTILE))
    people = {f"p{number}@example.org": 1 + number % 2 for number in range(60)}
    clicked = [f"p{number}@example.org" for number in range(9)]
    elsewhere(lambda: add_campaign(data, "a-long-name-of-a-mailing-" * 6, people, clicked))
    engine = open_database(Layout(data).database)
    accounts, hash_ = Accounts(engine), PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    accounts.add("ann", hash_, Role.OWNER)
    accounts.add("ben", hash_, Role.ANALYST)
    engine.dispose()
    command = [sys.executable, "-m", "overt.cli.main", "dashboard", "--settings", str(path)]
    process = subprocess.Popen(command, cwd=folder)
    base, until = f"http://127.0.0.1:{port}", time.monotonic() + START_SECONDS
    while True:
        try:
            with urlopen(base, timeout=5):
                break
        except OSError:
            assert time.monotonic() < until and process.poll() is None
            time.sleep(0.1)
    yield Site(base, data, campaign)
    process.terminate()
    assert process.wait(30) == 0


def elsewhere(action: Callable[[], T]) -> T:
    """Run what wants an event loop; playwright's runs in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(action).result()


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
    own = [f"{campaign}{part}" for campaign in campaigns for part in ("", "/people", "/compare")]
    for path in ("/login", "/", *own, "/people", "/person/1", "/live", "/account", "/no/such/page"):
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
