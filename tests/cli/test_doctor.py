"""`overt doctor` over a world that runs, and over one that does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from overt.cli.main import main
from overt.testing import make_mail
from tests.cli.world import free_ports, running_world, write_settings


def outcomes(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    found = json.loads(capsys.readouterr().out)
    assert found["format"] == "overt-doctor/1"
    return {check["name"]: check["outcome"] for check in found["checks"]}


def test_a_world_that_runs_is_well(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running_world(folder) as world:
        (folder / "news.eml").write_bytes(make_mail())
        (folder / "list.csv").write_text("email\nann@example.org\n")
        main(["send", "news.eml", "list.csv", "--campaign", "spring"])
        (arrived,) = world.inbox(1)
        (folder / "arrived.eml").write_bytes(arrived)
        capsys.readouterr()
        assert main(["doctor", "arrived.eml", "--json"]) == 0
        found = outcomes(capsys)
    assert found["keys"] == found["collector"] == found["next-hop"] == found["signing-order"] == "good"
    assert found["arrived"] == found["arrived-tracked"] == found["arrived-strangers"] == "good"
    assert "wrong" not in found.values()


def test_where_nothing_runs_it_says_how_to_mend_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_settings(folder, *free_ports(2))
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "does not answer" in said
    assert "→ Start overt up" in said
    assert main(["doctor", "--json"]) == 1
    assert outcomes(capsys)["collector"] == "wrong"


def test_a_message_that_cannot_be_read_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_settings(folder, *free_ports(2))
    assert main(["doctor", "none.eml"]) == 2
    assert "none.eml cannot be read" in capsys.readouterr().err
