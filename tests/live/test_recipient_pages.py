"""The recipients' pages in a real Chromium: by keyboard alone, without scripts, on small screens, checked by axe."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from overt.measure import Grant, Purpose, mint_confirm, mint_leave, mint_visit
from overt.serve.pages import Desk, Sender, make_app
from overt.store import Eraser, SuppressionList
from overt.testing import make_mail
from tests.live.browser import missing_browser, running_browser
from tests.live.mailhost import free_port
from tests.serve.post import ROBIN, Post, open_post

MISSING = missing_browser()
pytestmark = [pytest.mark.live, pytest.mark.skipif(bool(MISSING), reason=MISSING)]

SIZES = {"phone": (360, 740), "desk": (1280, 900)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as opened:
        yield opened


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Post]]:
    """The pages on a port of this machine, and what stands behind them."""
    post, port = open_post(tmp_path), free_port()
    base = f"http://127.0.0.1:{port}"
    leavers = SuppressionList(post.engine, post.keyring, post.clock)
    sender = Sender("Garden Shop", "privacy@shop.example.org", "news@shop.example.org", base)
    desk = Desk(
        post.ledger,
        post.queue,
        leavers,
        post.keyring,
        sender,
        read_hits=lambda recipient: (),
        eraser=Eraser(post.engine, post.keyring, post.clock),
        clock=post.clock,
    )
    server = uvicorn.Server(uvicorn.Config(make_app(desk), port=port, log_config=None))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield base, post
    server.should_exit = True
    thread.join(20)


def own_page(post: Post) -> str:
    return f"/you/{mint_visit(post.keyring, post.ledger.recipient(ROBIN), post.clock.now())}"


def leave_page(post: Post) -> str:
    return f"/u/{mint_leave(post.keyring, post.ledger.recipient(ROBIN), post.ledger.campaign('spring'))}"


def confirm_page(post: Post) -> str:
    ticket = mint_confirm(post.keyring, post.ledger.recipient(ROBIN), list(Purpose), post.clock.now())
    return f"/you/yes/{ticket}"


def press_until(page: Page, name: str) -> None:
    """Go on with the Tab key to the control of that name or value."""
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = page.evaluate("(document.activeElement.name || '') + '|' + document.activeElement.innerText")
        if name in focused.split("|"):
            return
    raise AssertionError(f"{name} cannot be reached by keyboard")


def test_by_keyboard_alone_a_recipient_says_no(browser: Browser, site: tuple[str, Post]) -> None:
    base, post = site
    post.grant(ROBIN)
    context = browser.new_context()
    page = context.new_page()
    page.goto(base + own_page(post))
    press_until(page, "opens")
    page.keyboard.press("Space")
    press_until(page, "Save")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    assert "What you chose is in force." in page.inner_text("main")
    assert context.cookies() == []
    assert not isinstance(post.ledger.permission(ROBIN, Purpose.OPENS).latest, Grant)
    assert isinstance(post.ledger.permission(ROBIN, Purpose.LINKS).latest, Grant)
    context.close()


def test_without_scripts_everything_works(browser: Browser, site: tuple[str, Post]) -> None:
    base, post = site
    post.ledger.recipient(ROBIN)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{base}/you")
    page.fill("#address", ROBIN)
    page.click("button")
    assert "Look into your mailbox" in page.inner_text("h1")
    page.goto(base + leave_page(post))
    page.click("button")
    assert "You left" in page.inner_text("h1")
    page.goto(base + own_page(post))
    assert "You left the mailings" in page.inner_text("main")
    assert {url.split("/")[2] for url in asked} == {base.split("/")[2]}
    context.close()


def test_permission_asked_for_by_mail_is_granted_by_the_button_and_by_nothing_else(
    browser: Browser, site: tuple[str, Post]
) -> None:
    base, post = site
    path = confirm_page(post)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base + path)
    assert post.ledger.consent_of(ROBIN) == ()
    page.click("button")
    assert "Thank you" in page.inner_text("h1")
    assert isinstance(post.ledger.permission(ROBIN, Purpose.HYGIENE).latest, Grant)
    context.close()


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    browser: Browser, site: tuple[str, Post], size: str, scheme: str
) -> None:
    base, post = site
    post.grant(ROBIN)
    post.send(ROBIN, raw=make_mail(fields={"X-Overt-Campaign": "a-long-name-of-a-mailing-" * 6}))
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,  # axe is a script
    )
    page = context.new_page()
    paths = ("/you", own_page(post), leave_page(post), confirm_page(post), "/you/none")
    for path in (*paths, "/you?lang=de", f"{own_page(post)}?lang=fr", f"{confirm_page(post)}?lang=de"):
        page.goto(base + path)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()
