"""The second look: hits of one message and of many recipients together, where haste gives scanners away.

Scanners wear browsers' names, so one hit alone cannot tell. What can: links followed faster than anybody reads, many of
them at once, from several networks, an unsubscribe link among them, one address for many recipients. A clue relabels
every hit of its window, the first ones too. Thresholds are the field's published figures; each clue names its own.
Pure: the same hits give the same readings.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from overt.measure.classify import read_hit
from overt.measure.clues import RELAY, Egress, Evidence
from overt.measure.hit import Seen
from overt.measure.reading import Actor, Certainty, Client, Reading
from overt.measure.token import Kind

AT_ONCE: Final = 1.0  # seconds; Marketo's proximity rule allows 0 to 3 and names two links, or a link and the beacon
BURST: Final = 10.0  # seconds, with three links: craft-campaign #546 and others
BURST_LINKS: Final = 3
ALL_LINKS: Final = 60.0  # seconds, in which somebody followed every link of a message with at least three
NETWORKS: Final = 60.0  # seconds, with three networks: scanners work in parallel, people have one or two devices
NETWORKS_SEEN: Final = 3
UNSUBSCRIBE: Final = 60.0  # seconds between the unsubscribe link and another one
SOON_OPEN, SOON_LINK = 60.0, 30.0  # seconds behind the sending: median scanner 43 s (craft-campaign #546)
SKEW: Final = 300.0  # seconds; what comes earlier than that before the sending is a clock that is wrong
CROWD: Final = 600.0  # seconds, with ten recipients of several domains at one address: vendors' documents
CROWD_SIZE: Final = 10
SAME_CLIENT: Final = 120.0  # seconds around a burst in which the same client is the scanner still
ENOUGH, SURE = 2, 4  # the weight that makes a machine, and the one that makes it certain
_KEPT: Final = frozenset({Actor.MACHINE, Actor.PROXY, Actor.PREFETCH})  # known by what they are, not by haste


@dataclass(frozen=True, slots=True)
class Observation:
    """A hit with what the second look needs. `at` and `sent_at` in seconds; "" and None where it is not known.

    `link` tells links of one message apart. `unsubscribes`: the link is the one for leaving the list. `told` is what
    somebody else says of the hit, such as a provider's flag; an unknown actor there: nobody knows which program asked.
    `host` tells apart who has the same `seen.address`, where that is only a prefix.
    """

    at: float
    seen: Seen
    message: str = ""
    recipient: str = ""
    link: str = ""
    sent_at: float | None = None
    unsubscribes: bool = False
    told: Evidence | None = None
    host: str = ""

    @property
    def target(self) -> str:
        """What was asked for. Links that nobody told apart are the same for the same client: a double click."""
        if self.seen.kind is Kind.BEACON:
            return "beacon"
        return f"link {self.link}" if self.link else f"link of {self.seen.address} {self.seen.user_agent}"

    @property
    def client(self) -> tuple[str, str]:
        """Who asked, as far as a request says it."""
        return f"{self.seen.address} {self.host}", self.seen.user_agent


@dataclass(frozen=True, slots=True)
class _Mark:
    clue: str
    weight: int
    reason: str


_AT_ONCE = _Mark("at-once", 2, "two things of one message were asked for within a second, faster than anybody reads")
_BURST = _Mark("link-burst", 2, "three or more links of one message were followed within ten seconds")
_ALL = _Mark("all-links", 2, "every link of the message was followed within a minute")
_NETWORKS = _Mark("many-networks", 2, "one message was asked for from three or more networks within a minute")
_UNSUBSCRIBE = _Mark("unsubscribe-pair", 2, "the unsubscribe link and another were followed within a minute")
_BEFORE = _Mark("before-delivery", 2, "asked before the message had been handed over")
_SOON = _Mark("soon-after-sending", 1, "asked within the minute behind the sending, when scanners are at work")
_CROWD = _Mark("one-address-many-recipients", 1, "one address asked for ten or more recipients within ten minutes")
_SAME = _Mark("same-client", 2, "the client that followed links in a burst, shortly before or behind it")


def read_hits(observations: Sequence[Observation], egress: Egress | None = None) -> tuple[Reading, ...]:
    """The readings of hits, in their order, with both looks; `egress` is Apple's list where there is one."""
    first = [_read_alone(one, egress) for one in observations]
    marks: list[set[_Mark]] = [set() for _ in observations]
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    addresses: dict[str, list[int]] = defaultdict(list)
    links: dict[str, set[str]] = defaultdict(set)
    readers: dict[str, set[str]] = defaultdict(set)
    for number, one in enumerate(observations):
        groups[_group(one)].append(number)
        if one.seen.address and one.recipient and not (first[number].actor in _KEPT or first[number].clue == RELAY):
            addresses[one.client[0]].append(number)
        if one.link and one.message:
            links[one.message].add(one.link)
            readers[one.message].add(one.recipient)
    for name, group in groups.items():
        if name:
            group.sort(key=lambda number: observations[number].at)
            message = name[0]
            every = len(links[message]) if len(readers[message]) > 1 else 0  # one alone does not show which there are
            _mark_group([(observations[n], first[n], marks[n]) for n in group], every)
    for group in addresses.values():
        group.sort(key=lambda number: observations[number].at)
        _mark_crowd([(observations[n], marks[n]) for n in group])
    return tuple(map(_settle, first, marks))


