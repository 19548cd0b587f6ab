"""Puts the beacon, the tracked links and the line that says so into a message, as edits.

`prepare` looks at a message once: it finds the places. `Prepared.render` fills them for one recipient; for the next
recipients of the same body only the tokens are new. Parts that are signed or encrypted are never touched, and a part
whose text cannot be written back stays as it was and is named in `skipped`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from overt.errors import Refused
from overt.measure.disclosure import write_html, write_text
from overt.measure.exempt import stays
from overt.measure.fill import BEACON, LINE, Filling, Slot, find_filling
from overt.measure.locator import about_url, beacon_url, destination_bytes, link_url
from overt.measure.mode import Mode
from overt.measure.plan import Plan
from overt.measure.token import Keyring, Kind, Link, Sending, Token, mint
from overt.message import (
    Edit,
    Element,
    Html,
    Message,
    Part,
    Span,
    Text,
    apply_edits,
    find_addresses,
    find_text_urls,
    parse_html,
    read_text,
)

NOTICE = "Overt-Notice"
MOST_LINKS = 2000  # of one message: link numbers have 16 bits, the longest real newsletters a few hundred links
_LINKING = ("a", "area", "v:roundrect", "v:rect", "v:shape", "v:oval", "v:line", "v:group")
_BEACON_STYLE = "display:block;width:1px;height:1px;border:0"
TRACKED, DISCLOSED = "follow it through us", "say that it is measured"
_SPACE = "\t\n\f\r "


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message with its places found. `destinations` are those of the links to rewrite: number 1 is the first.

    `skipped` says which parts were left alone and why. Nothing of one recipient is in it.
    """

    message: Message
    plan: Plan
    destinations: tuple[str, ...]
    fillings: tuple[Filling, ...]
    skipped: tuple[str, ...]

    def edits(
        self, keyring: Keyring, sending: Sending | None, numbers: Mapping[str, Link] | None = None
    ) -> tuple[Edit, ...]:
        """The edits for one recipient; `numbers` gives links other numbers than their place in `destinations`."""
        plan = self._plan(sending)
        made: list[Edit] = []
        for filling in self.fillings:
            made.extend(filling.edits([self._value(plan, keyring, slot, numbers) for slot in filling.slots]))
        if made:
            made.append(self._notice())
        return tuple(made)

    def render(self, keyring: Keyring, sending: Sending | None, numbers: Mapping[str, Link] | None = None) -> bytes:
        """The bytes for one recipient: the same as applying `edits`."""
        return apply_edits(self.message.raw, self.edits(keyring, sending, numbers))

    def _plan(self, sending: Sending | None) -> Plan:
        if sending == self.plan.sending:
            return self.plan
        if sending is None:
            raise Refused("this message was prepared for individual sendings; each copy needs its own number")
        return replace(self.plan, sending=sending)

    def _value(self, plan: Plan, keyring: Keyring, slot: Slot, numbers: Mapping[str, Link] | None) -> str:
        if slot.link == LINE:
            return ""
        mode = plan.links if slot.link else plan.opens
        own = plan.sending if mode.names_sending else None
        if not slot.link:
            return beacon_url(
                plan.base_url, mint(keyring, Token(Kind.BEACON, mode, plan.campaign, plan.variant, Link(0), own))
            )
        destination = self.destinations[slot.link - 1]
        number = Link(slot.link) if numbers is None else numbers.get(destination, Link(slot.link))
        token = Token(Kind.LINK, mode, plan.campaign, plan.variant, number, own)
        return link_url(plan.base_url, mint(keyring, token, destination_bytes(destination)), destination)

    def _notice(self) -> Edit:
        start = self.message.root.header.start
        raw = self.message.raw
        if raw.startswith((b"From ", b">From "), start):  # an mbox line stands above the header
            start = raw.find(b"\n", start) + 1 or start
        end = b"\r\n" if b"\r\n" in raw[: self.message.root.header.end + 2] else b"\n"
        plan = self.plan
        text = f"{NOTICE}: opens={plan.opens.word}; links={plan.links.word};{end.decode()} about=<{about_url(plan.base_url)}>"
        return Edit(Span(start, start), text.encode() + end, "say so in the header")


