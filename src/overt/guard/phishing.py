"""What phishers do with the means of mail, as signals with their reasons: look-alike hosts, links that lie.

Each is an observation that a person can check, none a verdict: honest mail shows some of them too. Reads the message
alone, asks nobody, and keeps no list of brands: names are compared with those that the message itself uses.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from overt.guard.alignment import Place, find_places
from overt.guard.confusable import scripts, skeleton, unicode_host
from overt.guard.finding import Finding
from overt.guard.redirect import unwrap
from overt.guard.redirector import redirectors
from overt.message import (
    Address,
    Message,
    Span,
    Url,
    find_addresses,
    parse_html,
    read_text,
    registrable_domain,
    split_url,
)

FEWEST_LETTERS: Final = 24  # of visible text; a message with fewer and a remote picture has nothing to say but "opened"
MOST_PLACES: Final = 1000  # links and pictures that are looked at; signals repeat after a few
_HOST: Final = re.compile(r"(?:https?://)?(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}(?=[/?#\s:]|$)", re.IGNORECASE)
_FAILED: Final = re.compile(r"\b(spf|dkim|dmarc)\s*=\s*(fail|softfail|permerror)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signal:
    """One observation. `kind` is a kebab-case id, `because` a sentence, `span` its raw bytes where it has a place."""

    kind: str
    because: str
    span: Span | None = None


def find_signals(message: Message, findings: Sequence[Finding] = ()) -> tuple[Signal, ...]:
    """Every signal of the message, each said once. With `findings`, beacons of strange hosts are signals too."""
    places = find_places(message)[:MOST_PLACES]
    found = (
        *_sender(message),
        *_authentication(message),
        *_emptiness(message, places),
        *_links(message, places),
        *_strange_beacons(message, places, findings),
    )
    seen: dict[tuple[str, str], Signal] = {}
    for signal in found:
        seen.setdefault((signal.kind, signal.because), signal)
    return tuple(seen.values())


def _addresses(message: Message, name: str) -> tuple[Address, ...]:
    field = message.field(name)
    return find_addresses(field.text) if field else ()


def _owner(host: str) -> str:
    return registrable_domain(host) or host


def _sender(message: Message) -> Iterator[Signal]:
    sender, reply = _addresses(message, "from"), _addresses(message, "reply-to")
    field = message.field("reply-to")
    listed = reply and reply[0] in (*_addresses(message, "to"), *_addresses(message, "cc"))  # as mailing lists do
    if sender and reply and field and not listed and _owner(sender[0].domain) != _owner(reply[0].domain):
        because = f"answers go to {reply[0].domain}, though the message says it is from {sender[0].domain}"
        yield Signal("reply-elsewhere", because, field.value)
    field = message.field("from")
    if sender and field:
        named = find_addresses(field.text.partition("<")[0].replace('"', " "))
        if named and _owner(named[0].domain) != _owner(sender[-1].domain):
            because = f"the sender's name reads as {named[0].domain}, but the address is at {sender[-1].domain}"
            yield Signal("name-is-another-address", because, field.value)


def _authentication(message: Message) -> Iterator[Signal]:
    """What the first Authentication-Results says, that of the reader's own server (RFC 8601 section 5)."""
    field = message.field("authentication-results")
    if field:
        for method, result in _FAILED.findall(field.text):
            because = f"the receiving server's check by {method.upper()} ended in {result.lower()}"
            yield Signal(f"{method.lower()}-failed", because, field.value)


def _emptiness(message: Message, places: Sequence[Place]) -> Iterator[Signal]:
    pictures = [place for place in places if place.reference.fetch == "display"]
    if not pictures or any(part.disposition == "attachment" for part in message.parts()):
        return
    letters = 0
    for part in message.parts():
        if part.content_type in ("text/html", "text/plain") and not part.parts:
            text = read_text(message, part).text
            shown = parse_html(text).tree.to_text() if part.content_type == "text/html" else text
            letters = max(letters, sum(sign.isalnum() for sign in shown))
    links = [place for place in places if place.reference.fetch == "click" and place.reference.element == "a"]
    if letters < FEWEST_LETTERS and not links:
        because = "it says next to nothing and has no link, but loads a picture: it asks whether the address is read"
        yield Signal("probe", because, pictures[0].reference.span)


def _links(message: Message, places: Sequence[Place]) -> Iterator[Signal]:
    sender = _addresses(message, "from")
    named = {_owner(sender[0].domain)} if sender else set()
    names = {place.reference.url: _named_owner(place.context) for place in places if place.reference.element == "a"}
    named.update(name for name in names.values() if name)
    for place in places:
        url = split_url(place.reference.url)
        if url is None:
            continue
        span = place.reference.span
        if url.username:
            because = f"before the @ stands {url.username[:60]}, but the link goes to {url.host}"
            yield Signal("userinfo", because, span)
        yield from _host(url, named, span)
        row = redirectors().find(url)
        if row is not None and row.kind == "shortener":
            yield Signal("shortener", f"{url.host} hides where the link leads", span)
        if place.reference.element == "a":
            yield from _another_name(place, names.get(place.reference.url) or "", span)


def _host(url: Url, named: set[str], span: Span) -> Iterator[Signal]:
    name = unicode_host(url.host)
    owner = unicode_host(_owner(url.host))
    for label in name.split("."):
        kinds = scripts(label)
        if len(kinds) > 1:
            because = f"{name} ({url.host}) mixes the scripts {' and '.join(sorted(kind.title() for kind in kinds))}"
            yield Signal("mixed-scripts", because, span)
    for other in sorted(named):
        if owner != unicode_host(other) and skeleton(owner) == skeleton(unicode_host(other)):
            yield Signal("look-alike", f"{owner} ({url.host}) looks like {other}, which the message names", span)
    if not owner.isascii() and skeleton(owner).isascii() and "LATIN" not in scripts(owner.partition(".")[0]):
        because = f"{name} ({url.host}) is spelled in letters that only look Latin"
        yield Signal("look-alike-letters", because, span)


def _named_owner(context: str) -> str | None:
    """The registrable domain that a link's text names, where it is nothing but an address of the web."""
    found = _HOST.match(context.strip())
    if found is None or " " in context.strip():
        return None
    return registrable_domain(found[0].partition("://")[2] or found[0])


def _another_name(place: Place, named: str, span: Span) -> Iterator[Signal]:
    if not named:
        return
    way = unwrap(place.reference.url)
    reached = split_url(way.destination or place.reference.url)
    if reached is None or way.known_only_to or _owner(reached.host) == named:
        return
    yield Signal("names-another-host", f"the link reads {named} and leads to {_owner(reached.host)}", span)


def _strange_beacons(message: Message, places: Sequence[Place], findings: Sequence[Finding]) -> Iterator[Signal]:
    """Beacons of a host that nothing else in the message has to do with."""
    counts = Counter(place.domain for place in places)
    known = {_owner(one.domain) for name in ("from", "reply-to", "return-path") for one in _addresses(message, name)}
    for finding in findings:
        url = split_url(finding.reference.url)
        if finding.kind != "beacon" or url is None:
            continue
        owner = _owner(url.host)
        if counts[owner] == 1 and owner not in known and len(counts) > 1:
            because = f"a hidden picture is loaded from {owner}, which nothing else in the message has to do with"
            yield Signal("strange-beacon", because, finding.reference.span)
