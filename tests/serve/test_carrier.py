"""SMTP to a next hop: TLS and login before mail, and wishes for reports passed on."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from overt.errors import Unavailable
from overt.serve.credential import Cached, Credential
from overt.serve.hop import Attempt, NextHop, Tls, Verdict, open_carrier
from overt.store import Envelope
from overt.testing import make_mail
from tests.serve.cert import Cert, make_cert
from tests.serve.post import NEWS, ROBIN

TO_ROBIN = Envelope(NEWS, ROBIN)


@pytest.fixture(scope="module")
def cert(tmp_path_factory: pytest.TempPathFactory) -> Cert:
    return make_cert(tmp_path_factory.mktemp("tls"))


@dataclass(slots=True)
class Hop:
    """A server that speaks as much SMTP as a carrier asks for, and writes down what it heard.

    `mechanisms` are offered once TLS stands; XOAUTH2 as Gmail and Microsoft 365 answer it: a challenge, then 535.
    """

    cert: Cert | None = None
    mechanisms: str = ""
    good: frozenset[str] = frozenset()
    dsn: bool = True
    implicit: bool = False
    heard: list[str] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    port: int = 0

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[Hop]:
        context = self.cert.server() if self.cert and self.implicit else None
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._talk(reader, writer, self.implicit)
        writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, secure: bool) -> None:
        async def hear() -> str:
            return (await reader.readuntil(b"\r\n")).decode().rstrip("\r\n")

        def say(*lines: str) -> None:
            writer.write("".join(f"{line}\r\n" for line in lines).encode())

        say("220 hop.example.org")
        while True:
            line = await hear()
            self.heard.append(line)
            verb = line.partition(" ")[0].upper()
            if verb == "EHLO":
                offered = ["250-hop.example.org", "250-8BITMIME", "250-SIZE 1000000"]
                offered += ["250-STARTTLS"] if self.cert and not secure else []
                offered += [f"250-AUTH {self.mechanisms}"] if self.mechanisms and (secure or not self.cert) else []
                offered += ["250-DSN"] if self.dsn else []
                say(*offered, "250 OK")
            elif verb == "STARTTLS" and self.cert:
                say("220 go on")
                await writer.drain()
                await writer.start_tls(self.cert.server())
                secure = True
            elif verb == "AUTH":
                say(await self._auth(line, hear, say))
            elif verb == "DATA":
                say("354 go on")
                self.taken.append((await reader.readuntil(b"\r\n.\r\n"))[:-3])
                say("250 taken")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 OK")

    async def _auth(self, line: str, hear: object, say: object) -> str:
        _, mechanism, *rest = line.split(" ")
        if mechanism == "LOGIN":
            if not rest:
                say("334 VXNlcm5hbWU6")  # type: ignore[operator]
                rest = [await hear()]  # type: ignore[operator]
            say("334 UGFzc3dvcmQ6")  # type: ignore[operator]
            told = ":".join(base64.b64decode(each).decode() for each in (rest[0], await hear()))  # type: ignore[operator]
        else:
            told = base64.b64decode(rest[0]).decode()
        self.heard[-1] = f"{mechanism} {told!r}"
        if told in self.good:
            return "235 2.7.0 welcome"
        if mechanism == "XOAUTH2":
            say("334 " + base64.b64encode(json.dumps({"status": "401"}).encode()).decode())  # type: ignore[operator]
            assert await hear() == ""  # type: ignore[operator]
        return "535 5.7.8 not you"


def carry(hop: Hop, *, tls: Tls = Tls.AUTO, credential: Credential | None = None, **options: object) -> Attempt:
    async def story() -> Attempt:
        async with hop.listening():
            authority = str(hop.cert.authority) if hop.cert and options.get("trusted", True) else ""
            scheme = "smtps" if hop.implicit else "smtp"
            carrier = open_carrier(
                NextHop(scheme, "127.0.0.1", hop.port, tls=tls, authority=authority),
                hostname="relay.example.org", seconds=5.0, credential=credential,
            )  # fmt: skip
            envelope = options.get("envelope", TO_ROBIN)
            assert isinstance(envelope, Envelope)
            attempt = await carrier.carry(envelope, make_mail())
            await carrier.close()
            return attempt

    return asyncio.run(story())


@pytest.mark.parametrize(
    ("mechanisms", "way", "told"),
    [
        ("PLAIN LOGIN", "auto", "PLAIN '\\x00desk\\x00secret'"),
        ("LOGIN", "auto", "LOGIN 'desk:secret'"),
        ("PLAIN LOGIN", "login", "LOGIN 'desk:secret'"),
    ],
)
def test_a_password_is_told_under_tls_that_was_verified(cert: Cert, mechanisms: str, way: str, told: str) -> None:
    hop = Hop(cert, mechanisms, frozenset({"\0desk\0secret", "desk:secret"}))
    assert carry(hop, tls=Tls.VERIFY, credential=Credential("desk", "secret", way=way)).verdict is Verdict.DELIVERED
    assert told in hop.heard
    assert len(hop.taken) == 1


def test_implicit_tls_is_verified_and_logged_in(cert: Cert) -> None:
    hop = Hop(cert, "PLAIN", frozenset({"\0desk\0secret"}), implicit=True)
    assert carry(hop, credential=Credential("desk", "secret")).verdict is Verdict.DELIVERED


@pytest.mark.parametrize("implicit", [True, False])
def test_a_certificate_that_nobody_vouches_for_is_told_nothing(cert: Cert, implicit: bool) -> None:
    hop = Hop(cert, "PLAIN", implicit=implicit)
    attempt = carry(hop, tls=Tls.VERIFY, credential=Credential("desk", "secret"), trusted=False)
    assert attempt.verdict is Verdict.DOWN
    assert "certificate" in attempt.reason.lower()
    assert not any("secret" in line or line.startswith("MAIL") for line in hop.heard)


def test_a_next_hop_that_must_be_verified_and_offers_no_tls_gets_no_mail() -> None:
    hop = Hop()
    assert carry(hop, tls=Tls.VERIFY).verdict is Verdict.DOWN
    assert hop.taken == []


def test_no_tls_when_none_is_wanted(cert: Cert) -> None:
    hop = Hop(cert)
    assert carry(hop, tls=Tls.NONE).verdict is Verdict.DELIVERED
    assert "STARTTLS" not in hop.heard


def test_a_host_elsewhere_is_verified_unless_said_otherwise() -> None:
    from overt.serve.carrier import SmtpCarrier

    def verified(hop: NextHop) -> bool:
        carrier = open_carrier(hop)
        assert isinstance(carrier, SmtpCarrier)
        return carrier._verified

    assert verified(NextHop("smtp", "mail.example.org", 25))
    assert verified(NextHop("lmtp", "192.0.2.1", 24))
    assert not verified(NextHop("smtp", "127.0.0.1", 25))
    assert not verified(NextHop("smtp", "mail.example.org", 25, tls=Tls.OPPORTUNISTIC))


def test_a_wrong_password_blames_no_message(cert: Cert) -> None:
    attempt = carry(Hop(cert, "PLAIN"), credential=Credential("desk", "wrong"))
    assert (attempt.verdict, attempt.reason) == (Verdict.DOWN, "535 5.7.8 not you")


class Tokens:
    """A source that gives one token after another."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.refusals = 0

    async def token(self) -> str:
        if not self.tokens:
            raise Unavailable("no more tokens")
        return self.tokens[0]

    def refused(self) -> None:
        self.refusals += 1
        self.tokens.pop(0)


