"""What can be seen on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from overt.cli.checkup.ground import check_disk, check_keys, check_proxies, check_signing_order
from overt.cli.checkup.outcome import Outcome
from overt.cli.house import House, open_house
from overt.cli.option import Settings


@pytest.fixture
def house(folder: Path) -> Iterator[House]:
    with open_house(Settings(folder=folder / "data", base_url="https://t.example.org"), make_keys=True) as opened:
        yield opened


def test_keys_that_others_can_read_are_wrong(house: House) -> None:
    assert check_keys(house).outcome is Outcome.GOOD
    house.settings.key_file.chmod(0o644)
    found = check_keys(house)
    assert found.outcome is Outcome.WRONG
    assert found.mend == f"Run: chmod 600 {house.settings.key_file}"


def test_a_full_disk_is_wrong(folder: Path) -> None:
    assert check_disk(Settings(folder=folder)).outcome is Outcome.GOOD
    full = Settings(folder=folder, relay={"min_free": 10**18})  # type: ignore[arg-type]
    assert check_disk(full).outcome is Outcome.WRONG


@pytest.mark.parametrize(
    ("base_url", "networks", "outcome"),
    [
        ("https://t.example.org", [], Outcome.WRONG),
        ("https://t.example.org", ["127.0.0.1"], Outcome.GOOD),
        ("http://127.0.0.1:8080", [], Outcome.SKIPPED),
    ],
)
def test_a_proxy_that_nobody_believes_is_wrong(base_url: str, networks: list[str], outcome: Outcome) -> None:
    settings = Settings(base_url=base_url, collector={"trusted_proxies": networks})  # type: ignore[arg-type]
    assert check_proxies(settings).outcome is outcome


def test_mail_that_comes_in_signed_is_wrong(house: House) -> None:
    assert check_signing_order(house).outcome is Outcome.SKIPPED
    ledger = house.ledger
    campaign, number = ledger.campaign("spring"), ledger.recipient("ann@example.org")
    ledger.new_sending(campaign, number)
    assert check_signing_order(house).outcome is Outcome.GOOD
    ledger.new_sending(
        campaign, number, because="signed with DKIM or sealed with ARC: a change would break the signature"
    )
    found = check_signing_order(house)
    assert (found.outcome, found.said.split(",")[0]) == (Outcome.WRONG, "1 of the last 2 messages came in signed")
