"""Segments of recipients: a rule, and who fulfils it now, of those who granted to be measured.

A rule speaks of what people did. What cannot be known is never taken for "did not": who asked for no beacon of theirs,
or whose mail was fetched ahead, has not "not opened".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any, Final

from overt.errors import Malformed
from overt.measure.campaign import ARRIVED, CampaignFacts, Sent
from overt.measure.clues import Egress
from overt.measure.hit import Hit
from overt.measure.mode import Mode
from overt.measure.token import Kind, RecipientNumber, Sending, recipient_of
from overt.measure.visit import Visit, read_visits

MEMBERS: Final = ("address", "recipient", "messages", "opened", "clicked", "last")
MOST_DAYS: Final = 36_500
LONGEST_WORD: Final = 500  # a destination's pattern, a campaign's name
MOST_WORDS: Final = 100


@dataclass(frozen=True, slots=True)
class Rule:
    """All that is asked must hold; what is left as it is asks nothing.

    `campaigns` and `days` (back from now) say which messages and visits count. `opened` and `clicked` are numbers of
    messages at least; `not_opened` and `not_clicked` want it known that there was none. `link` is a pattern (`*`, `?`)
    for where a click led, `places` where it came from. `quiet_days`: no visit for so long. `above` and `below`: where
    the whole interval of the engagement by clicks lies, in events per 100 sendings.
    """

    campaigns: tuple[str, ...] = ()
    days: int = 0
    opened: int = 0
    clicked: int = 0
    not_opened: bool = False
    not_clicked: bool = False
    link: str = ""
    places: tuple[str, ...] = ()
    quiet_days: int = 0
    above: float | None = None
    below: float | None = None

    def __post_init__(self) -> None:
        if not all(0 <= days <= MOST_DAYS for days in (self.days, self.quiet_days)):
            raise Malformed(f"days are a number up to {MOST_DAYS}")
        if self.opened < 0 or self.clicked < 0:
            raise Malformed("numbers of messages are not negative")
        words = (*self.campaigns, *self.places, self.link)
        if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in words):
            raise Malformed(f"a rule has up to {MOST_WORDS} words of {LONGEST_WORD} letters")
        if (self.not_opened and self.opened) or (self.not_clicked and (self.clicked or self.link or self.places)):
            raise Malformed("nobody did it and did not do it")
        if not write_rule(self):
            raise Malformed("a rule asks for something: --clicked 1, --quiet-days 90, ...")

    @property
    def needs_scores(self) -> bool:
        """Whether it asks for engagement."""
        return self.above is not None or self.below is not None


@dataclass(frozen=True, slots=True)
class Member:
    """One recipient in a segment: how many messages of those that count, opened and clicked; the last visit of all."""

    address: str
    recipient: RecipientNumber
    messages: int
    opened: int
    clicked: int
    last: datetime | None


@dataclass(slots=True)
class _Tally:
    recipient: RecipientNumber
    messages: int = 0
    opened: int = 0
    clicked: int = 0
    perhaps_opened: bool = False
    perhaps_clicked: bool = False
    last: datetime | None = None

    def visited(self, at: datetime) -> None:
        self.last = at if self.last is None else max(at, self.last)


def find_members(
    rule: Rule,
    campaigns: Iterable[CampaignFacts],
    hits: Iterable[Hit],
    now: datetime,
    scores: Mapping[str, tuple[float, float]] | None = None,
    egress: Egress | None = None,
) -> tuple[Member, ...]:
    """Who fulfils the rule now, by address. Where it asks for engagement, `scores` are the intervals by address.
    `egress` is Apple's list where there is one.

    Only recipients with a message that counts, of whom something may be known, and who did not withdraw.
    """
    by_campaign: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_campaign[hit.campaign].append(hit)
    since = now - timedelta(days=rule.days) if rule.days else None
    tallies: dict[str, _Tally] = {}
    for facts in campaigns:
        visits: dict[Sending, list[Visit]] = defaultdict(list)
        for visit in read_visits(by_campaign.get(facts.campaign, ()), facts.sent, egress):
            visits[visit.hit.sending].append(visit)
        for sent in facts.sent:
            arrived = sent.outcome in ARRIVED or sent.sending in visits
            if sent.withdrawn or not sent.recipient or not arrived or Mode.INDIVIDUAL not in (sent.opens, sent.links):
                continue
            tally = tallies.setdefault(sent.recipient, _Tally(recipient_of(sent.sending)))
            _count(tally, rule, facts, sent, visits.get(sent.sending, ()), since)
    found = [
        Member(address, tally.recipient, tally.messages, tally.opened, tally.clicked, tally.last)
        for address, tally in tallies.items()
        if _fulfils(tally, rule, now) and _is_between((scores or {}).get(address), rule)
    ]
    return tuple(sorted(found, key=lambda member: member.address))


def as_row(member: Member) -> tuple[object, ...]:
    """Under `MEMBERS`."""
    return tuple(getattr(member, name) for name in MEMBERS)


def write_rule(rule: Rule) -> dict[str, Any]:
    """What it asks, for JSON; `read_rule` reads it."""
    found = {field.name: (getattr(rule, field.name), field.default) for field in fields(rule)}
    return {name: value for name, (value, default) in found.items() if value != default}


def read_rule(told: Mapping[str, Any]) -> Rule:
    """A rule that `write_rule` wrote, perhaps of another version; raises `Malformed` for what it does not know."""
    known = {field.name for field in fields(Rule)}
    if not told.keys() <= known:
        raise Malformed(f"this version knows no such conditions: {', '.join(sorted(told.keys() - known))[:200]}")
    conditions: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in told.items()
    }
    return Rule(**conditions)


def say_rule(rule: Rule) -> str:
    """The rule in a sentence, without a full stop."""
    said = [
        (rule.clicked, f"clicked in at least {rule.clicked} messages"),
        (rule.opened, f"opened at least {rule.opened} messages"),
        (rule.not_clicked, "clicked nothing"),
        (rule.not_opened, "opened nothing, as far as that can be known"),
        (rule.link, f"a link to {rule.link}"),
        (rule.places, f"from {' or '.join(rule.places)}"),
        (rule.quiet_days, f"not seen for {rule.quiet_days} days"),
        (rule.above is not None, f"surely more than {rule.above:g} clicks per 100" if rule.above is not None else ""),
        (rule.below is not None, f"surely fewer than {rule.below:g} clicks per 100" if rule.below is not None else ""),
        (rule.campaigns, f"in {' or '.join(rule.campaigns)}"),
        (rule.days, f"within {rule.days} days"),
    ]
    return ", ".join(words for holds, words in said if holds)


def _count(
    tally: _Tally, rule: Rule, facts: CampaignFacts, sent: Sent, visits: Iterable[Visit], since: datetime | None
) -> None:
    counts = not rule.campaigns or facts.name in rule.campaigns
    opened = clicked = hidden = False
    for visit in visits:
        at = datetime.fromtimestamp(visit.hit.at_ms / 1000, UTC)
        if not visit.by_person:
            hidden |= visit.hit.kind is Kind.BEACON and visit.may_hide_open
            continue
        tally.visited(at)  # who was seen at all is not quiet
        if since is not None and at < since:
            continue
        opened |= visit.hit.kind is Kind.BEACON
        clicked |= visit.hit.kind is Kind.LINK and _leads(visit, facts, rule)
    if not counts or (since is not None and (sent.at is None or sent.at < since) and not (opened or clicked)):
        return
    tally.messages += 1
    tally.opened += opened
    tally.clicked += clicked
    tally.perhaps_opened |= opened or clicked or hidden or sent.opens is not Mode.INDIVIDUAL
    tally.perhaps_clicked |= clicked or sent.links is not Mode.INDIVIDUAL


def _leads(visit: Visit, facts: CampaignFacts, rule: Rule) -> bool:
    destination = facts.links.get(visit.hit.link, "")
    return (not rule.link or fnmatchcase(destination, rule.link)) and (
        not rule.places or visit.hit.place in rule.places
    )


def _fulfils(tally: _Tally, rule: Rule, now: datetime) -> bool:
    least = max(rule.clicked, 1) if rule.link or rule.places else rule.clicked
    quiet = tally.last is None or now - tally.last > timedelta(days=rule.quiet_days)
    return (
        tally.messages > 0
        and tally.clicked >= least
        and tally.opened >= rule.opened
        and not (rule.not_opened and tally.perhaps_opened)
        and not (rule.not_clicked and tally.perhaps_clicked)
        and (not rule.quiet_days or quiet)
    )


def _is_between(found: tuple[float, float] | None, rule: Rule) -> bool:
    if not rule.needs_scores:
        return True
    return (
        found is not None
        and (rule.above is None or found[0] > rule.above)
        and (rule.below is None or found[1] < rule.below)
    )
