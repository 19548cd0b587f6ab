"""The reverse proxies of the how-to pages: nginx and Caddy run what stands there, and overt sees who asks and what.

Each snippet is taken from its page; ports, names and certificates alone are the test's own.
"""

from __future__ import annotations

import http.client
import re
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit

import pytest

from overt.measure import Kind
from overt.store import Layout
from overt.store.hits import load_hits
from overt.testing import make_html, make_mail
from overt.testing.reader import find_tracked
from overt.testing.request import Door
from tests.live.mailhost import free_port, wait_for
from tests.serve.cert import Cert, make_cert

pytestmark = pytest.mark.live

PAGES = Path(__file__).resolve().parents[2] / "docs" / "how-to"
PATH = "/usr/sbin:/usr/bin:/usr/local/bin:/sbin:/bin"
HOST = "t.example.org"
READER = "reader@quixwort.example"
LONG = "https://shop.example.org/a%20b/%7Ec?x=1&y=%26&y=2&z=a+b&list=%5B1%5D"
CLIENT = "127.9.9.9"  # any address of 127.0.0.0/8 is this machine's


@dataclass(frozen=True, slots=True)
class Ports:
    relay: int
    collector: int
    pages: int
    proxy: int


def test_nginx_of_the_first_page_passes_the_client_and_the_whole_query(tmp_path: Path) -> None:
    run(tmp_path, "nginx", lambda ports, cert: nginx(tmp_path, cert, first_page(ports)))
    assert CLIENT not in "".join(log.read_text() for log in (tmp_path / "nginx").glob("*.log"))


def test_nginx_of_the_recipients_page_tells_pages_from_links(tmp_path: Path) -> None:
    def configure(ports: Ports, cert: Cert) -> list[str]:
        server = re.sub(r"location / \{.*?\n    \}\n", "", first_page(ports), flags=re.DOTALL)
        locations = with_ports(snippet("recipients-page.md", "nginx", "location ~"), ports)
        return nginx(tmp_path, cert, server.replace("access_log off;", f"access_log off;\n{locations}\n", 1))

    run(tmp_path, "nginx", configure, pages=True)


def test_caddy_of_the_recipients_page_does_the_same(tmp_path: Path) -> None:
    def configure(ports: Ports, cert: Cert) -> list[str]:
        site = with_ports(snippet("recipients-page.md", "caddyfile", "reverse_proxy"), ports)
        site = site.replace(f"{HOST} {{", f"https://{HOST}:{ports.proxy} {{\n    tls {cert.certificate} {cert.key}", 1)
        config = tmp_path / "Caddyfile"
        config.write_text(f"{{\n    admin off\n    auto_https disable_redirects\n}}\n{site}")
        return ["run", "--adapter", "caddyfile", "--config", str(config)]

    run(tmp_path, "caddy", configure, pages=True)


