"""Reports kept up to date: the same numbers as a report made now, and no more work than what changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from overt.cli.egress import FILE
from overt.cli.reckoning import Reckoning, stamp_of
from overt.cli.report import make_report
from overt.cli.settings import load_settings
from overt.measure import Campaign, CampaignReport, report_campaign
from overt.measure.listing import pack_listing, read_listing
from overt.store import Layout, Ledger, open_database
from overt.store.compact import compact
from overt.store.readings import Readings
from overt.testing import FixedClock
from tests.cli.made import NOON, add_campaign, make_folder
from tests.measure.rows import DAY, ROWS
from tests.store.made import make_hit, write_segments


@pytest.fixture
def reckoning() -> Reckoning:
    make_folder(load_settings().folder)
    add_campaign(load_settings().folder, "autumn", {f"p{number}@example.org": 1 for number in range(30)})
    return Reckoning(load_settings(), FixedClock(NOON))


def without_people(one: CampaignReport) -> CampaignReport:
    return one if one.individual is None else replace(one, individual=replace(one.individual, recipients=()))


def test_it_counts_what_the_report_counts(reckoning: Reckoning) -> None:
    expected = make_report(load_settings(), clock=FixedClock(NOON))
    found = reckoning.refresh().report
    assert found.campaigns == tuple(without_people(one) for one in expected.campaigns)
    assert found.made_at == NOON


def test_only_what_changed_is_counted_again(reckoning: Reckoning, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    from overt.cli import reckoning as module

    made = report_campaign

    def count(facts: object, *more: object) -> CampaignReport:
        counted.append(facts.name)  # type: ignore[attr-defined]
        return made(facts, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "report_campaign", count)
    before = reckoning.refresh().report
    assert sorted(counted) == ["autumn", "spring"]
    assert reckoning.refresh().report.campaigns == before.campaigns
    assert len(counted) == 2
    (spring,) = [one for one in before.campaigns if one.name == "spring"]
    (layout,) = [Layout(load_settings().folder)]
    write_segments(layout, [make_hit(5, campaign=spring.campaign)], worker="8")
    reckoning.refresh()
    assert counted[2:] == ["spring"]


def test_a_withdrawal_and_a_compaction_are_seen(reckoning: Reckoning) -> None:
    folder = load_settings().folder
    reckoning.refresh()
    engine = open_database(Layout(folder).database)
    ledger = Ledger(engine)
    ledger.withdraw("ann@example.org", way="page")
    spring = next(one for one in reckoning.refresh().report.campaigns if one.name == "spring")
    assert spring.individual is not None
    assert spring.individual.withdrawn == 2
    compact(Layout(folder), ledger.withdrawn_recipients())
    for path in Layout(folder).readings.iterdir():  # as compaction does by the command line
        path.unlink()
    after = next(one for one in reckoning.refresh().report.campaigns if one.name == "spring")
    assert after.individual is not None
    assert after.individual.opens == spring.individual.opens
    assert any(Layout(folder).readings.iterdir())
    engine.dispose()


def test_nothing_yet_is_nothing() -> None:
    reckoning = Reckoning(load_settings())
    assert reckoning.refresh().report.campaigns == ()
    assert not load_settings().folder.exists()


def test_people_are_ranked_once_for_what_does_not_change(reckoning: Reckoning, monkeypatch: pytest.MonkeyPatch) -> None:
    ranked = reckoning.rank("clicks")
    assert {one.recipient for one in ranked}
    monkeypatch.setattr("overt.cli.reckoning.gather", lambda *values: 1 / 0)
    assert reckoning.rank("clicks") == ranked


def test_the_stamp_is_the_same_until_something_changes(reckoning: Reckoning) -> None:
    layout = Layout(load_settings().folder)
    first = stamp_of(layout)
    assert stamp_of(layout) == first
    write_segments(layout, [make_hit(5, campaign=Campaign(7))], worker="8")
    assert stamp_of(layout) != first


def test_a_new_list_of_apples_reads_every_hit_anew(reckoning: Reckoning) -> None:
    folder = load_settings().folder
    assert reckoning.refresh().report.egress == ""
    before = stamp_of(Layout(folder))
    (folder / FILE).write_bytes(pack_listing(read_listing(ROWS), DAY, source="rows"))
    assert stamp_of(Layout(folder)) != before
    report = reckoning.refresh().report
    assert report.egress.startswith("2026-11-02 ")
    spring = next(one for one in report.campaigns if one.name == "spring")
    rows = Readings(Layout(folder).readings).people(Campaign(spring.campaign), verdict="perhaps opened")[1]
    (visit,) = Readings(Layout(folder).readings).visits_of(rows[0].recipient)
    assert (visit.actor, visit.certainty) == ("prefetch", "low")  # its prefix is not on the list
    assert make_report(load_settings(), clock=FixedClock(NOON)).egress == report.egress
