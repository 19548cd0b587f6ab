"""The command as a whole: help, version, and one clear sentence with the right exit code for what goes wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest

import overt
from overt.cli import main as module
from overt.cli.main import COMMANDS, main
from overt.errors import Malformed, OvertError, Refused, Unavailable


def test_version_and_help_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == overt.__version__
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    assert [name for name, _, _ in COMMANDS if name not in told] == []


@pytest.mark.parametrize("name", [name for name, _, _ in COMMANDS])
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert f"overt {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Malformed("a b."), 2),
        (Refused("a b."), 2),
        (Unavailable("a b."), 75),
        (OSError(28, "Full"), 75),
        (OSError(2, "Gone"), 2),
    ],
)
def test_an_error_is_one_sentence_and_an_exit_code(
    error: OvertError, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*args: object, **kwargs: object) -> int:
        raise error

    monkeypatch.setattr(module, "app", fail)
    assert main([]) == code
    told = capsys.readouterr()
    assert told.err.startswith("overt: ")
    assert told.err.count("\n") == 1
    assert told.out == ""


@pytest.mark.parametrize("arguments", [["nonsense"], ["send"], ["keys", "nonsense"], ["consent", "add"]])
def test_a_wrong_command_line_points_to_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "overt --help" in capsys.readouterr().err


def test_a_missing_extra_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*args: object, **kwargs: object) -> int:
        raise ModuleNotFoundError("no duckdb", name="duckdb")

    monkeypatch.setattr(module, "app", fail)
    assert main([]) == 2
    assert "pip install" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["up", "send", "instrument", "consent", "keys"])
def test_what_carries_traffic_loads_no_analytics(name: str) -> None:
    program = (
        "import sys; from overt.cli.main import main; main([sys.argv[1], '--help']);"
        "sys.exit(bool({'pyarrow', 'duckdb', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program, name], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_instrument_starts_without_servers_and_databases() -> None:
    program = (
        "import sys; from overt.cli.main import main; main(['instrument', '--help']);"
        "sys.exit(bool({'sqlalchemy', 'aiosmtpd', 'uvloop', 'alembic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
