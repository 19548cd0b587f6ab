"""`overt instrument` as a script runs it: stdin in, stdout out, nothing out where it is refused."""

from __future__ import annotations

import io
import json
import stat
import sys
from pathlib import Path

import pytest

from overt.cli.keyfile import read_keyring
from overt.cli.main import main
from overt.measure import derive_campaign, parse_path, read_destination, verify
from overt.testing import make_mail

BASE = ["--campaign", "spring", "--base-url", "https://t.example.org", "--keys", "keys.json"]
NAMED = ["--mode", "individual", "--recipient", "recipient@example.org", "--grant", "form-2026-11-01"]


class Pipe:
    """A process's stdin and stdout as bytes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.out = b""

    def run(self, raw: bytes, *arguments: str) -> int:
        out = io.TextIOWrapper(io.BytesIO())
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        self._monkeypatch.setattr(sys, "stdout", out)
        code = main(["instrument", *arguments])
        out.flush()
        self.out = out.buffer.getvalue()
        return code


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Pipe:
    return Pipe(monkeypatch)


def test_a_message_comes_out_with_beacon_links_and_notice(pipe: Pipe) -> None:
    assert pipe.run(make_mail(encoding="8bit"), *BASE) == 0
    assert b"https://t.example.org/b/" in pipe.out
    assert b"https://t.example.org/c/" in pipe.out
    assert b"\r\nOvert-Notice: " in b"\r\n" + pipe.out


def test_shared_is_the_default_and_the_same_for_everybody(pipe: Pipe) -> None:
    raw = make_mail()
    pipe.run(raw, *BASE, "--recipient", "a@example.org")
    first = pipe.out
    pipe.run(raw, *BASE, "--recipient", "b@example.org")
    assert first == pipe.out


def test_individual_differs_by_recipient_and_repeats_exactly(pipe: Pipe) -> None:
    raw = make_mail()
    outs = []
    for recipient in ("a@example.org", "b@example.org", "a@example.org"):
        pipe.run(raw, *BASE, "--mode", "individual", "--grant", "form-1", "--recipient", recipient)
        outs.append(pipe.out)
    assert outs[0] == outs[2] != outs[1]


@pytest.mark.parametrize("missing", ["--grant", "--recipient"])
def test_individual_without_grant_or_recipient_is_refused_before_anything_happens(
    pipe: Pipe, missing: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = NAMED.index(missing)
    assert pipe.run(make_mail(), *BASE, *NAMED[:at], *NAMED[at + 2 :], "--manifest", "m.json") == 2
    assert pipe.out == b""
    assert missing in capsys.readouterr().err
    assert list(folder.iterdir()) == []


def test_an_empty_grant_is_no_grant(pipe: Pipe) -> None:
    assert pipe.run(make_mail(), *BASE, *NAMED[:-1], "  ") == 2
    assert pipe.out == b""


def test_the_key_file_is_made_private_and_said(pipe: Pipe, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert pipe.run(make_mail(), *BASE) == 0
    assert stat.S_IMODE((folder / "keys.json").stat().st_mode) == 0o600
    assert "keys.json" in capsys.readouterr().err


def test_the_manifest_says_what_each_url_means(pipe: Pipe, folder: Path) -> None:
    raw = make_mail(encoding="8bit")
    assert pipe.run(raw, *BASE, *NAMED, "--manifest", "m.json") == 0
    told = json.loads((folder / "m.json").read_text())
    keyring = read_keyring(folder / "keys.json")
    assert told["campaign"] == "spring"
    assert told["campaign_number"] == derive_campaign(keyring, "spring")
    assert told["recipient"] == "recipient@example.org"
    assert told["grant"] == "form-2026-11-01"
    assert told["beacon"].encode() in pipe.out
    assert "https://shop.example.org/spring" in [link["destination"] for link in told["links"]]
    for link in told["links"]:
        assert link["url"].replace("&", "&amp;").encode() in pipe.out or link["url"].encode() in pipe.out
        path, _, query = link["url"].removeprefix("https://t.example.org").partition("?")
        locator = parse_path(path.encode())
        assert locator is not None
        destination = link["destination"].encode()
        assert destination in read_destination(query.encode())
        token = verify(keyring, locator.token, destination)
        assert token is not None
        assert (token.link, token.sending) == (link["link"], told["sending"])


def test_the_manifest_names_nobody_in_shared(pipe: Pipe, folder: Path) -> None:
    pipe.run(make_mail(), *BASE, "--recipient", "recipient@example.org", "--manifest", "m.json")
    assert "recipient@example.org" not in (folder / "m.json").read_text()


def test_the_manifest_grows_by_a_line_a_message(pipe: Pipe, folder: Path) -> None:
    for _ in range(3):
        assert pipe.run(make_mail(), *BASE, "--manifest", "m.json") == 0
    lines = (folder / "m.json").read_text().splitlines()
    assert [json.loads(line)["campaign"] for line in lines] == ["spring"] * 3


def test_opens_and_links_can_be_left_out(pipe: Pipe, folder: Path) -> None:
    raw = make_mail(encoding="8bit")
    pipe.run(raw, *BASE, "--no-opens", "--manifest", "m.json")
    assert b"/b/" not in pipe.out
    assert b"https://t.example.org/c/" in pipe.out
    assert json.loads((folder / "m.json").read_text())["beacon"] is None
    pipe.run(raw, *BASE, "--no-links")
    assert b"https://t.example.org/b/" in pipe.out
    assert b"https://t.example.org/c/" not in pipe.out


def test_off_lets_the_message_through_untouched(pipe: Pipe) -> None:
    raw = make_mail()
    assert pipe.run(raw, *BASE, "--mode", "off") == 0
    assert pipe.out == raw


def test_an_instrumented_message_is_refused(pipe: Pipe, capsys: pytest.CaptureFixture[str]) -> None:
    pipe.run(make_mail(), *BASE)
    assert pipe.run(pipe.out, *BASE) == 2
    assert pipe.out == b""
    assert "already" in capsys.readouterr().err


def test_a_dkim_signature_is_no_obstacle_but_said(pipe: Pipe, capsys: pytest.CaptureFixture[str]) -> None:
    raw = make_mail(
        encoding="8bit", fields={"DKIM-Signature": "v=1; a=rsa-sha256; d=example.org; s=x; h=from; bh=; b="}
    )
    assert pipe.run(raw, *BASE) == 0
    assert b"https://t.example.org/b/" in pipe.out
    assert "sign it after instrumenting" in capsys.readouterr().err


def test_a_signed_body_comes_out_as_it_was(pipe: Pipe, capsys: pytest.CaptureFixture[str]) -> None:
    raw = (
        b"From: a@example.org\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256; boundary=x\r\n\r\n'
        b"--x\r\nContent-Type: text/html\r\n\r\n<a href='https://example.org/'>x</a>\r\n"
        b"--x\r\nContent-Type: application/pgp-signature\r\n\r\n-\r\n--x--\r\n"
    )
    assert pipe.run(raw, *BASE) == 0
    assert pipe.out == raw
    told = capsys.readouterr().err
    assert "signed" in told
    assert "comes out as it was" in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--campaign", "x", "--keys", "k"], "base-url"),
        ([*BASE, "--base-url", "http://t.example.org"], "base-url"),
        ([*BASE, "--variant", "256"], "--variant"),
        ([*BASE, "--mode", "everything"], "mode"),
        ([*BASE, "--nonsense"], "nonsense"),
    ],
)
def test_a_wrong_command_line_is_said_in_one_sentence(
    pipe: Pipe, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pipe.run(make_mail(), *arguments) == 2
    told = capsys.readouterr().err
    assert words in told.lower()
    assert "Traceback" not in told
    assert pipe.out == b""


def test_nothing_on_stdin_is_a_mistake(pipe: Pipe, capsys: pytest.CaptureFixture[str]) -> None:
    assert pipe.run(b"", *BASE) == 2
    assert "stdin" in capsys.readouterr().err


def test_a_damaged_key_file_is_a_mistake_and_stays_as_it_is(pipe: Pipe, folder: Path) -> None:
    (folder / "keys.json").write_text("{}")
    assert pipe.run(make_mail(), *BASE) == 2
    assert pipe.out == b""
    assert (folder / "keys.json").read_text() == "{}"
