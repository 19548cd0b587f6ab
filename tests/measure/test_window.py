"""The second look: haste, crowds and unsubscribe pairs make machines of hits that look like people by themselves.

Thresholds are those of the field notes; the scenes are written by hand.
"""

from __future__ import annotations

from dataclasses import replace

from overt.measure.clues import Evidence
from overt.measure.hit import Seen
from overt.measure.reading import Actor, Certainty, Client, Reading
from overt.measure.token import Kind
from overt.measure.window import Observation, read_hits
from tests.measure.rows import make_list

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
HOME, HOST = "198.51.100.7", "203.0.113.9"


def beacon(at: float, *, agent: str = CHROME, address: str = HOME, sent: float | None = None) -> Observation:
    return Observation(at, Seen(Kind.BEACON, "GET", address, agent), "m1", "r1@a.example", "", sent)


def click(
    at: float,
    link: str,
    *,
    address: str = HOME,
    sent: float | None = None,
    leave: bool = False,
    recipient: str = "r1@a.example",
) -> Observation:
    return Observation(at, Seen(Kind.LINK, "GET", address, CHROME), "m1", recipient, link, sent, leave)


def actors(*observations: Observation) -> list[Actor]:
    return [reading.actor for reading in read_hits(observations)]


HUMAN, MACHINE = Actor.HUMAN, Actor.MACHINE


def test_a_person_opens_reads_and_follows_two_links() -> None:
    assert actors(beacon(100), click(130, "1"), click(190, "2")) == [HUMAN, HUMAN, HUMAN]


def test_two_links_within_a_second_are_a_machines_and_so_is_the_first() -> None:
    first, second = read_hits([click(100, "1"), click(100.4, "2")])
    assert first.actor is second.actor is MACHINE
    assert first.client is Client.SCANNER
    assert first.program == "a scanner that calls itself Chrome"
    assert "within a second" in first.reason


def test_a_double_click_is_a_persons() -> None:
    assert actors(click(100, "1"), click(100.3, "1")) == [HUMAN, HUMAN]
    assert actors(click(100, ""), click(100.3, "")) == [HUMAN, HUMAN]


def test_three_links_in_ten_seconds_are_a_burst_in_any_order_of_the_log() -> None:
    assert actors(click(109, "3"), click(100, "1"), click(104, "2")) == [MACHINE] * 3
    assert actors(click(100, "1"), click(106, "2"), click(112, "3")) == [HUMAN] * 3


def test_the_scanners_beacon_before_its_burst_is_the_scanners_too_and_the_persons_later_is_not() -> None:
    scene = [
        beacon(80, address=HOST),
        click(100, "1", address=HOST),
        click(102, "2", address=HOST),
        click(104, "3", address=HOST),
        beacon(4000),
        click(4030, "2"),
    ]
    assert actors(*scene) == [MACHINE] * 4 + [HUMAN] * 2


def test_everybody_followed_in_a_minute_is_a_machine() -> None:
    other = click(9000, "3", recipient="r2@b.example")
    assert actors(click(100, "1"), click(120, "2"), click(140, "3"), other) == [MACHINE] * 3 + [HUMAN]


def test_the_unsubscribe_link_and_another_within_a_minute_are_a_machines() -> None:
    assert actors(click(100, "1"), click(150, "9", leave=True)) == [MACHINE, MACHINE]
    assert actors(click(100, "1"), click(200, "9", leave=True)) == [HUMAN, HUMAN]
    assert actors(click(100, "9", leave=True)) == [HUMAN]


def test_three_networks_within_a_minute_are_a_machines() -> None:
    assert actors(*(beacon(100 + n, address=f"198.51.{n}.7") for n in (1, 20, 40))) == [MACHINE] * 3
    assert actors(*(beacon(100 + n, address=f"198.51.100.{n}") for n in (1, 20, 40))) == [HUMAN] * 3


def test_a_provider_that_asks_for_a_person_stays_a_proxy() -> None:
    scene = [beacon(100, agent=GMAIL, address="66.249.80.1"), click(100.5, "1")]
    assert actors(*scene) == [Actor.PROXY, MACHINE]


