"""Puts the beacon, the tracked links and the line that says so into a message, as edits.

`prepare` looks at a message once: it finds the places. `Prepared.render` fills them for one recipient; for the next
recipients of the same body only the tokens are new. Parts that are signed or encrypted are never touched, and a part
whose text cannot be written back stays as it was and is named in `skipped`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

from overt.errors import Refused
from overt.measure.body import find_bodies
from overt.measure.disclosure import write_html, write_text
from overt.measure.exempt import find_destination, stays
from overt.measure.fill import BEACON, LINE, Filling, Slot, Template, find_template
from overt.measure.locator import about_url, beacon_url, destination_bytes, link_url
from overt.measure.mode import Mode
from overt.measure.plan import Plan
from overt.measure.token import LONGEST, Keyring, Kind, Link, Sending, Token, mint, token_length
from overt.measure.width import ends_line, fit_slots, fold
from overt.message import (
    Edit,
    Element,
    Html,
    Message,
    Span,
    Text,
    apply_edits,
    find_addresses,
    find_base,
    find_text_urls,
    parse_html,
    read_text,
)

NOTICE = "Overt-Notice"
MOST_LINKS = 2000  # of one message: link numbers have 16 bits, the longest real newsletters a few hundred links
_LINKING = ("a", "area", "v:roundrect", "v:image", "v:rect", "v:shape", "v:oval", "v:line", "v:group")
_BEACON_STYLE = "display:block;width:1px;height:1px;border:0"
TRACKED, DISCLOSED = "follow it through us", "say that it is measured"
_SPACE = "\t\n\f\r "
_BREAKS = re.compile("[\t\n\r]")


class Prepared:
    """A message with its places found. `destinations` are those of the links to rewrite: number 1 is the first.

    `skipped` says which parts were left alone and why. Nothing of one recipient is in it.
    """

    def __init__(
        self,
        message: Message,
        plan: Plan,
        destinations: Sequence[str],
        fillings: Sequence[Filling],
        skipped: Sequence[str],
    ) -> None:
        self.message, self.plan = message, plan
        self.destinations, self.skipped = tuple(destinations), tuple(skipped)
        self.fillings = tuple(fillings)
        self._links = tuple(slot.link for filling in fillings for slot in filling.slots)
        self._signed = tuple(destination_bytes(destination) for destination in destinations)

    @property
    def has_beacon(self) -> bool:
        """Whether a beacon is put in."""
        return BEACON in self._links

    def emptied(self, reason: str) -> Prepared:
        """The same message with nothing put in, for `reason`."""
        return Prepared(self.message, self.plan, (), (), (reason,))

    def edits(
        self, keyring: Keyring, sending: Sending | None, numbers: Mapping[str, Link] | None = None, *, pool: int = 0
    ) -> tuple[Edit, ...]:
        """The edits for one recipient; `numbers` gives links other numbers than their place in `destinations`.

        `pool` is the number of the recipient's pool, which a beacon of `pooled` needs.
        """
        return self._edits(self._tokens(keyring, sending, numbers, pool))

    def render(
        self, keyring: Keyring, sending: Sending | None, numbers: Mapping[str, Link] | None = None, *, pool: int = 0
    ) -> bytes:
        """The bytes for one recipient: the same as applying `edits`, and much faster from the second copy on."""
        tokens = self._tokens(keyring, sending, numbers, pool)
        template = self._template
        if template is not None:
            filled = template.fill([token.encode("ascii") for token in tokens])
            if filled is not None:
                return filled
        return apply_edits(self.message.raw, self._edits(tokens))

    @cached_property
    def _template(self) -> Template | None:
        lengths = [
            0 if link == LINE else token_length(Kind.BEACON if link == BEACON else Kind.LINK, self._mode(link))
            for link in self._links
        ]
        return find_template(lengths, lambda values: apply_edits(self.message.raw, self._edits(values)))

    def _edits(self, tokens: Sequence[str]) -> tuple[Edit, ...]:
        made: list[Edit] = []
        at = 0
        for filling in self.fillings:
            made.extend(filling.edits(tokens[at : at + len(filling.slots)]))
            at += len(filling.slots)
        if made and self.message.root.fields:
            made.append(self._notice())
        return tuple(made)

    def _mode(self, link: int) -> Mode:
        return self.plan.links if link else self.plan.opens

    def _tokens(
        self, keyring: Keyring, sending: Sending | None, numbers: Mapping[str, Link] | None, pool: int
    ) -> list[str]:
        if sending is None and self.plan.sending is not None:
            raise Refused("this message was prepared for individual sendings; each copy needs its own number")
        plan = self.plan
        pooled = plan.opens is Mode.POOLED
        if pooled and self.has_beacon and not pool:
            raise Refused("pools are drawn by the relay, which knows the whole list; without it use shared")
        tokens = []
        for link in self._links:
            if link == LINE:
                tokens.append("")
                continue
            mode = self._mode(link)
            own = sending if mode.names_sending else None
            if link == BEACON:
                number = Link(pool if pooled else 0)
                tokens.append(mint(keyring, Token(Kind.BEACON, mode, plan.campaign, plan.variant, number, own)))
                continue
            number = Link(link) if numbers is None else numbers.get(self.destinations[link - 1], Link(link))
            token = Token(Kind.LINK, mode, plan.campaign, plan.variant, number, own)
            tokens.append(mint(keyring, token, self._signed[link - 1]))
        return tokens

    def _notice(self) -> Edit:
        header, raw, plan = self.message.root.header, self.message.raw, self.plan
        start = header.start
        if raw.startswith((b"From ", b">From "), start):  # an mbox line stands above the header
            start = raw.find(b"\n", start) + 1 or start
        newline = "\r\n" if b"\r\n" in raw[: header.end + 2] else "\n"
        opens = plan.opens if self.has_beacon else Mode.OFF
        links = plan.links if self.destinations else Mode.OFF
        modes = f"opens={opens.word}; links={links.word};"
        text = f"{NOTICE}: {modes}{newline} about=<{about_url(plan.base_url)}>{newline}"
        return Edit(Span(start, start), text.encode(), "say so in the header")


def reason_to_leave_alone(message: Message) -> str:
    """Why this message should go out as it is, or an empty string."""
    if message.field(NOTICE) is not None:
        return "already instrumented"
    if message.field("dkim-signature") is not None or message.field("arc-seal") is not None:
        return "signed with DKIM or sealed with ARC: a change would break the signature"
    if message.root.sealed:
        return f"it is {message.root.sealed}"
    bodies = list(find_bodies(message))
    if bodies and all(part.sealed for part in bodies):
        return f"its text is {bodies[0].sealed}"
    return ""


def prepare(message: Message, plan: Plan) -> Prepared:
    """Find the places in `message`. Raises `Refused` where it carries an Overt-Notice already."""
    if message.field(NOTICE) is not None:
        raise Refused("this message is instrumented already")
    destinations: list[str] = []
    fillings: list[Filling] = []
    skipped: list[str] = []
    if not plan.silent:
        unsubscribe = frozenset(_unsubscribe(message))
        bodies = list(find_bodies(message))
        for part in bodies:
            if part.sealed:
                skipped.append(f"part {part.path or 'whole'}: {part.sealed}")
                continue
            if part.content_type == "text/plain" and len(bodies) == 1 and not plan.text_links:
                continue  # nothing is put into such a message, so there is nothing to disclose
            before = len(destinations)
            text = read_text(message, part)
            find = _html_slots if part.content_type == "text/html" else _text_slots
            try:
                slots = find(message, text, plan, destinations, unsubscribe)
                ordered = tuple(sorted(slots, key=lambda slot: (slot.start, slot.end)))
                filling = Filling(text, ordered, part.content_type == "text/html")
                apart = all(one.end <= other.start for one, other in pairwise(ordered))
                if not (text.writable and apart):  # what cannot be written back shows here, before anything is sent
                    filling.edits(["x"] * len(ordered))
            except Refused as error:
                del destinations[before:]
                skipped.append(f"part {part.path or 'whole'}: {error}")
                continue
            fillings.append(filling)
    if not any(slot.link != LINE for filling in fillings for slot in filling.slots):
        fillings, destinations = [], []
    return Prepared(message, plan, destinations, fillings, skipped)


def instrument(message: Message, plan: Plan, keyring: Keyring) -> tuple[Edit, ...]:
    """The edits that instrument one message by `plan`."""
    return prepare(message, plan).edits(keyring, plan.sending)


def _html_slots(
    message: Message, text: Text, plan: Plan, destinations: list[str], unsubscribe: frozenset[str]
) -> list[Slot]:
    html = parse_html(text.text)
    found: list[tuple[Slot, str]] = []
    if plan.links is not Mode.OFF:
        off = list(_switched_off(html))
        base = find_base(html) if html.tree.find("base") is not None else ""
        for element in html.elements(_LINKING):
            href = element.get("href") or element.get("xlink:href")
            if href is None or any(start <= element.start < end for start, end in off):
                continue
            destination = find_destination(_BREAKS.sub("", href.value.strip(_SPACE)), base)
            inner = text.text[element.end : element.close[0]] if element.close else ""
            if stays(destination, inner[:500], plan, unsubscribe):
                continue
            quote = "" if href.quote else '"'
            before, after = _link_ends(plan, destination)
            breaks = href.start - 1 if text.text[href.start - 1] in " \t" else -1
            number = len(destinations) + len(found) + 1
            slot = Slot(href.value_start, href.value_end, quote + before, after + quote, number, TRACKED, breaks)
            found.append((slot, destination))
    slots = _fitting(message, text, plan, found, destinations)
    links = plan.links if slots else Mode.OFF
    line = write_html(plan.disclosure, plan.opens, links, about_url(plan.base_url))
    if plan.opens is Mode.OFF:
        return [*slots, _ending(text, html.content_end, line, "", LINE, DISCLOSED)]
    before, after = beacon_url(plan.base_url, "\0").split("\0")
    after += f'" width="1" height="1" alt="" role="presentation" data-overt="beacon" style="{_BEACON_STYLE}">'
    because = f"{DISCLOSED}, and tell when it is shown"
    return [*slots, _ending(text, html.content_end, f'{line}<img src="{before}', after, BEACON, because)]


def _fitting(
    message: Message, text: Text, plan: Plan, found: Sequence[tuple[Slot, str]], destinations: list[str]
) -> list[Slot]:
    """The slots whose lines stay short enough, numbered; their destinations are put to the others'."""
    if not found:
        return []
    found = found[: MOST_LINKS - len(destinations)]
    kept = list(fit_slots(text, message.raw, [slot for slot, _ in found], token_length(Kind.LINK, plan.links)))
    if len(kept) < len(found):
        by_end = {slot.end: destination for slot, destination in found}
        found = [(slot, by_end[slot.end]) for slot in kept]
        kept = [replace(slot, link=number) for number, slot in enumerate(kept, len(destinations) + 1)]
    destinations += [destination for _, destination in found]
    return kept


