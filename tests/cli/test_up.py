"""`overt up`: the whole loop in one process, and its end."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from overt.cli.house import open_house
from overt.cli.main import main
from overt.cli.settings import load_settings
from overt.cli.up import serve
from overt.errors import Unavailable
from overt.measure import parse_path
from overt.testing import make_mail
from overt.testing.reader import Simulation, client, find_tracked
from overt.testing.request import Door
from tests.cli.world import World, free_ports, running_world, write_settings


def report(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    assert main(["report", "spring", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["campaigns"][0]
    assert isinstance(found, dict)
    return found


def send(folder: Path, addresses: list[str]) -> None:
    (folder / "news.eml").write_bytes(make_mail())
    (folder / "list.csv").write_text("email\n" + "".join(f"{address}\n" for address in addresses))
    assert main(["send", "news.eml", "list.csv", "--campaign", "spring"]) == 0


def delivered_to(raw: bytes) -> bytes:
    return raw.partition(b"Delivered-To: ")[2].partition(b"\n")[0]


def simulation(world: World) -> Simulation:
    return Simulation(Door(world.base_url, port=world.http))


def test_sent_opened_clicked_and_reported(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running_world(folder) as world:
        assert main(["consent", "add", "ann@example.org", "--reference", "form-1"]) == 0
        send(folder, ["ann@example.org", "bo@example.org", "cy@example.org"])
        ann, bo, cy = sorted(world.inbox(3), key=delivered_to)
        readers = simulation(world)
        assert find_tracked(readers.door, bo) == find_tracked(readers.door, cy) != find_tracked(readers.door, ann)

        async def read() -> None:
            await readers.display(ann, client("thunderbird"))
            await readers.click(ann, client("chrome"))
            await readers.display(bo, client("gmail-proxy"))
            await readers.click(cy, client("chrome"))

        asyncio.run(read())
        assert [answer.status for answer in readers.answers] == [200, 302, 200, 302]
        assert {answer.location for answer in readers.answers} - {""} == {"https://shop.example.org/spring"}
        told = report(capsys)
    assert (told["sent"], told["delivered"]) == (3, 3)
    assert told["modes"] == {"opens": {"shared": 2, "individual": 1}, "links": {"shared": 2, "individual": 1}}


def test_withdrawn_permission_keeps_no_hit_of_mail_already_sent(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_world(folder) as world:
        main(["consent", "add", "ann@example.org", "--reference", "form-1"])
        send(folder, ["ann@example.org"])
        (ann,) = world.inbox(1)
        readers = simulation(world)
        asyncio.run(readers.display(ann, client("thunderbird")))
        main(["consent", "withdraw", "ann@example.org"])
        time.sleep(1.0)  # what is promised: at most one second
        asyncio.run(readers.display(ann, client("thunderbird")))
        answer = asyncio.run(readers.click(ann, client("chrome")))
        assert answer is not None
        assert (answer.status, answer.location) == (302, "https://shop.example.org/spring")
    kept = sum(path.stat().st_size for path in (folder / "overt-data" / "hits" / "segments").glob("hits-*.seg"))
    assert main(["compact"]) == 0
    assert "0 hits moved, 1 dropped" in capsys.readouterr().out
    assert kept > 0


def test_links_outlive_the_database(folder: Path) -> None:
    with running_world(folder) as world:
        send(folder, ["ann@example.org"])
        (ann,) = world.inbox(1)
    for path in (folder / "overt-data").glob("overt.db*"):
        path.unlink()
    with running_world(folder) as later:
        links = find_tracked(Door(world.base_url), ann)[1]
        readers = Simulation(Door(world.base_url, port=later.http))
        answer = asyncio.run(readers.click(ann, client("chrome")))
    assert answer is not None
    assert answer.location == "https://shop.example.org/spring"
    assert parse_path(links[0].removeprefix(world.base_url).partition("?")[0].encode()) is not None


def test_it_says_what_listens_where(folder: Path) -> None:
    with running_world(folder) as world:
        said = "\n".join(world.said)
    assert f"127.0.0.1:{world.smtp}" in said
    assert f"127.0.0.1:{world.http}" in said
    assert f"maildir://{folder}/inbox" in said
    assert str(folder / "overt-data") in said


def test_a_port_that_is_taken_ends_it_with_a_reason(folder: Path) -> None:
    with running_world(folder) as world:
        other = folder / "other"
        other.mkdir()
        path = write_settings(other, world.smtp, free_ports(1)[0])
        with pytest.raises(Unavailable, match=str(world.smtp)):
            asyncio.run(serve(load_settings(path), asyncio.Event(), ready=lambda lines: None))


def test_no_base_url_is_said_before_anything_is_made(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up"]) == 2
    assert "base_url is not set" in capsys.readouterr().err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_in_order(folder: Path, number: signal.Signals) -> None:
    write_settings(folder, *free_ports(2))
    process = subprocess.Popen(
        [sys.executable, "-m", "overt.cli.main", "up"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    while "Ctrl-C" not in (line := process.stdout.readline()):
        assert line
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "everything taken is on disk" in out


# As systemd starts a service with a socket: the handle is number 3, and the variables name the process.
ACTIVATED = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", NOTIFY_SOCKET=sys.argv[2])
from overt.cli.house import open_house
from overt.cli.main import main
sys.exit(main(["up"]))
"""


