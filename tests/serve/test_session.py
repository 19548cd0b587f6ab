"""SMTP sessions: login, wishes for reports, and attacks, with real clients and raw sockets."""

from __future__ import annotations

import base64
import shutil
import smtplib
import socket
import ssl
import subprocess
import time
from ipaddress import ip_network

import pytest
from argon2 import PasswordHasher

from overt.serve.login import MOST_FAILURES, Logins
from overt.serve.relay import RelayLimits
from overt.testing import make_mail
from tests.serve.cert import Cert, make_cert
from tests.serve.post import KIM, NEWS, ROBIN, Post
from tests.serve.test_relay import HELLO, lines, talk

HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse")
STRANGERS = [ip_network("192.0.2.0/24")]  # so that loopback is a stranger
DESK = ("desk", "correct horse")


@pytest.fixture(scope="module")
def cert(tmp_path_factory: pytest.TempPathFactory) -> Cert:
    return make_cert(tmp_path_factory.mktemp("tls"))


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("overt.serve.session.FAILED_LOGIN_SECONDS", 0.0)


def guarded(cert: Cert) -> dict[str, object]:
    return {"logins": Logins({"desk": HASH}), "tls": cert.server(), "clients": STRANGERS}


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_stranger_who_logs_in_under_tls_is_served(post: Post, cert: Cert, mechanism: str) -> None:
    def client(port: int) -> list[str]:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.ehlo()
            assert not smtp.has_extn("auth")  # no password in the clear
            smtp.starttls(context=cert.client())
            smtp.ehlo()
            assert smtp.esmtp_features["auth"].split() == ["LOGIN", "PLAIN"]
            smtp.user, smtp.password = DESK
            found = smtp.auth(mechanism, getattr(smtp, f"auth_{mechanism.lower()}"))
            assert found[0] == 235
            smtp.sendmail(NEWS, [ROBIN], make_mail())
        return [queued.envelope.recipient for queued in post.queue.all()]

    assert talk(post, client, **guarded(cert)) == [ROBIN]


@pytest.mark.parametrize("words", [["--tls", "--auth", "PLAIN"], ["--tls", "--auth", "LOGIN"]])
def test_swaks_logs_in(post: Post, cert: Cert, words: list[str]) -> None:
    swaks = shutil.which("swaks")
    if swaks is None:
        pytest.skip("swaks is not installed")
    if (
        "TLS supported"
        not in subprocess.run([swaks, "--support"], capture_output=True, text=True, timeout=30, check=False).stdout
    ):
        pytest.skip("swaks has no TLS here: libnet-ssleay-perl is not installed")

    def client(port: int) -> str:
        command = [swaks, "--server", f"127.0.0.1:{port}", "--from", NEWS, "--to", ROBIN, *words]
        command += ["--auth-user", DESK[0], "--auth-password", DESK[1]]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout

    assert "250 2.0.0 OK, queued" in talk(post, client, **guarded(cert))


def test_a_stranger_without_a_login_relays_nothing(post: Post, cert: Cert) -> None:
    answers = talk(post, lambda port: lines(port, *HELLO), **guarded(cert))
    assert answers[2].startswith(b"530 5.7.0 ")
    assert all(not answer.startswith((b"250", b"354")) for answer in answers[2:])


def test_our_own_networks_need_no_login(post: Post, cert: Cert) -> None:
    options = {**guarded(cert), "clients": [ip_network("127.0.0.0/8")]}
    answers = talk(post, lambda port: lines(port, *HELLO, b"Subject: x\r\n\r\nx\r\n."), **options)
    assert answers[-1].startswith(b"250 2.0.0 ")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (b"AUTH PLAIN AGRlc2sAY29ycmVjdCBob3JzZQ==", b"538 "),  # in the clear
        (b"AUTH", b"538 "),
    ],
)
def test_no_login_in_the_clear(post: Post, cert: Cert, command: bytes, code: bytes) -> None:
    assert talk(post, lambda port: lines(port, HELLO[0], command), **guarded(cert))[-1].startswith(code)