def reason_to_leave_alone(message: Message) -> str:
    """Why this message should go out as it is, or an empty string."""
    if message.field(NOTICE) is not None:
        return "already instrumented"
    if message.field("dkim-signature") is not None:
        return "signed with DKIM: a change would break the signature"
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
                slots = find(text, plan, destinations, unsubscribe)
                filling = find_filling(text, slots, html=part.content_type == "text/html")
            except Refused as error:
                del destinations[before:]
                skipped.append(f"part {part.path or 'whole'}: {error}")
                continue
            fillings.append(filling)
    if not any(slot.link != LINE for filling in fillings for slot in filling.slots):
        fillings, destinations = [], []
    return Prepared(message, plan, tuple(destinations), tuple(fillings), tuple(skipped))


def instrument(message: Message, plan: Plan, keyring: Keyring) -> tuple[Edit, ...]:
    """The edits that instrument one message by `plan`."""
    return prepare(message, plan).edits(keyring, plan.sending)


def find_bodies(message: Message) -> Iterator[Part]:
    """The text parts that a reader's program shows as the message: no attachments, nothing of embedded messages.

    Of a multipart/mixed or related the first displayable child counts (RFC 2046 sections 5.1.3 and 5.1.7, RFC 2387),
    of an alternative every child (each program picks one).
    """
    yield from _bodies(message.root)


def _bodies(part: Part) -> Iterator[Part]:
    if part.disposition == "attachment" or part.content_type.startswith("message/"):
        return
    if not part.parts:
        if part.content_type in ("text/html", "text/plain") and not part.filename:
            yield part
        return
    everyone = part.content_type == "multipart/alternative"
    for child in part.parts:
        found = list(_bodies(child))
        yield from found
        if found and not everyone:
            return


def _html_slots(text: Text, plan: Plan, destinations: list[str], unsubscribe: frozenset[str]) -> list[Slot]:
    html = parse_html(text.text)
    slots: list[Slot] = []
    if plan.links is not Mode.OFF:
        off = list(_switched_off(html))
        for element in html.elements(_LINKING):
            href = element.get("href")
            if href is None or any(start <= element.start < end for start, end in off):
                continue
            destination = href.value.strip(_SPACE)
            inner = text.text[element.end : element.close[0]] if element.close else ""
            if len(destinations) >= MOST_LINKS or stays(destination, inner[:500], plan, unsubscribe):
                continue
            destinations.append(destination)
            quote = "" if href.quote else '"'
            slots.append(Slot(href.value_start, href.value_end, quote, quote, len(destinations), TRACKED))
    about = about_url(plan.base_url)
    line = write_html(plan.disclosure, max(plan.opens, plan.links), about)
    end = html.content_end
    if plan.opens is Mode.OFF:
        return [*slots, Slot(end, end, line, "", LINE, DISCLOSED)]
    after = f'" width="1" height="1" alt="" role="presentation" data-overt="beacon" style="{_BEACON_STYLE}">'
    return [*slots, Slot(end, end, f'{line}<img src="', after, BEACON, f"{DISCLOSED}, and tell when it is shown")]


def _switched_off(html: Html) -> Iterator[tuple[int, int]]:
    if "data-overt" not in html.text.lower():
        return
    for element in html.elements():
        mark = element.get("data-overt")
        if mark is not None and mark.value.strip().lower() == "off":
            yield element.start, _end_of(element)


def _end_of(element: Element) -> int:
    return element.close[1] if element.close else element.end


def _text_slots(text: Text, plan: Plan, destinations: list[str], unsubscribe: frozenset[str]) -> list[Slot]:
    slots: list[Slot] = []
    if plan.text_links and plan.links is not Mode.OFF:
        for start, end in find_text_urls(text.text):
            destination = text.text[start:end]
            line = text.text[text.text.rfind("\n", 0, start) + 1 : end]
            if len(destinations) >= MOST_LINKS or stays(destination, line, plan, unsubscribe):
                continue
            destinations.append(destination)
            slots.append(Slot(start, end, "", "", len(destinations), TRACKED))
    ending = text.newline
    own = write_text(plan.disclosure, max(plan.opens, plan.links), about_url(plan.base_url), ending)
    at = len(text.text)
    gap = "" if text.text.endswith("\n") or not text.text else ending
    return [*slots, Slot(at, at, gap + own, "", LINE, DISCLOSED)]


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
