from __future__ import annotations

import pytest

from overt.errors import Malformed, Refused
from overt.measure import Campaign, Mode, Plan


def test_a_plan_for_one_recipient_needs_a_grant() -> None:
    for opens, links in ((Mode.INDIVIDUAL, Mode.OFF), (Mode.OFF, Mode.INDIVIDUAL)):
        with pytest.raises(Refused, match="grant"):
            Plan("https://t.example.org", Campaign(1), opens=opens, links=links)
        assert Plan("https://t.example.org", Campaign(1), opens=opens, links=links, grant="form-1").grant == "form-1"


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "t.example.org",
        "ftp://t.example.org",
        "https://t.example.org/",
        "https://t.example.org?x=1",
        'https://t.example.org/"',
    ],
)
def test_a_base_url_that_could_break_markup_is_malformed(base_url: str) -> None:
    with pytest.raises(Malformed):
        Plan(base_url, Campaign(1))


def test_one_date_of_a_recipient_needs_a_grant() -> None:
    with pytest.raises(Refused, match="needs a recorded grant"):
        Plan("https://t.example.org", Campaign(1), opens=Mode.HYGIENE)


@pytest.mark.parametrize("mode", [Mode.POOLED, Mode.HYGIENE])
def test_links_have_neither_pools_nor_a_date(mode: Mode) -> None:
    with pytest.raises(Refused, match="one of opens"):
        Plan("https://t.example.org", Campaign(1), links=mode)


def test_silence_is_off_in_both() -> None:
    assert Plan("https://t.example.org", Campaign(1), opens=Mode.OFF, links=Mode.OFF).silent
    assert not Plan("https://t.example.org", Campaign(1), opens=Mode.OFF).silent
