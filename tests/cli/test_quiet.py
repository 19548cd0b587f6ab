"""`overt quiet`: who has not opened for long."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from overt.cli.house import open_house
from overt.cli.main import main
from overt.cli.settings import load_settings
from overt.measure import Mode
from overt.store.schema import writing
from overt.store.sent import settle


@pytest.fixture
def quiet_since(folder: Path) -> datetime:
    """Robin was sent a message a year ago and never opened."""
    del folder
    then = datetime.now(UTC) - timedelta(days=365)
    with open_house(load_settings(None), make_keys=True) as house:
        recipient = house.ledger.recipient("robin@example.org")
        sending = house.ledger.new_sending(
            house.ledger.campaign("spring"), recipient, opens=Mode.HYGIENE, grant="form", at=then
        )
        with writing(house.engine) as connection:
            settle(connection, sending, delivered=1, failed=None, reason="")
    return then


def test_nobody_is_quiet_where_nothing_was_sent(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quiet"]) == 0
    assert "Nobody" in capsys.readouterr().out


def test_the_quiet_are_shown_as_table_json_and_csv(quiet_since: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["quiet"]) == 0
    shown = capsys.readouterr().out
    assert "robin@example.org" in shown
    assert "never" in shown
    assert main(["quiet", "--json"]) == 0
    day = quiet_since.date().isoformat()
    row = {"email": "robin@example.org", "last_open": None, "first_message": day, "messages": 1}
    assert json.loads(capsys.readouterr().out) == [row]
    assert main(["quiet", "--csv"]) == 0
    (told,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert told == {"email": "robin@example.org", "last_open": "", "first_message": day, "messages": "1"}


def test_days_are_at_least_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quiet", "--days", "0"]) == 2
    assert "days" in capsys.readouterr().err.lower()


def test_a_longer_time_finds_fewer(quiet_since: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    del quiet_since
    capsys.readouterr()
    assert main(["quiet", "--days", "400"]) == 0
    assert "Nobody" in capsys.readouterr().out