def under_tls(port: int, cert: Cert, *commands: bytes) -> list[bytes]:
    """Answers to commands after STARTTLS; stops where the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        for line in (b"", b"EHLO x\r\n", b"STARTTLS\r\n"):
            plain.sendall(line)
            while (got := plain.recv(4096)).splitlines()[-1][3:4] != b" ":
                assert got
        with cert.client().wrap_socket(plain, server_hostname="127.0.0.1") as secure, secure.makefile("rb") as heard:
            found = []
            for command in commands:
                secure.sendall(command + b"\r\n")
                while (line := heard.readline()) and line[3:4] == b"-":
                    pass
                found.append(line.strip())
                if not line:
                    break
            return found


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        ([b"AUTH plain " + base64.b64encode(b"\0desk\0correct horse")], b"235 "),
        ([b"AUTH PLAIN", base64.b64encode(b"\0desk\0correct horse")], b"235 "),
        ([b"AUTH PLAIN " + base64.b64encode(b"\0desk\0wrong")], b"535 "),
        ([b"AUTH PLAIN " + base64.b64encode(b"desk correct horse")], b"501 "),
        ([b"AUTH PLAIN ====="], b"501 "),
        ([b"AUTH PLAIN ="], b"501 "),
        ([b"AUTH PLAIN", b"*"], b"501 "),
        ([b"AUTH LOGIN " + base64.b64encode(b"desk"), b"!!!"], b"501 "),
        ([b"AUTH CRAM-MD5"], b"504 "),
        ([b"AUTH PLAIN " + base64.b64encode(b"\0\xff\xfe\0\xff")], b"535 "),
        ([b"AUTH PLAIN " + base64.b64encode(b"\0desk\0" + b"x" * 8000)], b"535 "),
        ([b"AUTH PLAIN " + b"x" * 20_000], b"500 "),
    ],
)
def test_a_login_is_answered_as_rfc_4954_says(post: Post, cert: Cert, commands: list[bytes], code: bytes) -> None:
    found = talk(post, lambda port: under_tls(port, cert, b"EHLO x", *commands), **guarded(cert))
    assert found[-1].startswith(code)


def test_no_login_within_a_transaction(post: Post, cert: Cert) -> None:
    options = {**guarded(cert), "clients": [ip_network("127.0.0.0/8")]}
    found = talk(post, lambda port: under_tls(port, cert, *HELLO[:2], b"AUTH PLAIN x"), **options)
    assert found[-1].startswith(b"503 ")


def test_guessing_ends_soon_and_costs_the_guesser(post: Post, cert: Cert) -> None:
    options = guarded(cert)
    guess = b"AUTH PLAIN " + base64.b64encode(b"\0desk\0guess")

    def client(port: int) -> list[bytes]:
        found = []
        for _ in range(12):
            found += under_tls(port, cert, b"EHLO x", *[guess] * 10)[1:]
        return found

    found = talk(post, client, **options)
    logins = options["logins"]
    assert isinstance(logins, Logins)
    # All of them came from loopback, one network: no more passwords were looked at than one network may try.
    assert logins.looked_at == MOST_FAILURES
    assert sum(answer.startswith(b"535 ") for answer in found) == MOST_FAILURES
    assert all(answer[:4] in (b"535 ", b"421 ", b"") for answer in found)


def test_what_was_sent_before_tls_is_not_heard_under_it(post: Post, cert: Cert) -> None:
    """CVE-2011-0411: commands that a stranger put behind STARTTLS must not count as the client's own."""

    def client(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
            plain.recv(1000)
            plain.sendall(b"EHLO x\r\n")
            heard = b""
            while b"\n250 " not in heard:
                heard += plain.recv(4096)
            plain.sendall(b"STARTTLS\r\nMAIL FROM:<evil@example.org>\r\n")
            assert plain.recv(4) == b"220 "
            rest = b""
            while not rest.endswith(b"\r\n"):
                rest += plain.recv(1000)
            try:
                with cert.client().wrap_socket(plain, server_hostname="127.0.0.1") as secure:
                    secure.sendall(b"EHLO x\r\nRCPT TO:<robin@example.org>\r\n")
                    time.sleep(0.2)
                    return secure.recv(4096)
            except (ssl.SSLError, OSError):
                return b""  # the handshake failed on the leftover, which is as good

    heard = talk(post, client, **guarded(cert))
    assert b"250 2.1.0" not in heard
    assert b"354" not in heard
    assert post.queue.all() == ()


def test_wishes_for_reports_are_offered_and_kept(post: Post) -> None:
    def client(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.ehlo()
            assert smtp.has_extn("dsn") and smtp.has_extn("pipelining") and smtp.has_extn("8bitmime")
            smtp.mail(NEWS, ["RET=hdrs", "ENVID=QQ314159+2BaB"])
            smtp.rcpt(ROBIN, ["NOTIFY=success,failure", "ORCPT=rfc822;Robin@Example.org"])
            smtp.rcpt(KIM)
            smtp.data(make_mail())

    talk(post, client)
    robin, kim = (queued.envelope for queued in post.queue.all())
    assert (robin.ret, robin.envid) == ("HDRS", "QQ314159+2BaB")
    assert (robin.notify, robin.orcpt) == ("SUCCESS,FAILURE", "rfc822;Robin@Example.org")
    assert (kim.notify, kim.orcpt, kim.envid) == ("", "", "QQ314159+2BaB")


def test_wishes_of_one_message_are_not_those_of_the_next(post: Post) -> None:
    first = (b"EHLO x", b"MAIL FROM:<a@example.org> RET=FULL ENVID=one", b"RSET", b"MAIL FROM:<a@example.org>")
    talk(post, lambda port: lines(port, *first, b"RCPT TO:<robin@example.org>", b"DATA", b"S: x\r\n\r\nx\r\n."))
    (envelope,) = (queued.envelope for queued in post.queue.all())
    assert (envelope.ret, envelope.envid) == ("", f"overt.{envelope.sending:016x}")


def test_a_pipelined_conversation_is_answered_in_order(post: Post) -> None:
    """RFC 2920: everything at once, with the next message right behind the dot."""
    one = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<robin@example.org>\r\nDATA\r\n"
    body = b"Subject: x\r\n\r\nx\r\n.\r\n"

    def client(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(b"EHLO x\r\n" + (one + body) * 3 + b"QUIT\r\n")
            with connection.makefile("rb") as heard:
                return heard.read()

    codes = [line[:3] for line in talk(post, client).splitlines() if line[3:4] == b" "]
    assert codes == [b"220", b"250", *[b"250", b"250", b"354", b"250"] * 3, b"221"]
    assert len(post.queue.all()) == 3


# Where others end a message, in every form that SMTP smuggling used (SEC Consult, December 2023), in one raw stream.
ENDINGS = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r.\r",
    b"\r.\r\n",
    b"\r\n.\r",
    b"\r\r\n.\r\r\n",
    b"\n\r\n.\n",
    b"\r\n\x00.\r\n",
]


@pytest.mark.parametrize("ending", ENDINGS)
def test_one_stream_never_becomes_two_messages(post: Post, ending: bytes) -> None:
    smuggled = (
        b"MAIL FROM:<ceo@victim.example>\r\nRCPT TO:<robin@example.org>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n"
    )
    stream = b"\r\n".join([*HELLO, b""]) + b"Subject: x\r\n\r\nx" + ending + smuggled + b"QUIT\r\n"

    def client(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(stream)
            with connection.makefile("rb") as heard:
                return heard.read()

    talk(post, client)
    assert all(queued.envelope.sender == NEWS for queued in post.queue.all())
    assert len(post.queue.all()) <= 1  # at most as the one message that it is
    assert not any(post.queue.raw(queued).startswith(b"Subject: smuggled") for queued in post.queue.all())


@pytest.mark.parametrize(
    "path",
    [
        b"<robin@example.org\rBcc: x>",
        b"<robin\x00@example.org>",
        b"<robin@example.org\x0b>",
        b"<\xff\xfe@example.org>",
        b"<robin@example.org\xc2\x85Bcc: x@example.org>",  # NEL, a line end of Unicode
        "<robin@example.org\u2028Bcc: x@example.org>".encode(),
    ],
)
def test_no_address_carries_a_line_end_into_a_field(post: Post, path: bytes) -> None:
    answers = talk(post, lambda port: lines(port, *HELLO[:2], b"RCPT TO:" + path, b"DATA"))
    taken = [queued.envelope.recipient for queued in post.queue.all()]
    assert all(address.isprintable() for address in taken)
    assert answers[-1].startswith(b"503 ") or b"\x0b" in path  # which is white space at the end of an address


@pytest.mark.parametrize(
    "junk",
    [
        b"\xff\xfe\xfd",
        b"MAIL FROM:<" + b"(" * 2000,
        b"RCPT TO:" + b"<" * 2000,
        b"EHLO " + b"x" * 100_000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",  # a TLS greeting
        b"GET / HTTP/1.1",
        b"HELP " + b"\xf0\x9f\x92\x8c" * 100,
    ],
)
def test_nonsense_is_answered_and_the_next_client_is_served(post: Post, junk: bytes) -> None:
    def client(port: int) -> list[bytes]:
        first = lines(port, b"EHLO x", junk)
        assert first[-1][:1] in (b"5", b"4", b"2")
        return lines(port, *HELLO, b"Subject: x\r\n\r\nx\r\n.")

    assert talk(post, client)[-1].startswith(b"250 2.0.0 ")


def test_more_than_was_announced_is_refused_and_what_is_miscounted_is_not(post: Post) -> None:
    def client(port: int) -> tuple[bytes, bytes]:
        lied = lines(
            port, HELLO[0], HELLO[1] + b" SIZE=100", *HELLO[2:], b"S: x\r\n\r\n" + (b"x" * 70 + b"\r\n") * 2000 + b"."
        )
        miscounted = lines(port, HELLO[0], HELLO[1] + b" SIZE=100", *HELLO[2:], b"S: x\r\n\r\n" + b"x" * 150 + b"\r\n.")
        return lied[-1], miscounted[-1]

    lied, miscounted = talk(post, client)
    assert lied.startswith(b"552 ")
    assert miscounted.startswith(b"250 ")


def test_messages_that_come_in_at_once_share_one_budget_of_memory(post: Post) -> None:
    """A slow client that announces much holds its share; the next waits, and is told so when it lasts."""

    def client(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
            slow.recv(1000)
            for command in HELLO:
                slow.sendall(command + b"\r\n")
                time.sleep(0.05)
            slow.recv(10_000)
            return lines(port, *HELLO)[-1]

    import overt.serve.session as module

    kept, module.MEMORY_SECONDS = module.MEMORY_SECONDS, 0.2
    try:
        answer = talk(post, client, limits=RelayLimits(size=100_000, memory=150_000))
    finally:
        module.MEMORY_SECONDS = kept
    assert answer.startswith(b"452 4.3.1 ")


def test_a_full_queue_is_told_before_a_message_is_sent(post: Post) -> None:
    answers = talk(post, lambda port: lines(port, *HELLO[:2]), why_full=lambda: "the queue is full")
    assert answers[-1] == b"452 4.3.1 The queue is full; please try again later"


def test_drop_by_drop_is_cut_off_in_time_and_others_are_served_meanwhile(post: Post) -> None:
    """Slowloris: bytes of a command that never ends."""

    def client(port: int) -> tuple[float, bytes]:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
            began = time.monotonic()
            slow.recv(1000)
            served = lines(port, *HELLO, b"Subject: x\r\n\r\nx\r\n.")[-1]
            try:
                while time.monotonic() - began < 8:
                    slow.sendall(b"x")
                    time.sleep(0.05)
            except OSError:
                pass
            return time.monotonic() - began, served

    took, served = talk(post, client, limits=RelayLimits(seconds=0.5))
    assert took < 3
    assert served.startswith(b"250 ")


def test_one_network_does_not_take_every_connection(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipaddress.IPv4Address.is_loopback", property(lambda self: False))

    def client(port: int) -> bytes:
        with smtplib.SMTP("127.0.0.1", port), smtplib.SMTP("127.0.0.1", port):
            return lines(port)[0]

    answer = talk(post, client, limits=RelayLimits(connections_each=2))
    assert answer.startswith(b"421 4.7.0 ")


def test_asking_without_end_comes_to_an_end(post: Post) -> None:
    def client(port: int) -> list[bytes]:
        return lines(port, b"EHLO x", *[b"VRFY robin"] * 21)

    assert any(answer.startswith(b"421 4.7.0 ") for answer in talk(post, client))