def _ending(text: Text, at: int, before: str, after: str, link: int, because: str) -> Slot:
    """What is put in at the end of the content, on lines of its own."""
    newline = text.newline
    if text.plain:
        before, after = fold(f"{before}\0{after}", newline).split("\0")
        last = f"{before}{after}".rpartition(newline)[2]
        after += newline if ends_line(text, at, len(last) + LONGEST) else ""
    return Slot(at, at, newline + before, after, link, because)


def _link_ends(plan: Plan, destination: str) -> tuple[str, str]:
    """What stands before and behind the token in the URL of a tracked link."""
    before, after = link_url(plan.base_url, "\0", destination.replace("\0", "")).split("\0")
    return before, after


def _switched_off(html: Html) -> Iterator[tuple[int, int]]:
    if "data-overt" not in html.text.lower():
        return
    for element in html.elements():
        mark = element.get("data-overt")
        if mark is not None and mark.value.strip().lower() == "off":
            yield element.start, _end_of(element, html)


def _end_of(element: Element, html: Html) -> int:
    """Where an element ends; one that is never closed may go on to the end of the text."""
    if element.close:
        return element.close[1]
    return element.end if element.tag in ("area", "br", "hr", "img", "input") else len(html.text)


def _text_slots(
    message: Message, text: Text, plan: Plan, destinations: list[str], unsubscribe: frozenset[str]
) -> list[Slot]:
    found: list[tuple[Slot, str]] = []
    if plan.text_links and plan.links is not Mode.OFF:
        for start, end in find_text_urls(text.text):
            destination = text.text[start:end]
            line = text.text[text.text.rfind("\n", 0, start) + 1 : end]
            if stays(destination, line, plan, unsubscribe):
                continue
            number = len(destinations) + len(found) + 1
            found.append((Slot(start, end, *_link_ends(plan, destination), number, TRACKED), destination))
    slots = _fitting(message, text, plan, found, destinations)
    ending = text.newline
    shown = any(part.content_type == "text/html" and not part.sealed for part in find_bodies(message))
    opens = plan.opens if shown else Mode.OFF  # a text alone has no beacon
    own = write_text(plan.disclosure, opens, plan.links, about_url(plan.base_url), ending)
    at = len(text.text)
    if text.text and not text.text.endswith("\n"):  # it ends as it did, so that the line can be taken out exactly
        own = ending + own.removesuffix(ending)
    return [*slots, Slot(at, at, own, "", LINE, DISCLOSED)]


def _unsubscribe(message: Message) -> Sequence[str]:
    field = message.field("list-unsubscribe")
    if field is None:
        return ()
    text = field.text
    return [piece.split(">", 1)[0].strip() for piece in text.split("<")[1:]]


def copy_is_senders_own(message: Message, recipient: str) -> bool:
    """Whether `recipient` is among the From addresses: the sender's own copy, which is nobody's open."""
    field = message.field("from")
    wanted = recipient.strip().lower()
    return field is not None and any(str(address).lower() == wanted for address in find_addresses(field.text))
