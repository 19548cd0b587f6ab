"""`overt pages`: served beside `overt up`, gone when its parent is."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from overt.cli.house import open_house
from overt.cli.main import main
from overt.cli.pages import make_desk
from overt.cli.settings import load_settings
from overt.measure import Purpose, mint_visit, recipient_of
from overt.testing import make_mail
from tests.cli.world import free_ports, running_world, write_settings
from tests.store.made import make_hit, write_segments


@pytest.fixture
def pages(folder: Path) -> Iterator[str]:
    """The recipients' pages over a data folder; their address."""
    smtp, http, port = free_ports(3)
    path = write_settings(folder, smtp, http)
    text = path.read_text().replace(
        "enabled = false", f'listen = "127.0.0.1:{port}"\naddress = "news@shop.example.org"'
    )
    path.write_text(text)
    with running(folder):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    port = int(re.findall(r'listen = "127.0.0.1:(\d+)"', (folder / "overt.toml").read_text())[-1])
    process = subprocess.Popen([sys.executable, "-m", "overt.cli.main", "pages"], cwd=folder)
    try:
        until = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/you", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def post(url: str, **fields: str) -> tuple[int, str]:
    body = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(urllib.request.Request(url, body), timeout=20) as answer:
        return answer.status, answer.read().decode()


def test_one_click_over_a_socket_stops_the_next_mailing(
    folder: Path, pages: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERT_PAGES__BASE_URL", pages)
    monkeypatch.setenv("OVERT_UNSUBSCRIBE__ADD", "true")
    with running_world(folder) as world:
        (folder / "news.eml").write_bytes(make_mail())
        (folder / "list.csv").write_text("email\nann@example.org\n")
        assert main(["send", "news.eml", "list.csv", "--campaign", "spring"]) == 0
        (first,) = world.inbox(1)
        found = re.search(rb"^List-Unsubscribe: <([^>]+)>\r?$", first, re.MULTILINE)
        assert found is not None
        began = time.monotonic()
        assert post(found[1].decode(), **{"List-Unsubscribe": "One-Click"})[0] == 200
        assert time.monotonic() - began < 1.0  # from then on it holds for queued mail
        assert main(["send", "news.eml", "list.csv", "--campaign", "summer"]) == 0
        world.inbox(1)


def test_the_desk_shows_the_hits_of_one_recipient_alone(folder: Path) -> None:
    write_settings(folder, *free_ports(2))
    with open_house(load_settings(), make_keys=True) as house:
        numbers = {address: house.ledger.recipient(address) for address in ("ann@example.org", "bo@example.org")}
        for address in numbers:
            house.ledger.grant(address, Purpose.OPENS, way="form")
        write_segments(house.layout, [make_hit(number) for number in numbers.values()])
        ticket = mint_visit(house.need_keyring(), numbers["ann@example.org"], house.clock.now())
        known = make_desk(house).look(ticket)
    assert known is not None
    assert [recipient_of(hit.sending) for hit in known.hits] == [numbers["ann@example.org"]]


def test_it_ends_when_its_parent_was_killed(folder: Path) -> None:
    smtp, http, port = free_ports(3)
    path = write_settings(folder, smtp, http)
    path.write_text(path.read_text().replace("enabled = false", f'listen = "127.0.0.1:{port}"'))
    code = (
        "import subprocess, sys, time; from pathlib import Path; from overt.cli.web import web_command;"
        "print(subprocess.Popen(web_command('pages', None)).pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=folder, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    until = time.monotonic() + 30
    while Path(f"/proc/{child}").exists() and "zombie" not in Path(f"/proc/{child}/status").read_text():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_port_that_is_taken_is_told(folder: Path, pages: str) -> None:
    command = [sys.executable, "-m", "overt.cli.main", "pages"]
    again = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert again.returncode != 0
    assert "address already in use" in again.stderr
