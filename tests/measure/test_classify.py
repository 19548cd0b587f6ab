"""Readings of requests as field notes and vendors' documents describe them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.measure.classify import read_hit, see_again
from overt.measure.clues import RULESET
from overt.measure.hit import Flag, Hit, Seen
from overt.measure.reading import Actor, Certainty, Client
from overt.measure.token import Campaign, Kind, Link, Sending, Variant

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)
# Vendor's document: Bird, January 2022.
GMAIL_PREFETCH = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
)
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"
OUTLOOK = (
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Win64; x64; Trident/7.0; .NET4.0C; .NET4.0E; "
    "Microsoft Outlook 16.0.12345; ms-office; MSOffice 16)"
)
BARE_WEBKIT = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"


def seen(
    user_agent: str,
    kind: Kind = Kind.BEACON,
    address: str = "198.51.100.7",
    method: str = "GET",
    flags: Flag = Flag.NONE,
) -> Seen:
    return Seen(kind=kind, method=method, address=address, user_agent=user_agent, flags=flags)


@pytest.mark.parametrize(
    ("user_agent", "beacon", "link", "client"),
    [
        ("Mozilla/5.0", Actor.PREFETCH, Actor.MACHINE, Client.IMAGE_PROXY),
        (GMAIL_PREFETCH, Actor.PREFETCH, Actor.MACHINE, Client.IMAGE_PROXY),
        (GMAIL, Actor.PROXY, Actor.MACHINE, Client.IMAGE_PROXY),
        (YAHOO, Actor.PROXY, Actor.MACHINE, Client.IMAGE_PROXY),
        (OUTLOOK, Actor.HUMAN, Actor.UNKNOWN, Client.MAIL_PROGRAM),
        (BARE_WEBKIT, Actor.HUMAN, Actor.UNKNOWN, Client.MAIL_PROGRAM),
        (CHROME, Actor.HUMAN, Actor.HUMAN, Client.BROWSER),
        ("", Actor.MACHINE, Actor.MACHINE, Client.LIBRARY),
        ("something new", Actor.UNKNOWN, Actor.UNKNOWN, Client.UNKNOWN),
    ],
)
def test_a_program_is_read_as_the_field_notes_say(user_agent: str, beacon: Actor, link: Actor, client: Client) -> None:
    assert read_hit(seen(user_agent)).actor is beacon
    assert read_hit(seen(user_agent, Kind.LINK)).actor is link
    assert read_hit(seen(user_agent)).client is client


@pytest.mark.parametrize("almost", ["Mozilla/5.0 ", " Mozilla/5.0", "mozilla/5.0", "Mozilla/5.0 (X11)", "Mozilla/5.00"])
def test_apples_prefetch_is_matched_whole_or_not_at_all(almost: str) -> None:
    assert read_hit(seen(almost)).actor is not Actor.PREFETCH


def test_head_is_a_machines_whoever_it_says_it_is() -> None:
    reading = read_hit(seen(CHROME, Kind.LINK, method="HEAD"))
    assert (reading.actor, reading.client, reading.program) == (Actor.MACHINE, Client.BROWSER, "Chrome")
    assert "HEAD" in reading.reason


def test_a_request_marked_as_prefetch_is_never_a_persons() -> None:
    assert read_hit(seen(CHROME, Kind.LINK, flags=Flag.PREFETCH)).actor is Actor.MACHINE


def test_wishes_for_privacy_and_conditions_say_nothing_of_the_actor() -> None:
    flags = Flag.GPC | Flag.DNT | Flag.CONDITIONAL
    assert read_hit(seen(CHROME, flags=flags)) == read_hit(seen(CHROME))


@pytest.mark.parametrize(
    "address", ["40.92.0.1", "40.93.255.255", "104.47.127.255", "2a01:111:f400:1::1", "52.238.78.88"]
)
@pytest.mark.parametrize("kind", list(Kind))
def test_a_browser_in_microsofts_filtering_network_is_a_scanner(address: str, kind: Kind) -> None:
    reading = read_hit(seen(CHROME, kind, address))
    assert (reading.actor, reading.client, reading.certainty) == (Actor.MACHINE, Client.SCANNER, Certainty.HIGH)


@pytest.mark.parametrize("address", ["40.94.0.0", "104.47.128.0", "52.238.78.89", "2a01:111:f401::1", "20.190.1.1", ""])
def test_microsofts_other_networks_are_no_evidence(address: str) -> None:
    assert read_hit(seen(CHROME, address=address)).actor is Actor.HUMAN


def test_gmails_proxy_stays_a_proxy_in_any_network() -> None:
    assert read_hit(seen(GMAIL, address="40.92.0.1")).actor is Actor.PROXY


def test_a_kept_prefix_is_read_like_the_address_where_the_network_is_wider() -> None:
    assert read_hit(seen(CHROME, address="40.92.0.0/24")) == read_hit(seen(CHROME, address="40.92.0.1"))


def test_a_kept_prefix_wider_than_the_network_lowers_the_certainty() -> None:
    reading = read_hit(seen(CHROME, address="52.238.78.0/24"))
    assert (reading.actor, reading.certainty) == (Actor.MACHINE, Certainty.LOW)


def test_a_hit_that_was_kept_is_read_like_the_request_was() -> None:
    hit = Hit(
        1, Kind.LINK, "GET", Campaign(1), Variant(0), Link(1), Sending(1), prefix="198.51.100.0/24", user_agent=CHROME
    )
    assert read_hit(see_again(hit)) == read_hit(seen(CHROME, Kind.LINK))


def test_a_telephone_called_cubot_is_no_crawler() -> None:
    phone = "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/74.0.3729.157 Mobile Safari/537.36"  # noqa: E501 as it was sent
    assert read_hit(seen(phone)).client is Client.BROWSER


@given(st.text(max_size=600), st.text(max_size=60), st.sampled_from(list(Kind)))
def test_any_text_has_a_reading_with_a_reason_and_the_rulesets_version(
    user_agent: str, address: str, kind: Kind
) -> None:
    reading = read_hit(seen(user_agent, kind, address))
    assert reading.reason
    assert reading.ruleset == RULESET


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "(",
        "a@",
        "a.",
        "Mozilla/5.0 (compatible;",
        "Gecko/1",
        "iPhone) AppleWebKit/",
        "A/",
        "www.",
        "AppleWebKit/1 ",
        "; ",
        "MSIE 8.0;",
        "Version/1 ",
        "bot",
        "mail image ",
        "\n",
        "+http",
    ],
)
def test_a_long_user_agent_takes_no_long_time(unit: str) -> None:
    """A pattern that doubles back would need minutes here; the run's own limit of time ends it."""
    read_hit(seen((unit * 100_000)[:100_000]))
