"""What answers at the addresses that recipients are given."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from overt.cli.checkup.outcome import Outcome
from overt.cli.checkup.reach import check_certificate, check_collector, check_name, check_pages
from tests.serve.cert import make_cert

GIF = b"GIF89a" + bytes(37)
FORM = {"Content-Security-Policy": "form-action 'self'"}


@contextmanager
def host(answers: dict[str, tuple[bytes, dict[str, str]]]) -> Iterator[str]:
    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = "/b/" if self.path.startswith("/b/") else self.path
            body, fields = answers.get(path, (b"", {}))
            self.send_response(200 if path in answers else 404)
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class's name
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("answers", "outcome", "said"),
    [
        ({}, Outcome.WRONG, "Something else answers"),
        ({"/healthz": (b"degraded\n", {})}, Outcome.WRONG, "cannot keep hits"),
        ({"/healthz": (b"ok\n", {})}, Outcome.WRONG, "not answered with their picture"),
        ({"/healthz": (b"ok\n", {}), "/b/": (GIF, {})}, Outcome.WRONG, "takes Cache-Control away"),
        ({"/healthz": (b"ok\n", {}), "/b/": (GIF, {"Cache-Control": "no-store"})}, Outcome.GOOD, "hits are kept"),
    ],
)
def test_the_collector_has_to_answer_as_it_does(
    answers: dict[str, tuple[bytes, dict[str, str]]], outcome: Outcome, said: str
) -> None:
    with host(answers) as url:
        found = check_collector(url)
    assert (found.outcome, said in found.said) == (outcome, True)


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({"/you": (b"<p>the collector's own", {})}, Outcome.WRONG),
        ({"/you": (b"<p>no form", FORM)}, Outcome.LOOK),
        ({"/you": (b"<form", FORM)}, Outcome.GOOD),
    ],
)
def test_the_pages_have_to_be_the_pages(answers: dict[str, tuple[bytes, dict[str, str]]], outcome: Outcome) -> None:
    with host(answers) as url:
        assert check_pages(url).outcome is outcome


def test_nobody_there_is_wrong() -> None:
    assert check_collector("http://127.0.0.1:9").outcome is Outcome.WRONG
    assert check_pages("http://127.0.0.1:9").outcome is Outcome.WRONG
    assert check_certificate("collector", "https://127.0.0.1:9").outcome is Outcome.WRONG


def test_a_name_that_dns_does_not_know_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    assert check_name("collector", "https://127.0.0.1").outcome is Outcome.GOOD
    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    assert check_name("collector", "https://t.example.org").outcome is Outcome.WRONG


def test_a_certificate_of_nobody_known_is_wrong(tmp_path: Path) -> None:
    cert = make_cert(tmp_path)
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        connection, _ = listening.accept()
        try:
            cert.server().wrap_socket(connection, server_side=True)
        except (ssl.SSLError, OSError):
            connection.close()

    thread = threading.Thread(target=answer)
    thread.start()
    found = check_certificate("collector", f"https://127.0.0.1:{listening.getsockname()[1]}")
    thread.join(10)
    listening.close()
    assert (found.outcome, "certificate is not good" in found.said) == (Outcome.WRONG, True)
    assert check_certificate("collector", "http://127.0.0.1").outcome is Outcome.SKIPPED
