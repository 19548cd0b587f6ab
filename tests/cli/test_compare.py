"""`overt compare`: variants of a campaign against the first of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from overt.cli.compare import tally
from overt.cli.main import main
from overt.measure import report_campaign
from tests.cli.made import add_campaign, make_folder
from tests.measure.made import click_hit, facts, open_hit, sent


def fill(clicked: Mapping[int, int], sizes: Mapping[int, int]) -> None:
    """A campaign with variants of these sizes, of which so many clicked."""
    people = {f"v{variant}p{person}@example.org": variant for variant, size in sizes.items() for person in range(size)}
    followed = {f"v{variant}p{person}@example.org" for variant, clicks in clicked.items() for person in range(clicks)}
    add_campaign(Path("overt-data"), "spring", people, followed)


def test_a_large_difference_is_decided_and_a_small_one_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    fill({1: 10, 2: 80, 3: 14}, {1: 100, 2: 100, 3: 100})
    assert main(["compare", "spring", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    rows = {row["variant"]: row for row in told["variants"]}
    assert [(rows[n]["clicks"], rows[n]["sendings"], rows[n]["rate"]) for n in (1, 2, 3)] == [
        (10, 100, 0.1), (80, 100, 0.8), (14, 100, 0.14)
    ]  # fmt: skip
    assert rows[2]["difference"]["low"] > 0.3
    assert rows[2]["decided"]
    assert not rows[3]["decided"]
    assert rows[3]["difference"]["low"] < 0 < rows[3]["difference"]["high"]
    assert rows[2]["expected_loss"] < 0.01 < rows[1]["expected_loss"]
    assert main(["compare", "spring"]) == 0
    shown = capsys.readouterr().out
    assert "better" in shown
    assert "not decided" in shown


def test_arms_of_other_sizes_than_were_sent_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    fill({}, {1: 100, 2: 30})
    assert main(["compare", "spring"]) == 2
    assert "not as large as planned" in capsys.readouterr().err


@pytest.mark.parametrize("control", ["1", "7"])
def test_a_campaign_without_variants_has_nothing_to_compare(control: str, capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(Path("overt-data"))
    assert main(["compare", "spring", "--control", control]) == 2
    assert "nothing to compare" in capsys.readouterr().err


def test_opens_and_clicks_are_counted_once_for_each_recipient() -> None:
    hits = [open_hit(1), open_hit(1, after=900_000), click_hit(1), click_hit(1, 2)]
    half = report_campaign(facts(sent(1), sent(2)), hits, []).individual
    assert half is not None
    assert {of: [(one.successes, one.sendings) for one in tally(half, of).values()] for of in ("opens", "clicks")} == {
        "opens": [(1, 2)],
        "clicks": [(1, 2)],
    }