def _read_alone(one: Observation, egress: Egress | None) -> Reading:
    """The first look. A program that says itself that it is a machine is believed before anybody's flag."""
    own, told = read_hit(one.seen, egress), one.told
    if told is None or (own.actor in (Actor.MACHINE, Actor.PREFETCH) and told.actor is not Actor.UNKNOWN):
        return own
    named = told.client is not Client.UNKNOWN or told.actor is Actor.UNKNOWN
    return Reading(
        actor=told.actor or Actor.UNKNOWN,
        client=told.client if named else own.client,
        program=told.program if named else own.program,
        reason=told.reason,
        certainty=told.certainty,
        ruleset=own.ruleset,
        clue=told.clue,
        egress=own.egress,
    )


def _group(one: Observation) -> tuple[str, ...]:
    """Hits that belong together: of one recipient's message, else of one client's; () where nothing ties them."""
    if one.recipient:
        return (one.message, one.recipient)
    return (one.message, *one.client) if one.message else ()


_Row = tuple[Observation, Reading, set[_Mark]]


def _mark_group(rows: Sequence[_Row], every: int) -> None:
    for one, _, marks in rows:
        _mark_delay(one, marks)
    whole = [row for row in rows if row[1].actor is not Actor.PREFETCH]  # fetched by the provider, at its own time
    times = [row[0].at for row in whole]
    _mark_windows(whole, AT_ONCE, 2, lambda one: one.target, _AT_ONCE)
    _mark_windows(whole, BURST, BURST_LINKS, _link_of, _BURST)
    # A relay gives one person an address here and another there.
    seen = [row for row in whole if row[1].actor is not Actor.PROXY and row[1].clue != RELAY]
    _mark_windows(seen, NETWORKS, NETWORKS_SEEN, lambda one: _network(one.seen.address), _NETWORKS)
    if every >= BURST_LINKS:
        _mark_windows(whole, ALL_LINKS, every, lambda one: one.link, _ALL)
    for one, _, marks in whole:
        if one.unsubscribes:
            near = whole[bisect_left(times, one.at - UNSUBSCRIBE) : bisect_right(times, one.at + UNSUBSCRIBE)]
            others = [row for row in near if row[0].seen.kind is Kind.LINK and row[0].target != one.target]
            for _, _, its in others:
                its.add(_UNSUBSCRIBE)
            if others:
                marks.add(_UNSUBSCRIBE)
    _mark_same_client(whole)


def _mark_delay(one: Observation, marks: set[_Mark]) -> None:
    if one.sent_at is None:
        return
    delay = one.at - one.sent_at
    if -SKEW <= delay < 0:
        marks.add(_BEFORE)
    elif 0 <= delay < (SOON_OPEN if one.seen.kind is Kind.BEACON else SOON_LINK):
        marks.add(_SOON)


def _mark_windows(
    rows: Sequence[_Row], span: float, least: int, what: Callable[[Observation], str], mark: _Mark
) -> None:
    """Mark every hit of each window of `span` seconds that holds `least` different things."""
    inside: Counter[str] = Counter()
    first, marked = 0, 0
    for last, (one, _, _) in enumerate(rows):
        inside[what(one)] += 1
        while one.at - rows[first][0].at > span:
            name = what(rows[first][0])
            inside[name] -= 1
            if not inside[name]:
                del inside[name]
            first += 1
        if len(inside) - ("" in inside) >= least:
            for number in range(max(first, marked), last + 1):
                rows[number][2].add(mark)
            marked = last + 1


def _mark_same_client(rows: Sequence[_Row]) -> None:
    """Hits of a client that was in a burst, shortly before or behind it."""
    bursts: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one, _, marks in rows:
        if sum(mark.weight for mark in marks) >= ENOUGH:
            bursts[one.client].append(one.at)
    for one, _, marks in rows:
        times = bursts.get(one.client)
        if times and not sum(mark.weight for mark in marks) >= ENOUGH:
            at = bisect_left(times, one.at - SAME_CLIENT)
            if at < len(times) and times[at] <= one.at + SAME_CLIENT:
                marks.add(_SAME)


def _mark_crowd(rows: Sequence[tuple[Observation, set[_Mark]]]) -> None:
    """Hits of one address for many recipients, of more than one domain where domains are known."""
    inside: Counter[str] = Counter()
    first, marked = 0, 0
    for last, (one, _) in enumerate(rows):
        inside[one.recipient] += 1
        while one.at - rows[first][0].at > CROWD:
            name = rows[first][0].recipient
            inside[name] -= 1
            if not inside[name]:
                del inside[name]
            first += 1
        if len(inside) >= CROWD_SIZE and _several_domains(inside):
            for number in range(max(first, marked), last + 1):
                rows[number][1].add(_CROWD)
            marked = last + 1


def _several_domains(recipients: Iterable[str]) -> bool:
    domains = {name.rpartition("@")[2] for name in recipients if "@" in name}
    return len(domains) != 1


def _link_of(one: Observation) -> str:
    return one.target if one.seen.kind is Kind.LINK else ""


def _network(address: str) -> str:
    """The /24 or /48, as text is enough to tell networks apart."""
    if ":" in address:
        return ":".join(address.split(":")[:3])
    return address.rpartition(".")[0] or address


def _settle(first: Reading, marks: set[_Mark]) -> Reading:
    if first.actor in _KEPT or not marks:
        return first
    weight = sum(mark.weight for mark in marks)
    told = sorted(marks, key=lambda mark: (-mark.weight, mark.clue))
    if weight < ENOUGH:
        return replace(first, certainty=Certainty.LOW, reason=f"{first.reason}; but {told[0].reason}")
    program = f"a scanner that calls itself {first.program}" if first.program else "a scanner"
    return Reading(
        actor=Actor.MACHINE,
        client=Client.SCANNER,
        program=program,
        reason="; ".join(mark.reason for mark in told),
        certainty=Certainty.HIGH if weight >= SURE else Certainty.MEDIUM,
        ruleset=first.ruleset,
        clue=told[0].clue,
        egress=first.egress,
    )
