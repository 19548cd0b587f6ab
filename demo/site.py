"""A little local web: the newsletters' pictures, the pages their links lead to, and a bare webmail.

Every host under `.example` is served from here, so that nothing in the demonstration leaves this machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

PICTURES = Path(__file__).parent / "pictures"
PAGE = (
    "<!doctype html><meta charset=utf-8><title>{host}</title>"
    "<body style='font:18px/1.6 Georgia,serif;max-width:36em;margin:12vh auto;padding:0 1em;color:#333'>"
    "<h1>You have arrived</h1><p>This page stands for <b>{host}{path}</b>.</p>"
)


class Site:
    """What the web serves: `mail` holds messages' HTML by number, `visits` the pages that were asked for."""

    def __init__(self) -> None:
        self.mail: dict[int, str] = {}
        self.visits: list[str] = []
        self.port = 0

    def mail_url(self, number: int) -> str:
        """Where the webmail shows that message."""
        return f"http://mail.example/{number}"

    def answer(self, host: str, target: str) -> tuple[int, str, bytes]:
        """Status, type and body for a request."""
        path = urlsplit(target).path
        if path == "/favicon.ico":
            return 204, "image/x-icon", b""
        if host == "mail.example" and path[1:].isdigit() and int(path[1:]) in self.mail:
            # Webmail opens links in a tab of their own and says nobody where its readers come from.
            top = '<base target="_blank"><meta name="referrer" content="no-referrer">'
            return 200, "text/html; charset=utf-8", (top + self.mail[int(path[1:])]).encode()
        picture = PICTURES / Path(path).name
        if picture.suffix == ".svg":
            found = picture.exists()
            return (200 if found else 404), "image/svg+xml", picture.read_bytes() if found else b""
        self.visits.append(f"http://{host}{target}")
        return 200, "text/html; charset=utf-8", PAGE.format(host=escape(host), path=escape(target)).encode()


@contextmanager
def serve() -> Iterator[Site]:
    """Run the site on a free port of this machine."""
    site = Site()

    class Front(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = site.answer(self.headers.get("Host", "").partition(":")[0], self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base class's
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Front) as server:
        site.port = server.server_address[1]
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield site
        finally:
            server.shutdown()
