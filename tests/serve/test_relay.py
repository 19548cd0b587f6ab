"""Submission by SMTP, with real clients."""

from __future__ import annotations

import asyncio
import shutil
import smtplib
import socket
import subprocess
import threading
from collections.abc import Callable, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import TypeVar

import pytest

from overt.errors import Unavailable
from overt.serve.dispatch import Submission
from overt.serve.relay import Relay, RelayLimits, open_relay, serve_relay
from overt.testing import make_mail
from tests.serve.post import KIM, NEWS, ROBIN, Post

T = TypeVar("T")


def talk(post: Post, client: Callable[[int], T], **options: object) -> T:
    """Run a blocking client against a relay on a port of its own."""

    async def story() -> T:
        relay = Relay(post.dispatch(), hostname="relay.example.org", **options)  # type: ignore[arg-type]
        async with open_relay(relay, "127.0.0.1", 0):
            return await asyncio.to_thread(client, relay.addresses[0][1])

    return asyncio.run(story())


def lines(port: int, *commands: bytes) -> list[bytes]:
    """The last line of each answer to commands sent one by one."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection, connection.makefile("rb") as answers:

        def answer() -> bytes:
            while (line := answers.readline()) and line[3:4] == b"-":
                pass
            return line.strip()

        found = [answer()]
        for command in commands:
            connection.sendall(command + b"\r\n")
            found.append(answer())
        return found


HELLO = (b"EHLO client.example.org", b"MAIL FROM:<news@shop.example.org>", b"RCPT TO:<robin@example.org>", b"DATA")


def test_a_message_for_two_is_in_the_queue_when_the_client_hears_250(post: Post) -> None:
    woken: list[None] = []

    def client(port: int) -> list[str]:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            assert smtp.sendmail(NEWS, [ROBIN, KIM], make_mail()) == {}
            return [queued.envelope.recipient for queued in post.queue.all()]

    assert talk(post, client, on_queued=lambda: woken.append(None)) == [ROBIN, KIM]
    assert len(woken) == 1
    assert b"Overt-Notice" in post.copies()[ROBIN]


def test_swaks_is_served(post: Post, tmp_path: Path) -> None:
    swaks = shutil.which("swaks")
    if swaks is None:
        pytest.skip("swaks is not installed")
    (tmp_path / "letter.eml").write_bytes(make_mail(fields={"X-Overt-Campaign": "spring"}))

    def client(port: int) -> str:
        words = [
            swaks,
            "--server",
            f"127.0.0.1:{port}",
            "--from",
            NEWS,
            "--to",
            ROBIN,
            "--data",
            f"@{tmp_path}/letter.eml",
        ]
        return subprocess.run(words, check=True, capture_output=True, text=True, timeout=30).stdout

    assert "250 2.0.0 OK, queued" in talk(post, client)
    assert list(post.ledger.campaigns()) == ["spring"]


def test_bytes_beyond_ascii_and_dots_at_line_starts_come_through(post: Post) -> None:
    raw = make_mail(None, "Grüße\n.\n..two\n", encoding="8bit")

    def client(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.sendmail(NEWS, [ROBIN], raw, ["BODY=8BITMIME"])

    talk(post, client)
    assert post.copies()[ROBIN] == raw


def test_addresses_in_other_letters_are_taken_when_announced(post: Post) -> None:
    def client(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.ehlo()
            smtp.sendmail(NEWS, ["björn@example.org"], make_mail(), ["SMTPUTF8"])

    talk(post, client)
    (queued,) = post.queue.all()
    assert (queued.envelope.recipient, queued.envelope.utf8) == ("björn@example.org", True)


@pytest.mark.parametrize("address", ["björn@example.org".encode(), b"bj\xf6rn@example.org"])
def test_addresses_in_other_letters_are_refused_unannounced(post: Post, address: bytes) -> None:
    answers = talk(post, lambda port: lines(port, *HELLO[:2], b"RCPT TO:<" + address + b">"))
    assert answers[-1].startswith(b"553 ")


def test_the_null_path_is_kept(post: Post) -> None:
    talk(post, lambda port: lines(port, HELLO[0], b"MAIL FROM:<>", *HELLO[2:], b"Subject: x\r\n\r\nx\r\n."))
    (queued,) = post.queue.all()
    assert queued.envelope.sender == ""
    assert post.queue.raw(queued) == b"Subject: x\r\n\r\nx\r\n"


@pytest.mark.parametrize(
    "text",
    [
        b"Subject: x\r\n\r\nbare\nfeed\r\n.",
        b"Subject: x\r\n\r\nbare\rreturn\r\n.",
        # SMTP smuggling: what some servers take for the end of the message, and a second message behind it
        b"Subject: x\r\n\r\nx\r\n.\nMAIL FROM:<evil@example.org>\r\n.",
        b"Subject: x\r\n\r\nx\n.\r\nMAIL FROM:<evil@example.org>\r\n.",
        b"Subject: x\r\n\r\nx\r.\r\nMAIL FROM:<evil@example.org>\r\n.",
        b"Subject: x\r\n\r\nx\r\n\r.\r\r\n.",
    ],
)
def test_line_ends_that_others_read_otherwise_are_refused(post: Post, text: bytes) -> None:
    answers = talk(post, lambda port: lines(port, *HELLO, text, b"NOOP"))
    assert answers[-2].startswith(b"554 5.6.0 ")
    assert answers[-1].startswith(b"250 ")  # the conversation goes on where it was
    assert post.queue.all() == ()


def test_a_message_over_the_limit_is_refused_announced_or_not(post: Post) -> None:
    big = b"x" * 70 + b"\r\n"

    def client(port: int) -> tuple[list[bytes], list[bytes]]:
        announced = lines(port, HELLO[0], b"MAIL FROM:<news@shop.example.org> SIZE=2000")
        return announced, lines(port, *HELLO, b"Subject: x\r\n\r\n" + big * 30 + b".")

    announced, sent = talk(post, client, limits=RelayLimits(size=1500))
    assert announced[-1].startswith(b"552 ")
    assert sent[-1].startswith(b"552 ")
    assert post.queue.all() == ()


def test_recipients_over_the_limit_are_put_off(post: Post) -> None:
    def client(port: int) -> dict[str, tuple[int, bytes]]:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            return smtp.sendmail(NEWS, [f"r{number}@example.org" for number in range(5)], make_mail())

    refused = talk(post, client, limits=RelayLimits(recipients=3))
    assert {code for code, _ in refused.values()} == {452}  # RFC 5321 section 4.5.3.1.10
    assert len(post.queue.all()) == 3


def test_long_lines_of_real_newsletters_are_taken(post: Post) -> None:
    raw = b"Subject: x\r\nContent-Type: text/html\r\n\r\n<p>" + b"word " * 2000 + b"\r\n"

    def client(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.sendmail(NEWS, [ROBIN], raw)

    talk(post, client)
    assert b"word " * 2000 in post.copies()[ROBIN]


def test_a_line_over_the_limit_is_refused_and_the_next_message_is_taken(post: Post) -> None:
    def client(port: int) -> int:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            with pytest.raises(smtplib.SMTPDataError) as caught:
                smtp.sendmail(NEWS, [ROBIN], b"Subject: x\r\n\r\n" + b"x" * 200_000 + b"\r\n")
            smtp.sendmail(NEWS, [ROBIN], make_mail())
            return int(caught.value.smtp_code)

    assert talk(post, client) == 500
    assert len(post.queue.all()) == 1


def test_connections_over_the_limit_are_put_off(post: Post) -> None:
    def client(port: int) -> bytes:
        with smtplib.SMTP("127.0.0.1", port), smtplib.SMTP("127.0.0.1", port):
            return lines(port)[0]

    assert talk(post, client, limits=RelayLimits(connections=2)).startswith(b"421 4.3.2 ")


def test_strangers_are_refused_before_they_say_anything(post: Post) -> None:
    def client(port: int) -> bytes:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as connection,
            connection.makefile("rb") as heard,
        ):
            return heard.read()

    answer = talk(post, client, clients=[ip_network("192.0.2.0/24")])
    assert answer == b"554 5.7.1 This server takes no mail from you\r\n"


def test_a_client_that_says_nothing_is_left(post: Post) -> None:
    def client(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.recv(1000)
            return connection.recv(1000)

    assert talk(post, client, limits=RelayLimits(seconds=0.2)) == b""


def test_when_the_database_is_out_of_reach_the_client_keeps_its_message(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> int:
        raise Unavailable("the database: disk full at /secret/place")

    monkeypatch.setattr(post.queue, "put", full)
    answers = talk(post, lambda port: lines(port, *HELLO, b"Subject: x\r\n\r\nx\r\n."))
    assert answers[-1].startswith(b"452 4.3.1 ")
    assert b"secret" not in answers[-1]


def test_a_full_disk_is_said_once_and_once_more_when_it_is_over(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    put = post.queue.put

    def full(*arguments: object) -> int:
        raise Unavailable("the database: disk full")

    async def story() -> None:
        relay = Relay(post.dispatch())
        for queue in (full, full, full, put, put, full):
            monkeypatch.setattr(post.queue, "put", queue)
            await asyncio.gather(
                relay.submit(Submission(NEWS, (ROBIN,), b"Subject: x\r\n\r\nx\r\n")), return_exceptions=True
            )
        await relay.stop()

    asyncio.run(story())
    assert [(record.getMessage()[:34], record.exc_info) for record in caplog.records] == [
        ("messages cannot be queued, and cli", None),
        ("messages can be queued again", None),
        ("messages cannot be queued, and cli", None),
    ]


def test_a_fault_in_the_program_is_no_news_for_strangers(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: object, submissions: Sequence[Submission]) -> None:
        raise ZeroDivisionError("inner matters")

    monkeypatch.setattr("overt.serve.dispatch.Dispatch.accept", fail)
    answers = talk(post, lambda port: lines(port, *HELLO, b"Subject: x\r\n\r\nx\r\n.", b"NOOP"))
    assert answers[-2].startswith(b"451 ")
    assert b"inner" not in answers[-2]
    assert answers[-1].startswith(b"250 ")


def test_one_message_that_spoils_a_commit_does_not_take_the_others_with_it(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = post.queue.put

    def spoil(envelope: object, raw: bytes) -> int:
        if b"spoiled" in raw:
            raise UnicodeEncodeError("utf-8", "x", 0, 1, "spoiled")
        return put(envelope, raw)  # type: ignore[arg-type]

    monkeypatch.setattr(post.queue, "put", spoil)

    async def story() -> list[object]:
        relay = Relay(post.dispatch())
        raws = (b"Subject: 1\r\n\r\nfine\r\n", b"Subject: 2\r\n\r\nspoiled\r\n", b"Subject: 3\r\n\r\nfine\r\n")
        sent = [relay.submit(Submission(NEWS, (ROBIN,), raw)) for raw in raws]
        found = await asyncio.gather(*sent, return_exceptions=True)
        await relay.stop()
        return list(found)

    first, second, third = asyncio.run(story())
    assert (first, third) == (None, None)
    assert isinstance(second, Unavailable)
    assert len(post.queue.all()) == 2


def test_many_clients_at_once_are_all_served(post: Post) -> None:
    def client(port: int) -> None:
        def send(number: int) -> None:
            with smtplib.SMTP("127.0.0.1", port) as smtp:
                for each in range(3):
                    smtp.sendmail(NEWS, [f"r{number}-{each}@example.org"], make_mail())

        threads = [threading.Thread(target=send, args=(number,)) for number in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    talk(post, client)
    assert len(post.copies()) == 30


def test_a_client_that_goes_away_before_the_answer_harms_nobody(post: Post) -> None:
    def client(port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(b"\r\n".join([*HELLO, b"Subject: half"]))
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.sendmail(NEWS, [KIM], make_mail())

    talk(post, client)
    assert list(post.copies()) == [KIM]


def test_a_relay_that_stops_takes_nothing_more(post: Post) -> None:
    async def story() -> None:
        stop, ready = asyncio.Event(), asyncio.Event()
        relay = Relay(post.dispatch())
        serving = asyncio.create_task(serve_relay(relay, "127.0.0.1", 0, stop=stop, on_ready=ready.set))
        await ready.wait()
        port = relay.addresses[0][1]
        stop.set()
        await serving
        with pytest.raises(OSError, match=r"refused|Connect"):
            await asyncio.open_connection("127.0.0.1", port)
        with pytest.raises(Unavailable):
            await relay.submit(Submission(NEWS, (ROBIN,), make_mail()))

    asyncio.run(story())


def test_a_port_that_is_taken_is_said(post: Post) -> None:
    async def story() -> None:
        relay = Relay(post.dispatch())
        with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Unavailable, match="cannot listen"):
            await relay.start("127.0.0.1", taken.getsockname()[1])
        await relay.stop()

    asyncio.run(story())
