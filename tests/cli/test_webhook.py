"""`overt webhook`: who is told, seen and steered at the command line, and told by a running `overt up`."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from overt.cli.house import open_house
from overt.cli.main import main
from overt.cli.settings import load_settings
from overt.cli.webhook import describe, read_moment
from overt.errors import Malformed
from overt.measure import Kind
from overt.measure.event import About
from overt.store import Fate, Webhooks
from overt.testing.reader import client
from tests.cli.made import NOON, SHOP, make_folder
from tests.cli.test_up import send, simulation
from tests.cli.world import SECONDS, running_world, write_settings
from tests.serve.receiver import Receiver, receiving

DATA = Path("overt-data")


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver in a thread of its own."""
    loop, ready, found = asyncio.new_event_loop(), threading.Event(), []
    stop = asyncio.Event()

    async def serve() -> None:
        async with receiving() as receiver:
            found.append(receiver)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait(SECONDS)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(SECONDS)


def counts() -> dict[Fate, int]:
    with open_house(load_settings(None)) as house:
        webhooks = Webhooks(house.engine)
        return dict(webhooks.counts().get(webhooks.all()[0].id, {}))


def test_a_webhook_is_added_listed_and_removed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["webhook", "list"]) == 0
    assert "overt webhook add" in capsys.readouterr().out
    assert main(["webhook", "add", "https://hook.example/x", "--event", "message.clicked"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("whsec_")
    assert "overt webhook test hook.example" in told.err
    assert main(["webhook", "list", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["webhooks"]
    assert (row["name"], row["events"], row["waiting"], row["stopped"]) == (
        "hook.example",
        ["message.clicked"],
        0,
        "",
    )
    assert main(["webhook", "list"]) == 0
    assert "clicked" in capsys.readouterr().out
    assert main(["webhook", "remove", "hook.example"]) == 0
    assert main(["webhook", "remove", "hook.example"]) == 2


@pytest.mark.parametrize(
    "arguments", [["http://hook.example/"], ["https://hook.example/", "--event", "opened"], ["hook.example"]]
)
def test_what_cannot_be_added_is_said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["webhook", "add", *arguments]) == 2
    assert capsys.readouterr().err


def test_a_secret_is_changed_and_a_webhook_paused(capsys: pytest.CaptureFixture[str]) -> None:
    main(["webhook", "add", "https://hook.example/x", "--name", "shop"])
    first = capsys.readouterr().out.strip()
    assert main(["webhook", "secret", "shop"]) == 0
    assert capsys.readouterr().out.strip() not in ("", first)
    assert main(["webhook", "pause", "shop"]) == 0
    main(["webhook", "list"])
    assert "stopped: paused" in capsys.readouterr().out
    assert main(["webhook", "resume", "shop"]) == 0
    main(["webhook", "list", "--json"])
    assert '"stopped": ""' in capsys.readouterr().out


def test_a_test_says_what_was_answered(capsys: pytest.CaptureFixture[str]) -> None:
    with listening() as receiver:
        main(["webhook", "add", receiver.url, "--name", "shop", "--private"])
        secret = capsys.readouterr().out.strip()
        assert main(["webhook", "test", "shop"]) == 0
        assert capsys.readouterr().out == "Taken: shop: answered 204.\n"
        receiver.answers = [500]
        assert main(["webhook", "test", "shop"]) == 1
        assert capsys.readouterr().err == "Not taken: shop: answered 500.\n"
    assert [event["type"] for event in receiver.events(secret)] == ["overt.test", "overt.test"]


def test_a_replay_puts_everything_since_a_moment_on_its_way_again(capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(DATA)
    main(["webhook", "add", "https://hook.example/x", "--name", "shop"])
    since = (NOON - timedelta(hours=30)).isoformat()
    assert main(["webhook", "replay", "shop", "--since", since]) == 0
    assert "3 hits on their way" in capsys.readouterr().out  # one of four withdrew
    assert main(["webhook", "replay", "shop", "--since", since]) == 0
    assert counts() == {Fate.WAITING: 3}
    assert main(["webhook", "replay", "shop", "--since", (NOON + timedelta(seconds=1)).isoformat()]) == 0
    assert "1 hits on their way" in capsys.readouterr().out.rpartition("\n3")[2]


def test_numbers_become_names(capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(DATA)
    with open_house(load_settings(None)) as house:
        ann = house.ledger.recipient("ann@example.org")
        beacon, click = sorted(house.hits_of(ann), key=lambda hit: hit.kind is Kind.LINK)
        assert describe(house, beacon) == About("spring", "ann@example.org", "<ann>", "")
        assert describe(house, click) == About("spring", "ann@example.org", "<ann>", SHOP)


def test_a_running_system_tells_of_a_click_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with listening() as receiver:
        write_settings(folder, 1, 1)
        main(["webhook", "add", receiver.url, "--name", "shop", "--private"])
        secret = capsys.readouterr().out.strip()
        with running_world(folder) as world:
            assert any("webhooks" in line for line in world.said)
            main(["consent", "add", "ann@example.org", "--reference", "form-1"])
            send(folder, ["ann@example.org", "bo@example.org"])
            inbox = world.inbox(2)
            readers = simulation(world)
            for raw in inbox:
                asyncio.run(readers.click(raw, client("chrome")))
            until = time.monotonic() + SECONDS
            while not receiver.heard and time.monotonic() < until:
                time.sleep(0.05)
            time.sleep(1.0)  # nothing more comes: the other one never granted it
    (event,) = receiver.events(secret)
    assert event["type"] == "message.clicked"
    assert event["data"]["recipient"] == "ann@example.org"
    assert event["data"]["url"] == "https://shop.example.org/spring"
    assert abs(datetime.fromisoformat(event["timestamp"]) - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_running_system_mails_oneself(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_settings(folder, 1, 1)
    assert main(["webhook", "add", "mailto:me@example.org"]) == 0
    assert "whsec_" not in capsys.readouterr().out
    assert main(["webhook", "test", "me@example.org"]) == 0
    with running_world(folder) as world:
        main(["consent", "add", "ann@example.org", "--reference", "form-1"])
        send(folder, ["ann@example.org"])
        found = world.inbox(2)  # the test is delivered too
        (letter,) = [raw for raw in found if b"Delivered-To: ann@" in raw]
        asyncio.run(simulation(world).click(letter, client("chrome")))
        notes = [raw for raw in world.inbox(3) if b"Auto-Submitted" in raw]
    assert any(b"Subject: ann@example.org followed a link: spring" in raw for raw in notes)
    assert all(b"Delivered-To: me@example.org" in raw and b"/b/" not in raw for raw in notes)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("12h", NOON - timedelta(hours=12)),
        ("3d", NOON - timedelta(days=3)),
        ("2w", NOON - timedelta(days=14)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T08:00+02:00", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("2027-01-01", NOON),
    ],
)
def test_a_moment_is_read(text: str, moment: datetime) -> None:
    assert read_moment(text, NOON) == moment


@pytest.mark.parametrize("text", ["", "d", "99999d", "-1d", "٣d", "yesterday", "3x"])
def test_what_is_no_moment_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Malformed):
        read_moment(text, NOON)
