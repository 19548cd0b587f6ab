"""Systems and devices of those whose own program asked, with a describer written for the test."""

from __future__ import annotations

from overt.measure.device import Described, Device, DeviceLine, count_devices, name_program
from overt.measure.individual import report_individual
from overt.measure.reading import Actor
from overt.measure.visit import read_visits
from tests.measure.made import (
    APPLE,
    CURL,
    FIREFOX,
    GMAIL,
    MINUTE,
    STRANGE,
    THUNDERBIRD,
    click_hit,
    facts,
    open_hit,
    sent,
)

LINUX = Described("Firefox", "Linux", Device.COMPUTER)
KNOWN = {FIREFOX: LINUX, THUNDERBIRD: Described("", "Linux", Device.COMPUTER), STRANGE: Described("Strange Mail")}


def describe(user_agent: str) -> Described:
    return KNOWN.get(user_agent, Described())


def test_people_are_counted_once_and_their_visits_each() -> None:
    hits = [open_hit(1), open_hit(1, after=10 * MINUTE), click_hit(1, after=20 * MINUTE), open_hit(2)]
    assert count_devices(read_visits(hits), describe) == (DeviceLine("Linux", Device.COMPUTER, 2, 3, 1),)


def test_what_nobody_can_tell_is_unknown_and_stands_last() -> None:
    phone = "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36"
    found = count_devices(read_visits([open_hit(1, phone), open_hit(2), open_hit(3)]), describe)
    assert [(line.system, line.device, line.people) for line in found] == [
        ("Linux", Device.COMPUTER, 2),
        ("unknown", Device.UNKNOWN, 1),
    ]


def test_whom_a_proxy_hides_and_what_no_person_is_are_in_no_line() -> None:
    hits = [open_hit(person, agent) for person, agent in enumerate((GMAIL, APPLE, CURL, STRANGE), 1)]
    assert count_devices(read_visits(hits), lambda _: LINUX) == ()


def test_without_a_describer_there_is_no_mix() -> None:
    assert report_individual(facts(sent(1)), [open_hit(1)]).devices == ()


def test_our_own_tables_name_the_program_first() -> None:
    (visit,) = read_visits([open_hit(1, FIREFOX)])
    assert name_program(visit.reading, FIREFOX, lambda _: Described("Other")) == "Firefox"
    (generic,) = read_visits([open_hit(1, "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36")])
    assert name_program(generic.reading, "", lambda _: Described("Named App")) == "Named App"
    assert name_program(generic.reading, "", describe) == "a mail app on Android"
    (machine,) = read_visits([open_hit(1, "python-requests/2.31.0")])
    assert name_program(machine.reading, "", lambda _: LINUX) == "a Python script"


def test_a_program_that_no_rule_knows_gets_a_name_and_stays_unknown() -> None:
    half = report_individual(facts(sent(1)), [open_hit(1, STRANGE)], None, None, describe)
    (line,) = half.clients
    assert (line.client, line.program, line.actor) == ("unknown", "Strange Mail", Actor.UNKNOWN)
    assert half.opens.unknown == 1