def snippet(page: str, kind: str, word: str) -> str:
    """The block of that kind in a page that has that word."""
    text = (PAGES / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (found,) = [block for name, block in blocks if name == kind and word in block]
    return str(found)


def with_ports(text: str, ports: Ports) -> str:
    return text.replace("127.0.0.1:8080", f"127.0.0.1:{ports.collector}").replace(
        "127.0.0.1:8081", f"127.0.0.1:{ports.pages}"
    )


def first_page(ports: Ports) -> str:
    block = with_ports(snippet("mail-server.md", "nginx", "ssl"), ports)
    return block.replace("listen 443 ssl", f"listen 127.0.0.1:{ports.proxy} ssl")


def nginx(folder: Path, cert: Cert, server: str) -> list[str]:
    """The arguments of nginx, with everything it writes in a folder of its own."""
    own = folder / "nginx"
    own.mkdir()
    spools = "".join(
        f"{name}_temp_path {own}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (own / "nginx.conf").write_text(
        f"daemon off;\npid {own}/pid;\nerror_log {own}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log {own}/access.log;\n{spools}ssl_certificate {cert.certificate};\n"
        f"ssl_certificate_key {cert.key};\n{server}\n}}\n"
    )
    return ["-c", str(own / "nginx.conf"), "-p", str(own), "-e", str(own / "error.log")]


def run(folder: Path, program: str, configure: Callable[[Ports, Cert], list[str]], *, pages: bool = False) -> None:
    """One message, opened and followed through the proxy by somebody who claims to come from elsewhere."""
    path = which(program, path=PATH)
    if path is None:
        pytest.skip(f"{program} is not installed")
    ports = Ports(*(free_port() for _ in range(4)))
    (folder / "overt.toml").write_text(
        f'base_url = "https://{HOST}"\n[relay]\nlisten = "127.0.0.1:{ports.relay}"\n'
        f'next_hop = "maildir://{folder}/inbox"\n'
        f'[collector]\nlisten = "127.0.0.1:{ports.collector}"\ntrusted_proxies = ["127.0.0.1"]\n'
        f'[pages]\nlisten = "127.0.0.1:{ports.pages}"\naddress = "privacy@shop.example.org"\n'
    )
    proxy = [path, *configure(ports, make_cert(folder / "cert"))]
    granted = [sys.executable, "-m", "overt.cli.main", "consent", "add", READER, "--reference", "form-1"]
    subprocess.run(granted, cwd=folder, check=True, capture_output=True, timeout=60)
    with (
        running(folder, [sys.executable, "-m", "overt.cli.main", "up"], ports.relay),
        running(folder, proxy, ports.proxy),
    ):
        with smtplib.SMTP("127.0.0.1", ports.relay) as client:
            html = make_html(links=[(LONG, "All of it")], unsubscribe="")
            client.sendmail("news@shop.example.org", READER, make_mail(html, None))
        beacons, links = find_tracked(Door(f"https://{HOST}"), one_message(folder))
        assert ask(ports.proxy, "GET", beacons[0])[:2] == (200, "")
        assert ask(ports.proxy, "GET", links[0])[:2] == (302, LONG)
        if pages:
            wait_for(ports.pages)
            assert "<form" in ask(ports.proxy, "GET", "/you")[2]
            form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{HOST}"}
            status, _, body = ask(ports.proxy, "POST", "/you", form, f"address={READER.replace('@', '%40')}")
            assert status == 200, body
            assert b"To: reader@quixwort.example" in one_message(folder, number=2)
    hits = load_hits(Layout(folder / "overt-data"))
    assert [hit.kind for hit in hits] == [Kind.BEACON, Kind.LINK]
    assert {hit.prefix for hit in hits} == {"127.9.9.0/24"}


@contextmanager
def running(folder: Path, command: list[str], port: int) -> Iterator[None]:
    with (folder / f"said-{port}").open("wb") as said:
        environment = {"PATH": PATH, "HOME": str(folder)}
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=subprocess.STDOUT, env=environment)
    try:
        wait_for(port)
        assert process.poll() is None, (folder / f"said-{port}").read_text()
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def one_message(folder: Path, number: int = 1) -> bytes:
    """The newest message in the Maildir, when there are so many."""
    until = time.monotonic() + 20
    while True:
        found = sorted((folder / "inbox" / "new").glob("*"), key=lambda each: each.stat().st_mtime_ns)
        if len(found) >= number:
            return found[-1].read_bytes()
        assert time.monotonic() < until
        time.sleep(0.1)


def ask(
    port: int, method: str, url: str, fields: Mapping[str, str] | None = None, body: str = ""
) -> tuple[int, str, str]:
    """Status, Location and body of one request through the proxy, from `CLIENT`, with a lie about the address."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    plain = socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(CLIENT, 0))
    connection.sock = context.wrap_socket(plain, server_hostname=HOST)
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lie = {"Host": HOST, "X-Forwarded-For": "198.51.100.7", "User-Agent": "Mozilla/5.0", **(fields or {})}
    try:
        connection.request(method, target, body=body or None, headers=lie)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location") or "", answer.read().decode("utf-8", "replace")
    finally:
        connection.close()
