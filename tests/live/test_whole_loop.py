"""swaks, overt, Postfix, Dovecot and Chromium: one message goes the whole way and reports what happened to it."""

from __future__ import annotations

import email
import email.policy
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.live.browser import missing_browser, picture, running_browser
from tests.live.mailhost import free_port, missing_programs, running_mail_host, wait_for

MISSING = missing_programs() or missing_browser() or ("" if which("swaks") else "swaks is not installed")
pytestmark = [pytest.mark.live, pytest.mark.skipif(bool(MISSING), reason=MISSING)]

RECIPIENT = "robin@example.org"
LINKS = 3
FOLLOWED = (0, 2)


class _Shop(BaseHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012 one list for one test

    def do_GET(self) -> None:
        self.asked.append(self.path)
        body = b"<!DOCTYPE html><title>Shop</title><p>Welcome"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class's name
        del format, args


def _person(browser: Browser) -> str:
    """Chromium's own name without the word by which a headless one is rightly read as a machine."""
    page = browser.new_page()
    try:
        return str(page.evaluate("navigator.userAgent")).replace("HeadlessChrome", "Chrome")
    finally:
        page.close()


@contextmanager
def _shop() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _letter(shop: str) -> bytes:
    links = "".join(
        f'<tr><td style="padding:8px"><a href="{shop}/page/{number}?from=letter&amp;n={number}">Story {number}</a>'
        "</td></tr>"
        for number in range(LINKS)
    )
    html = (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Letter</title></head>'
        '<body style="margin:0;background:#f4f1ea;font-family:sans-serif"><table width="600" align="center" '
        f'style="background:#ffffff"><tr><td style="padding:24px"><h1>Grüße aus dem Garten</h1></td></tr>{links}'
        "</table></body></html>"
    )
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"] = "Garden Letter <letter@garden.example>"
    message["To"] = RECIPIENT
    message["Subject"] = "A letter"
    message["Message-ID"] = "<letter-1@garden.example>"
    message["X-Overt-Campaign"] = "garden"
    message.set_content("Three stories.\n")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def _html_of(raw: bytes) -> str:
    part = email.message_from_bytes(raw, policy=email.policy.default).get_body(("html",))
    assert part is not None
    return str(part.get_content())


def _told(folder: Path) -> dict[str, Any]:
    """The report, when the clicks are in it: on a busy machine an answer may go out before its hit is on the disk."""
    until = time.monotonic() + 20
    while True:
        told: dict[str, Any] = json.loads(_overt(folder, "report", "--json"))
        half = told["campaigns"][0]["individual"]
        if half["clicks"]["clicks"]["people"] >= len(FOLLOWED) or time.monotonic() > until:
            return told
        time.sleep(0.2)


def _overt(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "overt.cli.main", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def _overt_up(folder: Path, relay: int, collector: int) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "overt.cli.main", "up"], cwd=folder, stdout=subprocess.DEVNULL)
    try:
        wait_for(relay)
        wait_for(collector)
        yield
    finally:
        process.terminate()
        assert process.wait(timeout=20) == 0


def test_a_letter_sent_with_swaks_arrives_looks_the_same_and_reports_one_open_and_the_clicks(tmp_path: Path) -> None:
    relay, collector = free_port(), free_port()
    with running_mail_host() as host, _shop() as shop, running_browser() as browser:
        (tmp_path / "overt.toml").write_text(
            f'base_url = "http://127.0.0.1:{collector}"\n'
            f'[sender]\nname = "Garden Letter"\ncontact = "letter@garden.example"\n'
            f'[relay]\nlisten = "127.0.0.1:{relay}"\nnext_hop = "smtp://127.0.0.1:{host.smtp_port}"\n'
            f'[collector]\nlisten = "127.0.0.1:{collector}"\n'
        )
        letter = _letter(shop)
        (tmp_path / "letter.eml").write_bytes(letter)
        _overt(tmp_path, "consent", "add", RECIPIENT, "--way", "form", "--reference", "form-2026-11-01")
        with _overt_up(tmp_path, relay, collector):
            subprocess.run(
                f"swaks -s 127.0.0.1:{relay} -f letter@garden.example -t {RECIPIENT} --data @letter.eml".split(),
                cwd=tmp_path,
                check=True,
                capture_output=True,
                timeout=30,
            )
            (arrived,) = host.messages("robin", expected=1)
            original_html, arrived_html = _html_of(letter), _html_of(arrived)

            assert "X-Overt-Campaign" not in email.message_from_bytes(arrived)
            before = picture(browser, original_html)
            page = browser.new_page(viewport={"width": 700, "height": 900}, user_agent=_person(browser))
            page.set_content(arrived_html, wait_until="networkidle")  # the one display of this message
            page.add_style_tag(content="[data-overt=disclosure] { display: none !important }")
            assert page.screenshot(full_page=True) == before
            hrefs = page.eval_on_selector_all("a[href*='/c/']", "found => found.map(a => a.href)")
            assert len(hrefs) == LINKS
            for number in FOLLOWED:
                page.goto(hrefs[number])
            page.close()
            told = _told(tmp_path)

    assert [path for path in _Shop.asked if path.startswith("/page/")] == [
        f"/page/{number}?from=letter&n={number}" for number in FOLLOWED
    ]
    (campaign,) = told["campaigns"]
    individual = campaign["individual"]
    assert (campaign["campaign"], campaign["sent"], campaign["delivered"]) == ("garden", 1, 1)
    assert individual["opens"]["sendings"]["human"] == 1
    assert individual["opens"]["displays"] == 1
    assert individual["clicks"]["clicks"]["total"] == individual["clicks"]["clicks"]["people"] == len(FOLLOWED)
