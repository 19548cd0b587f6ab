"""The vector table in a real browser: what it says is fetched is fetched, and after strict cleaning nothing is.

Every row that loads on display is shown by itself from a server on loopback that notes what is asked for. Rows that
the table gives to other programs must not be asked for here: so the table is exact both ways.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser

from overt.guard import Policy, clean, detect
from overt.message import apply_edits, parse, walk
from overt.message.vector import FETCHED_BY, VECTORS
from overt.testing import make_mail
from overt.testing.mail import Attachment
from tests.live.browser import missing_browser, running_browser

pytestmark = [
    pytest.mark.live,
    pytest.mark.xdist_group("chromium"),
    pytest.mark.skipif(bool(missing_browser()), reason=missing_browser()),
]

PATIENCE_MS = 200  # after the page has loaded, for what is asked for late
MOST_WAITS = 50  # of that length, for what has to be asked for: the machine may be busy
#: One example a row; URL stands for an address of the server's.
SHOWN = {
    "img-src": '<img src="URL">',
    "img-srcset": '<img srcset="URL 1x">',
    "img-lowsrc": '<img lowsrc="URL">',
    "img-dynsrc": '<img dynsrc="URL">',
    "attribution-src": '<img src="data:," attributionsrc="URL">',
    "source-src": '<video><source src="URL"></video>',
    "source-srcset": '<picture><source srcset="URL"><img></picture>',
    "input-src": '<input type="image" src="URL">',
    "background": '<table><tr><td background="URL">x</td></tr></table>',
    "video-src": '<video src="URL"></video>',
    "video-poster": '<video poster="URL"></video>',
    "audio-src": '<audio src="URL" preload="auto"></audio>',
    "track-src": '<video src="data:video/mp4,"><track default src="URL"></video>',
    "bgsound-src": '<bgsound src="URL">',
    "iframe-src": '<iframe src="URL"></iframe>',
    "layer-src": '<layer src="URL"></layer>',
    "portal-src": '<portal src="URL"></portal>',
    "embed-src": '<embed src="URL" type="image/png">',
    "object-data": '<object data="URL" type="image/png"></object>',
    "object-code": '<applet code="URL"></applet>',
    "param-value": '<object><param name="movie" value="URL"></object>',
    "link-stylesheet": '<link rel="stylesheet" href="URL">',
    "link-icon": '<link rel="icon" href="URL">',
    "link-preload": '<link rel="preload" as="image" href="URL">',
    "link-prefetch": '<link rel="prefetch" href="URL">',
    "link-dns-prefetch": '<link rel="dns-prefetch" href="URL">',
    "link-preconnect": '<link rel="preconnect" href="URL">',
    "link-manifest": '<link rel="manifest" href="URL">',
    "meta-refresh": '<meta http-equiv="refresh" content="0;url=URL">',
    "script-src": '<script src="URL"></script>',
    "xml-src": '<xml src="URL"></xml>',
    "svg-image": '<svg><image href="URL" width="9" height="9"/></svg>',
    "svg-use": '<svg><use href="URL#x"/></svg>',
    "svg-filter-image": (
        '<svg width="9" height="9"><filter id="f"><feImage href="URL"/></filter>'
        '<rect width="9" height="9" filter="url(#f)"/></svg>'
    ),
    "svg-script": '<svg><script href="URL"></script></svg>',
    "vml-src": '<!--[if gte mso 9]><v:rect><v:fill src="URL"/></v:rect><![endif]-->',
    "css-url": '<div style="background:url(URL)">x</div>',
    "css-import": '<style>@import "URL";</style>',
    "css-image-set": "<div style='background-image:image-set(\"URL\" 1x)'>x</div>",
    "css-font": "<style>@font-face{font-family:q;src:url(URL)} .q{font-family:q}</style><p class=q>x</p>",
    "css-loader": "<div style=\"filter:progid:DXImageTransform.Microsoft.AlphaImageLoader(src='URL')\">x</div>",
    "presentation-attribute": '<svg width="9" height="9"><rect width="9" height="9" mask="url(URL#m)"/></svg>',
    "amp-src": '<amp-img src="URL"></amp-img>',
    "manifest": '<html manifest="URL"><p>x</p></html>',
    "frame-src": '<html><frameset><frame src="URL"></frameset></html>',
    "xml-stylesheet": '<?xml-stylesheet href="URL"?><svg xmlns="http://www.w3.org/2000/svg"></svg>',
    "svg-href": (
        '<svg width="9" height="9"><linearGradient id="g" href="URL#g"/>'
        '<rect width="9" height="9" fill="url(#g)"/></svg>'
    ),
}
ALONE = frozenset({"manifest", "frame-src", "xml-stylesheet"})  # documents of their own
DOCUMENTS = ("office-", "pdf-", "calendar-")  # attached, and opened by programs of their own
ATTACHED = frozenset({"xml-stylesheet"})  # XML stands in mail as a part of its own
OF_HEADERS = frozenset({"mdn", "return-receipt", "bimi", "face-url"})  # no browser reads a mail's header


class Noted:
    """What a server on loopback was asked for, and how many connections it had."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[bytes, str]] = {}
        self.asked: set[str] = set()
        self.port = 0


