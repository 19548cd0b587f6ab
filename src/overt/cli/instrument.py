"""`overt instrument`: one message from stdin to stdout, without a database.

Numbers come from the key by a keyed function, so the same message instrumented twice is the same bytes; `--manifest`
writes down what they mean. Whatever is refused or wrong, nothing comes out on stdout.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from overt.cli.base_url import read_base_url
from overt.cli.disk import append_line
from overt.cli.keyfile import open_keyring
from overt.errors import Malformed, Refused
from overt.measure import (
    Keyring,
    Kind,
    Link,
    Mode,
    Named,
    Plan,
    Token,
    Variant,
    beacon_url,
    derive_campaign,
    derive_sending,
    destination_bytes,
    link_url,
    mint,
    parse_mode,
    prepare,
)
from overt.message import Message, parse, parse_address, walk

ModeName = Literal["off", "shared", "individual"]
SIGNATURES = ("dkim-signature", "arc-message-signature")  # over the whole message (RFC 6376, RFC 8617)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller wants of one message."""

    campaign: str
    base_url: str
    mode: Mode = Mode.SHARED
    recipient: str = ""
    grant: str = ""
    variant: int = 0
    opens: bool = True
    links: bool = True
    text_links: bool = False
    exclude: tuple[str, ...] = ()

    @property
    def silent(self) -> bool:
        """Whether nothing at all is to be put in."""
        return self.mode is Mode.OFF or not (self.opens or self.links)


@dataclass(frozen=True, slots=True)
class Instrumented:
    """The instrumented bytes, the manifest's line about them, and what the caller should hear of."""

    raw: bytes
    manifest: dict[str, Any]
    told: tuple[str, ...]


def instrument_command(
    *,
    campaign: str,
    base_url: str,
    keys: Path,
    mode: ModeName = "shared",
    recipient: str = "",
    grant: str = "",
    manifest: Path | None = None,
    opens: bool = True,
    links: bool = True,
    text_links: Annotated[bool, Parameter(negative=())] = False,
    exclude: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    variant: int = 0,
) -> int:
    """Instrument one message: stdin in, stdout out.

    Parameters
    ----------
    campaign
        The campaign's name; its number in beacons and links is derived from the key.
    base_url
        The collector's address as recipients reach it, such as https://t.example.org
    keys
        The key file; made with mode 0600 where it is missing.
    mode
        How much the message may tell: off, shared (the same URLs for everybody), individual (needs --grant).
    recipient
        The recipient's address; needed for individual.
    grant
        The reference of this recipient's recorded grant; individual is refused without one.
    manifest
        A file to which one line of JSON is added: campaign, recipient, sending, beacon and links.
    opens
        Put in a beacon.
    links
        Rewrite links.
    text_links
        Rewrite links of plain-text parts too.
    exclude
        A URL pattern whose links stay as they are; may be given more than once.
    variant
        The variant's number, 0 to 255.
    """
    try:
        base = read_base_url(base_url)
    except ValueError as error:
        raise Malformed(f"--base-url: {error}.") from error
    if not 0 <= variant <= 255:
        raise Malformed("--variant: write a number from 0 to 255.")
    wish = Wish(campaign, base, parse_mode(mode), recipient, grant, variant, opens, links, text_links, exclude)
    check_wish(wish)
    if sys.stdin.isatty():
        print("overt: reading a message from the terminal; end it with Ctrl-D", file=sys.stderr)
    raw = sys.stdin.buffer.read()
    if not raw:
        raise Malformed("There is no message on stdin. Write: overt instrument ... < in.eml > out.eml")
    done = instrument_raw(raw, wish, open_keyring(keys))
    if manifest is not None:
        append_line(manifest, json.dumps(done.manifest, ensure_ascii=False))
    for words in done.told:
        print(f"overt: {words}", file=sys.stderr)
    if done.raw == raw and not wish.silent:
        print("overt: nothing was instrumented; the message comes out as it was", file=sys.stderr)
    sys.stdout.buffer.write(done.raw)
    sys.stdout.buffer.flush()
    return 0


def check_wish(wish: Wish) -> None:
    """Raise `Refused` with a clear reason for what consent does not allow, before anything is read or written."""
    if not wish.mode.names_sending:
        return
    if not wish.recipient:
        raise Refused("Mode individual needs --recipient: the address of the person it tells of.")
    if not wish.grant.strip():
        raise Refused(
            "Mode individual needs --grant: the reference of this recipient's recorded grant. "
            "Without one use --mode shared, which tells of nobody."
        )
    parse_address(wish.recipient)


def instrument_raw(raw: bytes, wish: Wish, keyring: Keyring) -> Instrumented:
    """Instrument `raw` as wished, with numbers derived from the key."""
    message = parse(raw)
    campaign = derive_campaign(keyring, wish.campaign)
    sending = None
    if wish.mode.names_sending:
        sending = derive_sending(keyring, campaign, wish.recipient, _message_id(message))
    plan = Plan(
        base_url=wish.base_url,
        campaign=campaign,
        variant=Variant(wish.variant),
        opens=wish.mode if wish.opens else Mode.OFF,
        links=wish.mode if wish.links else Mode.OFF,
        sending=sending,
        grant=wish.grant,
        text_links=wish.text_links,
        exclude=wish.exclude,
        named=Named([wish.recipient]),
    )
    prepared = prepare(message, plan)
    out = prepared.render(keyring, sending)
    told = list(prepared.skipped)
    if out != raw and any(message.field(name) for name in SIGNATURES):
        told.append("its DKIM or ARC signature no longer verifies: sign it after instrumenting")
    return Instrumented(out, _describe(wish, plan, prepared.destinations, keyring, message, out), tuple(told))


def _message_id(message: Message) -> str:
    """The Message-ID, or for a message without one a digest of its bytes in its place."""
    field = message.root.field("message-id")
    return (field.text.strip() if field else "") or hashlib.blake2b(message.raw, digest_size=16).hexdigest()


def _describe(
    wish: Wish, plan: Plan, destinations: Sequence[str], keyring: Keyring, message: Message, out: bytes
) -> dict[str, Any]:
    """The manifest's line; the recipient is named only where the mail itself points at one."""
    base, own = wish.base_url, plan.sending
    named = own is not None
    beacon = None
    if plan.opens is not Mode.OFF and out != message.raw:
        token = Token(Kind.BEACON, plan.opens, plan.campaign, plan.variant, sending=own)
        beacon = beacon_url(base, mint(keyring, token))
        if not any(reference.url == beacon for reference in walk(parse(out))):
            beacon = None
    links = []
    for number, destination in enumerate(destinations, 1):
        token = Token(Kind.LINK, plan.links, plan.campaign, plan.variant, Link(number), own)
        url = link_url(base, mint(keyring, token, destination_bytes(destination)), destination)
        links.append({"link": number, "destination": destination, "url": url})
    return {
        "campaign": wish.campaign,
        "campaign_number": plan.campaign,
        "variant": plan.variant,
        "message_id": _message_id(message),
        "opens": plan.opens.word,
        "links_mode": plan.links.word,
        "recipient": wish.recipient if named else None,
        "grant": wish.grant if named else None,
        "sending": own,
        "beacon": beacon,
        "links": links,
    }
