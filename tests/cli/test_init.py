"""`overt init`: settings that load, nothing written over, a test message that arrives."""

from __future__ import annotations

import io
import stat
from pathlib import Path
from typing import get_args

import pytest

from overt.cli import init as module
from overt.cli.init import PASSWORD_FILE, Program, write_settings
from overt.cli.main import main
from overt.cli.program import PROGRAMS
from overt.cli.settings import load_settings

GIVEN = ("init", "--yes", "--name", 'Garden "Shop"', "--address", "news@shop.example.org")


def test_what_is_answered_is_what_is_loaded(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hop = f"maildir://{folder}/inbox"
    assert main([*GIVEN, "--base-url", "https://t.example.org/", "--next-hop", hop, "--program", "listmonk"]) == 0
    loaded = load_settings()
    assert (loaded.base_url, loaded.sender.name, loaded.relay.next_hop) == (
        "https://t.example.org", 'Garden "Shop"', hop
    )  # fmt: skip
    assert loaded.sender.addresses == ("news@shop.example.org",)
    assert loaded.relay.campaign_field == "X-Listmonk-Campaign"
    assert [str(network) for network in loaded.collector.trusted_proxies] == ["127.0.0.1/32", "::1/128"]
    said = capsys.readouterr().out
    assert "In listmonk" in said
    assert "2525" in said
    assert "overt doctor" in said


def test_nothing_is_written_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "overt.toml").write_text("# mine\n")
    assert main([*GIVEN]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (folder / "overt.toml").read_text() == "# mine\n"


def test_settings_that_will_not_do_leave_no_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*GIVEN, "--base-url", "http://t.example.org"]) == 2
    assert "use https" in capsys.readouterr().err
    assert not (folder / "overt.toml").exists()


def test_a_test_message_goes_out_unmeasured(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hop = f"maildir://{folder}/inbox"
    assert main([*GIVEN, "--next-hop", hop, "--test", "ann@example.org"]) == 0
    (file,) = (folder / "inbox" / "new").iterdir()
    assert b"Subject: overt: a test" in file.read_bytes()
    assert b"/b/" not in file.read_bytes()
    assert "took the test message" in capsys.readouterr().out


def test_a_next_hop_that_does_not_take_it_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*GIVEN, "--next-hop", "smtp://127.0.0.1:9", "--test", "ann@example.org"]) == 1
    assert "did not take it" in capsys.readouterr().out
    assert (folder / "overt.toml").exists()


def test_a_password_goes_into_a_file_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("hunter 22\n"))
    assert main([*GIVEN, "--next-hop", "smtp://smtp.example.org:587", "--user", "me"]) == 0
    secret = folder / "overt-data" / PASSWORD_FILE
    assert secret.read_text() == "hunter 22\n"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert "hunter" not in (folder / "overt.toml").read_text()
    assert load_settings().hop.password_file == PASSWORD_FILE


def test_in_a_terminal_a_bad_answer_is_asked_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    answers = iter(["", "Garden", "no address", "news@shop.example.org", f"maildir://{folder}/in", "", "emacs", "", ""])
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("builtins.input", lambda question: next(answers))
    assert main(["init"]) == 0
    said = capsys.readouterr().out
    assert "that is no mail address" in said
    assert "write one of thunderbird" in said
    assert "In Thunderbird" in said
    assert load_settings().base_url == module.HERE


@pytest.mark.parametrize("program", get_args(Program))
def test_every_program_is_told_host_and_port(program: str) -> None:
    said = PROGRAMS[program].format(host="127.0.0.1", port=2525)
    assert "127.0.0.1" in said
    assert "2525" in said
    assert "{" not in said.replace('{"X-Overt-Campaign"', "")
    assert 'base_url = "x"' in write_settings("x", "", "", "", "", program)
