"""`overt about`: what an access request gets is what the recipient's own page gives."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path

import pytest

from overt.cli.house import open_house
from overt.cli.main import main
from overt.cli.pages import make_desk
from overt.cli.settings import load_settings
from overt.measure import mint_visit
from overt.store import as_record
from overt.testing import make_mail
from overt.testing.reader import Simulation, client
from overt.testing.request import Door
from tests.cli.world import running_world


def test_it_is_the_same_as_the_download_of_the_recipients_page(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_world(folder) as world:
        main(["consent", "add", "Ann@example.org", "--reference", "form-1"])
        (folder / "news.eml").write_bytes(make_mail())
        (folder / "list.csv").write_text("email\nann@example.org\nbo@example.org\n")
        assert main(["send", "news.eml", "list.csv", "--campaign", "spring"]) == 0
        readers = Simulation(Door(world.base_url, port=world.http))
        for raw in world.inbox(2):
            asyncio.run(readers.display(raw, client("thunderbird")))
        capsys.readouterr()
        assert main(["about", "ann@example.org"]) == 0
        told = json.loads(capsys.readouterr().out)
        with open_house(load_settings()) as house:
            recipient = house.ledger.find_recipient("ann@example.org")
            assert recipient is not None
            known = make_desk(house).look(mint_visit(house.need_keyring(), recipient, house.clock.now()))
        assert known is not None
        assert told == as_record(known)
    assert told["address"] == "Ann@example.org"
    assert [message["campaign"] for message in told["messages"]] == ["spring"]
    assert [(hit["kind"], hit["sending"]) for hit in told["hits"]] == [("beacon", told["messages"][0]["sending"])]
    assert {entry["reference"] for entry in told["permissions"]} == {"form-1"}


def test_it_goes_into_a_file_that_nobody_else_can_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["consent", "add", "ann@example.org", "--reference", "form-1"])
    assert main(["about", "ann@example.org", "--output", "ann.json"]) == 0
    assert "Wrote ann.json: 2 entries, 0 messages, 0 hits." in capsys.readouterr().out
    assert stat.S_IMODE((folder / "ann.json").stat().st_mode) == 0o600
    assert json.loads((folder / "ann.json").read_text(encoding="utf-8"))["address"] == "ann@example.org"
    assert main(["about", "ann@example.org", "--output", "nowhere/ann.json"]) == 75
    assert "nowhere/ann.json" in capsys.readouterr().err


def test_of_somebody_unknown_or_erased_there_is_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["consent", "add", "ann@example.org", "--reference", "form-1"])
    main(["erase", "ann@example.org", "--yes"])
    for address in ("ann@example.org", "bo@example.org"):
        assert main(["about", address]) == 2
        assert "Nothing is recorded" in capsys.readouterr().err
    assert main(["about", "nobody"]) == 2