def xoauth2(token: str) -> str:
    # https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
    return f"user=desk@example.org\x01auth=Bearer {token}\x01\x01"


def test_an_access_token_is_shown_by_xoauth2(cert: Cert) -> None:
    hop = Hop(cert, "XOAUTH2 PLAIN", frozenset({xoauth2("ya29.good")}))
    source = Tokens("ya29.good")
    assert carry(hop, credential=Credential("desk@example.org", source=source)).verdict is Verdict.DELIVERED
    assert source.refusals == 0


def test_a_token_that_is_refused_is_fetched_again_once(cert: Cert) -> None:
    hop = Hop(cert, "XOAUTH2", frozenset({xoauth2("fresh")}))
    source = Tokens("stale", "fresh")
    assert carry(hop, credential=Credential("desk@example.org", source=source)).verdict is Verdict.DELIVERED
    assert source.refusals == 1
    never = Tokens("bad", "worse", "unasked")
    attempt = carry(Hop(cert, "XOAUTH2"), credential=Credential("desk@example.org", source=never))
    assert attempt.verdict is Verdict.DOWN
    assert never.tokens == ["unasked"]


def test_no_token_no_mail_and_no_blame(cert: Cert) -> None:
    def fail() -> tuple[str, float]:
        raise Unavailable("the token server cannot be reached")

    hop = Hop(cert, "XOAUTH2")
    attempt = carry(hop, credential=Credential("desk@example.org", source=Cached(fail)))
    assert (attempt.verdict, attempt.reason) == (Verdict.DOWN, "the token server cannot be reached")


def test_wishes_for_reports_go_on_as_they_came() -> None:
    hop = Hop()
    envelope = Envelope(NEWS, ROBIN, ret="HDRS", envid="QQ+2B1", notify="SUCCESS,DELAY", orcpt="rfc822;Robin@x.org")
    assert carry(hop, envelope=envelope) == Attempt(Verdict.DELIVERED, reports=True)
    (mail,) = [line for line in hop.heard if line.startswith("MAIL")]
    (rcpt,) = [line for line in hop.heard if line.startswith("RCPT")]
    assert mail.endswith(" RET=HDRS ENVID=QQ+2B1")
    assert rcpt == "RCPT TO:<robin@example.org> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Robin@x.org"


def test_a_next_hop_that_knows_no_reports_is_not_asked_for_them() -> None:
    hop = Hop(dsn=False)
    attempt = carry(hop, envelope=Envelope(NEWS, ROBIN, ret="FULL", envid="1", notify="SUCCESS"))
    assert attempt == Attempt(Verdict.DELIVERED, reports=False)
    assert not any("NOTIFY" in line or "RET=" in line for line in hop.heard)


def test_the_size_is_announced() -> None:
    hop = Hop()
    carry(hop)
    assert any(f"SIZE={len(make_mail())}" in line for line in hop.heard)


def test_no_secret_shows_in_a_repr() -> None:
    assert "secret" not in repr(Credential("desk", "secret"))


def test_a_credential_for_a_server_elsewhere_without_tls_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("overt.serve.hop.NextHop.is_local", property(lambda self: False))
    hop = Hop(None, "PLAIN", frozenset({"\0desk\0secret"}))
    attempt = carry(hop, tls=Tls.OPPORTUNISTIC, credential=Credential("desk", "secret"))
    assert attempt.verdict is Verdict.DOWN
    assert not any("PLAIN" in line for line in hop.heard)