def test_a_socket_from_systemd_is_answered_on_and_systemd_is_told(folder: Path) -> None:
    write_settings(folder, *free_ports(2))
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hearing:
        hearing.bind(str(folder / "notify"))
        hearing.settimeout(20)
        command = [sys.executable, "-c", ACTIVATED, str(server.fileno()), str(folder / "notify")]
        process = subprocess.Popen(command, pass_fds=[server.fileno()], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert hearing.recv(100) == b"READY=1"
        with socket.create_connection(server.getsockname(), 10) as client:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 200 OK")
        process.send_signal(signal.SIGTERM)
        assert hearing.recv(100) == b"STOPPING=1"
        out, err = process.communicate(timeout=20)
        assert process.returncode == 0, (out, err)


def test_a_pooled_campaign_is_sent_opened_and_told_between_bounds(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """950 people in pools of 5; of every ten one opens, and one reads where everything is fetched ahead."""
    people = 950
    with running_world(folder, "[pools]\nsize = 5\n") as world:
        send(folder, [f"person{number}@example.org" for number in range(people)])
        copies = world.inbox(people)
        readers = simulation(world)

        async def read() -> None:
            for number, raw in enumerate(copies):
                if number % 10 < 2:
                    await readers.display(raw, client("thunderbird" if number % 10 else "apple-prefetch"))

        asyncio.run(read())
        campaign = report(capsys)
    pooled = campaign["pooled"]
    assert isinstance(pooled, dict)
    assert (pooled["pools"], pooled["size"], pooled["carried"], pooled["delivered"]) == (190, 5, 1.0, 950)
    assert pooled["observed"]["low"] < 0.1 < pooled["observed"]["high"]
    assert pooled["possible"]["low"] < 0.2 < pooled["possible"]["high"]
    assert campaign["shared"]["loads"]["total"] == 190  # type: ignore[index]


def test_of_whoever_granted_one_date_the_day_is_kept_and_nothing_else(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_world(folder) as world:
        granted = ("consent", "add", "ann@example.org", "--purpose", "hygiene", "--reference", "form-1")
        assert main([*granted]) == 0
        send(folder, ["ann@example.org"])
        (copy,) = world.inbox(1)
        asyncio.run(simulation(world).display(copy, client("thunderbird")))
    assert main(["compact"]) == 0
    capsys.readouterr()
    with open_house(load_settings(None)) as house:
        ann = house.ledger.recipient("ann@example.org")
        assert house.ledger.last_open(ann) == house.clock.now().date()
        assert not any(house.layout.parquet.glob("*.parquet"))
        assert not any(house.layout.segments.glob("*.seg"))
    assert report(capsys)["individual"] is None


def ask_metrics(port: int) -> tuple[str, Mapping[str, float]]:
    """The page, and every sample by its name and label values."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return text, {" ".join([sample.name, *sample.labels.values()]): sample.value for sample in samples}


def test_mail_and_trouble_of_a_running_overt_are_told_without_a_name(folder: Path) -> None:
    (port,) = free_ports(1)
    with running_world(folder, more=f'[metrics]\nenabled = true\nlisten = "127.0.0.1:{port}"\n') as world:
        assert f"  metrics    http 127.0.0.1:{port}/metrics" in world.said
        _, before = ask_metrics(port)
        main(["consent", "add", "ann@quixwort.example", "--reference", "form-1"])
        (folder / "news.eml").write_bytes(make_mail(fields={"Subject": "Brambleflux"}))
        (folder / "list.csv").write_text("email\nann@quixwort.example\nbo@quixwort.example\n")
        assert main(["send", "news.eml", "list.csv", "--campaign", "Snorkelby"]) == 0
        readers = Simulation(Door(world.base_url, port=world.http))
        for raw in world.inbox(2):
            asyncio.run(readers.display(raw, client("thunderbird")))
        text, after = ask_metrics(port)
    assert before["overt_relay_messages_total accepted"] == 0
    assert after["overt_relay_messages_total accepted"] == 2
    assert after["overt_relay_messages_total put_off"] == 0
    assert after["overt_deliveries_total delivered"] == 2
    assert after["overt_queue_messages waiting"] == 0
    assert after["overt_collector_up"] == 1
    assert after["overt_collector_lost_total"] == 0
    assert after["process_resident_memory_bytes"] > 10_000_000
    assert not re.search(r"quixwort|ann|snorkelby|brambleflux|thunderbird|/b/|http", text, re.IGNORECASE)