def test_haste_behind_the_sending_alone_decides_nothing_but_lowers_the_certainty() -> None:
    (reading,) = read_hits([click(110, "1", sent=100)])
    assert reading.actor is HUMAN
    assert reading.certainty is Certainty.LOW
    assert actors(click(99, "1", sent=100)) == [MACHINE]
    (wrong_clock,) = read_hits([click(100, "1", sent=5000)])
    assert wrong_clock.certainty is Certainty.MEDIUM


def test_one_address_for_ten_recipients_soon_behind_the_sending_is_a_gateway() -> None:
    crowd = [click(100 + n, "1", address=HOST, sent=100, recipient=f"r{n}@d{n}.example") for n in range(10)]
    assert actors(*crowd) == [MACHINE] * 10
    office = [click(100 + n, "1", address=HOST, sent=100, recipient=f"r{n}@one.example") for n in range(10)]
    assert actors(*office) == [HUMAN] * 10


def test_hits_that_nothing_ties_together_are_read_one_by_one() -> None:
    loose = [Observation(100, Seen(Kind.LINK, "GET", HOME, CHROME), link=str(n)) for n in range(5)]
    assert actors(*loose) == [HUMAN] * 5


def test_a_message_without_recipients_is_grouped_by_client() -> None:
    burst = [Observation(100 + n, Seen(Kind.LINK, "GET", HOST, CHROME), "m1", "", str(n)) for n in range(3)]
    people = [Observation(100 + n, Seen(Kind.LINK, "GET", f"192.0.2.{n}", CHROME), "m1", "", str(n)) for n in range(2)]
    assert actors(*burst, *people) == [MACHINE] * 3 + [HUMAN] * 2


def test_a_hundred_thousand_hits_of_one_message_take_no_quadratic_time() -> None:
    many = [beacon(n * 0.001, address=f"10.{n % 256}.{n % 250}.1") for n in range(100_000)]
    assert set(actors(*many)) == {MACHINE}


def told(actor: Actor, agent: str, client: Client = Client.UNKNOWN) -> Reading:
    claim = Evidence("their-flag", actor, client, "", "they say so", Certainty.MEDIUM)
    seen = Seen(Kind.BEACON, "GET", HOME, agent)
    return read_hits([Observation(100, seen, told=claim)])[0]


def test_a_providers_flag_decides_over_a_browsers_name() -> None:
    reading = told(Actor.PREFETCH, CHROME)
    assert (reading.actor, reading.client, reading.program) == (Actor.PREFETCH, Client.BROWSER, "Chrome")
    assert (reading.clue, reading.reason, reading.certainty) == ("their-flag", "they say so", Certainty.MEDIUM)


def test_a_program_that_calls_itself_a_machine_is_believed_before_a_flag() -> None:
    assert told(Actor.PREFETCH, "curl/8.5.0").actor is MACHINE


def test_nobody_knows_who_asked_where_no_program_was_told() -> None:
    reading = told(Actor.UNKNOWN, "")
    assert (reading.actor, reading.client, reading.program) == (Actor.UNKNOWN, Client.UNKNOWN, "")


SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15"  # noqa: E501 as it was sent
RELAYS = ["172.224.226.1", "172.224.227.1", "104.28.40.8"]


def _safari(at: float, address: str, recipient: str, link: str) -> Observation:
    return Observation(at, Seen(Kind.LINK, "GET", address, SAFARI), "m1", recipient, link, at - 20)


def test_many_people_behind_one_of_apples_relays_are_no_crowd() -> None:
    many = [_safari(1000 + number * 30, RELAYS[0], f"r{number}@d{number}.example", "1") for number in range(12)]
    assert {reading.actor for reading in read_hits(many)} == {MACHINE}  # soon behind the sending, and one address
    assert {reading.actor for reading in read_hits(many, make_list())} == {HUMAN}


def test_one_person_whom_the_relay_gives_three_addresses_is_no_scanner() -> None:
    hits = [_safari(1000 + number * 20, address, "r1", str(number)) for number, address in enumerate(RELAYS)]
    hits = [replace(hit, sent_at=None) for hit in hits]
    assert {reading.actor for reading in read_hits(hits)} == {MACHINE}
    assert {reading.actor for reading in read_hits(hits, make_list())} == {HUMAN}


def test_a_burst_through_a_relay_is_a_burst() -> None:
    hits = [_safari(1000 + number / 10, RELAYS[0], "r1", str(number)) for number in range(4)]
    assert {reading.actor for reading in read_hits(hits, make_list())} == {MACHINE}