@contextmanager
def noting() -> Iterator[Noted]:
    """A server that answers its pages, and 404 to anything else."""
    noted = Noted()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.partition("?")[0].strip("/")
            body, kind = noted.pages.get(name, (b"", "text/plain"))
            if name not in noted.pages:
                noted.asked.add(name)
            self.send_response(200 if name in noted.pages else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 the standard library's name

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the standard library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    noted.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield noted
    finally:
        server.shutdown()
        server.server_close()


def show(
    browser: Browser, noted: Noted, name: str, html: bytes, kind: str = "text/html; charset=utf-8", *, until: str = ""
) -> None:
    """Open the page in a context of its own; wait until it has asked for `until`, or for a moment."""
    noted.pages[f"page-{name}"] = (html, kind)
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{noted.port}/page-{name}", wait_until="load")
    page.wait_for_timeout(PATIENCE_MS)
    for _ in range(MOST_WAITS if until else 0):
        if until in noted.asked:
            break
        page.wait_for_timeout(PATIENCE_MS)
    context.close()


def document(vector: str, port: int) -> bytes:
    body = SHOWN[vector].replace("URL", f"http://127.0.0.1:{port}/{vector}")
    return (body if vector in ALONE else f"<!doctype html><html><body>{body}</body></html>").encode()


def test_every_row_that_loads_on_display_has_an_example() -> None:
    assert FETCHED_BY.keys() <= VECTORS.keys()
    rows = {row.id for row in VECTORS.values() if row.fetch == "display"}
    assert set(SHOWN) == {row for row in rows - OF_HEADERS if not row.startswith(DOCUMENTS)}


@pytest.mark.parametrize("vector", sorted(SHOWN))
def test_the_reader_of_references_names_the_example_by_its_row(vector: str) -> None:
    raw = document(vector, 80)
    if vector in ATTACHED:
        raw = make_mail("", None, attachments=[Attachment(raw, "image/svg+xml", "a.svg")])
    assert vector in {reference.vector for reference in walk(parse(raw)) if vector in reference.url}


def test_the_browser_asks_for_what_the_table_says_and_for_nothing_after_strict_cleaning() -> None:
    with noting() as noted, running_browser() as browser:
        for vector in SHOWN:
            kind = "image/svg+xml" if vector in ATTACHED else "text/html; charset=utf-8"
            until = "" if vector in FETCHED_BY else vector
            show(browser, noted, vector, document(vector, noted.port), kind, until=until)
        expected = {vector for vector in SHOWN if vector not in FETCHED_BY}
        assert {name for name in noted.asked if name in SHOWN} == expected
        noted.asked.clear()
        for vector in SHOWN.keys() - ATTACHED:
            raw = document(vector, noted.port)
            message = parse(raw)
            edits = clean(message, detect(message, rules=None), Policy("strict"), keep="nothing").edits
            show(browser, noted, f"clean-{vector}", apply_edits(raw, edits))
        assert {name for name in noted.asked if name in SHOWN} == set()
        rows = sorted(SHOWN.keys() - ALONE)
        whole = "".join(SHOWN[vector].replace("URL", f"http://127.0.0.1:{noted.port}/{vector}") for vector in rows)
        whole = f"<html><body>{whole}</body></html>"
        message = parse(whole.encode())
        edits = clean(message, detect(message, rules=None), Policy("strict"), keep="nothing").edits
        show(browser, noted, "whole", apply_edits(whole.encode(), edits))
        assert {name for name in noted.asked if name in SHOWN} == set()
