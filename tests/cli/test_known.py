"""What there is to report, from ledger, manifests and hits."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from overt.cli.keyfile import make_keyring, read_keyring
from overt.cli.known import gather, gather_near
from overt.cli.settings import load_settings
from overt.errors import Malformed
from overt.measure import Campaign, CampaignFacts, derive_campaign, derive_sending
from overt.store import Layout
from tests.cli.made import make_folder
from tests.store.made import make_hit, write_segments

DATA = Path("overt-data")


def test_nothing_is_known_where_nothing_was_started() -> None:
    known = gather(load_settings())
    assert (known.campaigns, known.hits(), known.counts) == ({}, (), ())


def test_the_ledgers_campaigns_are_known_with_sendings_and_links() -> None:
    number = make_folder(DATA)
    facts = gather(load_settings()).campaigns[number]
    assert (facts.name, len(facts.sent), len(facts.links)) == ("spring", 6, 2)


def test_a_campaign_that_only_its_hits_tell_of_is_known_by_number() -> None:
    write_segments(Layout(DATA), [make_hit(campaign=77)])
    known = gather(load_settings())
    assert [(facts.campaign, facts.name) for facts in known.campaigns.values()] == [(77, "")]
    assert gather(load_settings(), wanted="77").campaigns.keys() == {77}


def test_a_campaign_instrumented_without_the_ledger_is_found_by_its_name() -> None:
    make_keyring(DATA / "keys.json")
    keyring = read_keyring(DATA / "keys.json")
    number = derive_campaign(keyring, "spring")
    write_segments(Layout(DATA), [replace(make_hit(), campaign=number)])
    (facts,) = gather(load_settings(), wanted="spring").campaigns.values()
    assert (facts.campaign, facts.name) == (number, "spring")


def test_a_manifest_names_campaign_recipient_and_links() -> None:
    make_keyring(DATA / "keys.json")
    keyring = read_keyring(DATA / "keys.json")
    number = derive_campaign(keyring, "spring")
    sending = derive_sending(keyring, number, "ann@example.org", "<1@x>")
    line = {
        "campaign": "spring",
        "campaign_number": number,
        "variant": 0,
        "opens": "individual",
        "links_mode": "off",
        "recipient": "ann@example.org",
        "sending": sending,
        "links": [{"link": 1, "destination": "https://example.org/"}],
    }
    Path("manifest.jsonl").write_text(json.dumps(line) + "\n")
    write_segments(Layout(DATA), [replace(make_hit(), campaign=number, sending=sending)])
    (facts,) = gather(load_settings(), [Path("manifest.jsonl")]).campaigns.values()
    assert (facts.name, facts.sent[0].recipient, facts.links) == (
        "spring",
        "ann@example.org",
        {1: "https://example.org/"},
    )


def test_an_unknown_name_says_which_names_there_are() -> None:
    make_folder(DATA)
    with pytest.raises(Malformed, match="There are: spring"):
        gather(load_settings(), wanted="autumn")


def test_an_unknown_name_where_nothing_was_recorded_says_so() -> None:
    with pytest.raises(Malformed, match="Nothing was recorded yet"):
        gather(load_settings(), wanted="autumn")


def test_near_some_hits_only_their_sendings_are_read() -> None:
    number = make_folder(DATA)
    everything = gather(load_settings())
    sent = everything.campaigns[number].sent[1]
    near = gather_near(load_settings(), (), {number: {sent.sending}, Campaign(77): set()})
    assert near.campaigns[number] == replace(everything.campaigns[number], sent=(sent,))
    assert near.campaigns[Campaign(77)] == CampaignFacts(Campaign(77), "")
    assert near.withdrawn == everything.withdrawn != frozenset()
