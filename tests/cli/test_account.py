"""`overt account`: making, listing and removing accounts and keys at the command line."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from overt.cli.house import open_house
from overt.cli.main import main
from overt.cli.settings import load_settings
from overt.serve.login import HASHER
from overt.store import Account, Accounts, Role, Scope


@pytest.fixture(autouse=True)
def typed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse\n"))


def find(name: str) -> Account | None:
    with open_house(load_settings(None)) as house:
        return Accounts(house.engine).find(name)


def test_an_account_is_made_with_a_password_from_stdin(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["account", "add", "ann"]) == 0
    assert "http://127.0.0.1:8082" in capsys.readouterr().out
    made = find("ann")
    assert made is not None
    assert made.role is Role.OWNER
    assert HASHER.verify(made.hash, "correct horse")
    assert main(["account", "add", "ann", "--generate"]) == 2
    assert "already" in capsys.readouterr().err


def test_a_password_is_made_up_and_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["account", "add", "ben", "--role", "analyst", "--generate"]) == 0
    said = capsys.readouterr().out
    password = said.partition("Password: ")[2].partition("\n")[0]
    made = find("ben")
    assert made is not None
    assert made.role is Role.ANALYST
    assert HASHER.verify(made.hash, password)


def test_a_short_password_makes_no_account(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    assert main(["account", "add", "ann"]) == 2
    assert "8 to" in capsys.readouterr().err
    assert find("ann") is None


def test_a_password_is_changed_and_an_account_removed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["account", "add", "ann", "--generate"])
    before = find("ann")
    assert main(["account", "password", "ann"]) == 0
    after = find("ann")
    assert before is not None
    assert after is not None
    assert before.hash != after.hash
    assert main(["account", "remove", "ann"]) == 0
    assert find("ann") is None
    assert main(["account", "remove", "ann"]) == 1
    assert main(["account", "password", "ann", "--generate"]) == 1
    assert 'no account "ann"' in capsys.readouterr().err


def test_keys_are_made_listed_and_revoked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["account", "list"]) == 0
    assert "overt account add NAME" in capsys.readouterr().out
    main(["account", "add", "ann"])
    capsys.readouterr()
    assert main(["account", "key", "crm", "--scope", "reports", "--scope", "consent"]) == 0
    secret = capsys.readouterr().out.strip()
    assert secret.startswith("overt_")
    assert main(["account", "list"]) == 0
    assert secret not in (said := capsys.readouterr().out)
    assert "crm" in said
    assert main(["account", "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told["accounts"]] == ["ann"]
    assert [(one["id"], one["scopes"]) for one in told["keys"]] == [(1, ["consent", "reports"])]
    with open_house(load_settings(None)) as house:
        key = Accounts(house.engine).find_key(secret)
    assert key is not None
    assert key.scopes == {Scope.REPORTS, Scope.CONSENT}
    assert main(["account", "revoke", "1"]) == 0
    assert main(["account", "revoke", "1"]) == 1
