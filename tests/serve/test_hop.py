"""Next hops: one attempt each, against real servers, and what it meant."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from overt.errors import Malformed
from overt.serve.hop import Attempt, Carrier, NextHop, Verdict, open_carrier, parse_next_hop
from overt.store import Envelope
from overt.testing import make_mail
from tests.serve.post import NEWS, ROBIN, LmtpServer, Sink

T = TypeVar("T")
TO_ROBIN = Envelope(NEWS, ROBIN)


@pytest.mark.parametrize(
    ("text", "hop"),
    [
        ("smtp://mail.example.org:2525", NextHop("smtp", "mail.example.org", 2525)),
        ("smtp://mail.example.org", NextHop("smtp", "mail.example.org", 25)),
        ("smtps://mail.example.org/", NextHop("smtps", "mail.example.org", 465)),
        ("lmtp://[::1]:24", NextHop("lmtp", "::1", 24)),
        ("lmtp+unix:///run/dovecot/lmtp", NextHop("lmtp+unix", path="/run/dovecot/lmtp")),
        ("maildir:///var/mail/a%20b", NextHop("maildir", path="/var/mail/a b")),
    ],
)
def test_a_next_hop_is_written_as_a_url(text: str, hop: NextHop) -> None:
    assert parse_next_hop(text) == hop


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mail.example.org",
        "smtp://",
        "http://example.org",
        "maildir://host/x",
        "maildir:///",
        "lmtp+unix://",
        "smtp://h/x",
        "smtp://h:99999",
        "smtp://name:word@h",
        "smtp://[::1",
        "smtp://h?x",
    ],
)
def test_what_is_no_next_hop_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        parse_next_hop(text)


def carry(sink: Sink, story: Callable[[Carrier], Awaitable[T]], *, scheme: str = "smtp", utf8: bool = True) -> T:
    async def run() -> T:
        async with sink.listening(utf8=utf8, lmtp=scheme == "lmtp"):
            carrier = open_carrier(NextHop(scheme, "127.0.0.1", sink.port), hostname="überall.example", seconds=5.0)
            try:
                return await story(carrier)
            finally:
                await carrier.close()

    return asyncio.run(run())


def once(sink: Sink, envelope: Envelope = TO_ROBIN, raw: bytes = b"", **options: object) -> Attempt:
    return carry(sink, lambda carrier: carrier.carry(envelope, raw or make_mail()), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("scheme", ["smtp", "lmtp"])
def test_a_message_arrives_byte_for_byte(scheme: str) -> None:
    sink = Sink()
    raw = make_mail(None, "Grüße\n.\n..two\n", encoding="8bit")
    assert once(sink, raw=raw, scheme=scheme) == Attempt(Verdict.DELIVERED)
    assert sink.taken == [(NEWS, ROBIN, raw)]
    assert "BODY=8BITMIME" in sink.options[0]


def test_the_null_path_is_sent_as_such() -> None:
    sink = Sink()
    assert once(sink, Envelope("", ROBIN)).verdict is Verdict.DELIVERED
    assert sink.taken[0][0] == "<>"  # as aiosmtpd writes it


def test_several_messages_go_over_one_connection() -> None:
    sink = Sink()

    async def story(carrier: Carrier) -> set[Verdict]:
        return {(await carrier.carry(Envelope(NEWS, f"r{n}@example.org"), make_mail())).verdict for n in range(5)}

    assert carry(sink, story) == {Verdict.DELIVERED}
    assert (len(sink.taken), sink.sessions) == (5, 1)


@pytest.mark.parametrize(
    ("where", "answer", "verdict"),
    [
        (ROBIN, "550 5.1.1 no such user", Verdict.NEVER),
        (ROBIN, "450 4.2.0 greylisted", Verdict.LATER),
        ("data", "554 5.7.1 looks like spam", Verdict.NEVER),
        ("data", "452 4.3.1 disk full", Verdict.LATER),
        (ROBIN, "530 5.7.0 authentication required", Verdict.DOWN),
        (ROBIN, "421 4.3.2 going down", Verdict.LATER),
    ],
)
def test_an_answer_means_what_its_code_says(where: str, answer: str, verdict: Verdict) -> None:
    assert once(Sink({where: answer})) == Attempt(verdict, answer)


def test_after_a_refusal_the_next_message_is_taken() -> None:
    sink = Sink({ROBIN: "550 no such user"})

    async def story(carrier: Carrier) -> list[Verdict]:
        envelopes = [TO_ROBIN, Envelope(NEWS, "kim@example.org")]
        return [(await carrier.carry(envelope, make_mail())).verdict for envelope in envelopes]

    assert carry(sink, story) == [Verdict.NEVER, Verdict.DELIVERED]


def test_an_address_in_other_letters_needs_a_hop_that_knows_them() -> None:
    bjorn = Envelope(NEWS, "björn@example.org", utf8=True)
    knowing = Sink()
    assert once(knowing, bjorn).verdict is Verdict.DELIVERED
    assert knowing.taken[0][1] == "björn@example.org"
    assert once(Sink(), bjorn, utf8=False).verdict is Verdict.NEVER


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A certificate that nobody vouches for, as most mail servers beside us have."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    words = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=sink.example.org".split()
    )
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([openssl, *words, *files], check=True, capture_output=True, timeout=30)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_tls_that_is_offered_is_taken_whoever_vouches_for_it(self_signed: ssl.SSLContext) -> None:
    sink = Sink()  # RFC 7435: some protection where none is asked for

    async def story() -> Attempt:
        async with sink.listening(starttls=self_signed):
            carrier = open_carrier(NextHop("smtp", "127.0.0.1", sink.port), seconds=5.0)
            attempt = await carrier.carry(TO_ROBIN, make_mail(None, "Grüße\n", encoding="8bit"))
            await carrier.close()
            return attempt

    assert asyncio.run(story()).verdict is Verdict.DELIVERED
    assert sink.secure == [True]
    assert "BODY=8BITMIME" in sink.options[0]  # what is offered is asked again under TLS


def test_smtps_wants_a_certificate_that_somebody_vouches_for(self_signed: ssl.SSLContext) -> None:
    sink = Sink()

    async def story() -> Attempt:
        async with sink.listening(tls=self_signed):
            return await open_carrier(NextHop("smtps", "127.0.0.1", sink.port), seconds=5.0).carry(
                TO_ROBIN, make_mail()
            )

    attempt = asyncio.run(story())
    assert attempt.verdict is Verdict.DOWN
    assert "certificate" in attempt.reason.lower()
    assert sink.taken == []


def test_nobody_there_says_nothing_of_the_message() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    async def story() -> Attempt:
        return await open_carrier(NextHop("smtp", "127.0.0.1", port)).carry(TO_ROBIN, make_mail())

    assert asyncio.run(story()).verdict is Verdict.DOWN


def test_a_server_that_says_nothing_is_down_after_a_while() -> None:
    async def story() -> Attempt:
        with socket.create_server(("127.0.0.1", 0)) as server:
            hop = NextHop("smtp", "127.0.0.1", server.getsockname()[1])
            return await open_carrier(hop, seconds=0.2).carry(TO_ROBIN, make_mail())

    assert asyncio.run(story()).verdict is Verdict.DOWN


def test_a_connection_that_was_lost_between_messages_is_made_again() -> None:
    sink = Sink()

    async def story() -> list[Verdict]:
        async with sink.listening() as first:
            carrier = open_carrier(NextHop("smtp", "127.0.0.1", first.port), seconds=5.0)
            found = [(await carrier.carry(TO_ROBIN, make_mail())).verdict]
            carrier._client.transport.abort()  # type: ignore[attr-defined]
            await asyncio.sleep(0.05)
            found.append((await carrier.carry(TO_ROBIN, make_mail())).verdict)
            await carrier.close()
            return found

    assert asyncio.run(story()) == [Verdict.DELIVERED, Verdict.DELIVERED]
    assert sink.sessions == 2


def test_lmtp_over_a_socket_in_the_file_system(tmp_path: Path) -> None:
    sink = Sink()

    async def story() -> Attempt:
        loop = asyncio.get_running_loop()
        path = str(tmp_path / "lmtp")
        server = await loop.create_unix_server(lambda: LmtpServer(sink, hostname="sink.example.org", loop=loop), path)
        carrier = open_carrier(parse_next_hop(f"lmtp+unix://{path}"), seconds=5.0)
        attempt = await carrier.carry(TO_ROBIN, make_mail())
        await carrier.close()
        server.close()
        return attempt

    assert asyncio.run(story()) == Attempt(Verdict.DELIVERED)
    assert sink.taken == [(NEWS, ROBIN, make_mail())]


def test_a_maildir_takes_and_a_place_that_is_none_is_down(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    async def story(folder: Path) -> Attempt:
        return await open_carrier(NextHop("maildir", path=str(folder))).carry(TO_ROBIN, make_mail())

    assert asyncio.run(story(tmp_path / "mail")) == Attempt(Verdict.DELIVERED)
    assert asyncio.run(story(tmp_path / "file")).verdict is Verdict.DOWN
