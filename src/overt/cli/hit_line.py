"""Anybody's hits, a line each: JSON as `docs/reference/classify.md` has it, a web server's log, or a provider's events.

A line that cannot be read gives `Malformed` with what is wrong with it; which line it was its caller knows. What a
line does not say stays unknown and is never guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

from overt.cli.field import LONGEST_TEXT, UNSUBSCRIBES, read_address, read_moment, read_text
from overt.cli.provider import PROVIDERS, find_provider, read_events
from overt.errors import Malformed
from overt.measure import Flag, Kind
from overt.measure.clues import Evidence
from overt.measure.hit import Seen
from overt.measure.reading import Actor, Certainty, Client
from overt.measure.window import Observation
from overt.wire.request import read_flags

Format = Literal["json", "combined", "sendgrid", "mailgun", "postmark", "ses", "sparkpost", "brevo", "anymail"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
LONGEST: Final = 64 * 1024  # characters of a line; web servers' own limits for a request are below it
LONGEST_BATCH: Final = 16 * 1024 * 1024  # providers post up to some thousand events at once, a kilobyte each
_KINDS: Final = {"open": Kind.BEACON, "beacon": Kind.BEACON, "pixel": Kind.BEACON, "load": Kind.BEACON,
                 "click": Kind.LINK, "link": Kind.LINK}  # fmt: skip
#: Apache's and nginx's combined format; a quote inside a quoted part comes with a backslash (or as \x22).
_QUOTED: Final = r'"((?:[^"\\]|\\.)*)"'
_COMBINED: Final = re.compile(rf"(\S+) \S+ .*?\[([^\]]+)\] {_QUOTED} (\d{{3}}) \S+ {_QUOTED} {_QUOTED}")
#: What somebody else may have said of a hit.
_TOLD: Final = {
    "prefetch": Evidence("flag", Actor.PREFETCH, Client.UNKNOWN, "", "flagged as loaded ahead", Certainty.MEDIUM),
    "machine": Evidence("flag", Actor.MACHINE, Client.UNKNOWN, "", "flagged as a machine's", Certainty.MEDIUM),
    "unknown": Evidence("", Actor.UNKNOWN, Client.UNKNOWN, "", "nobody said which program asked", Certainty.LOW),
}
_FLAG_FIELDS: Final = {
    Flag.PREFETCH: ("Sec-Purpose", "prefetch"),
    Flag.GPC: ("Sec-GPC", "1"),
    Flag.DNT: ("DNT", "1"),
    Flag.CONDITIONAL: ("If-None-Match", "*"),
}
_PICTURE: Final = re.compile(r"\.(?:gif|png|jpe?g|webp|svg)$|/(?:open|pixel|beacon|o|b)(?:/|\.|$)", re.IGNORECASE)


def find_format(line: str) -> Format:
    """How the lines of a file are written, by the first of them."""
    if line[:1] not in ("{", "["):
        return "combined"
    try:
        provider = find_provider(json.loads(line))
    except (ValueError, RecursionError):
        return "json"
    return next((name for name in FORMATS if PROVIDERS.get(name) is provider is not None), "json")


def read_line(line: str, written: Format) -> Sequence[Observation | Malformed | None]:
    """The hits of one line. In place of a hit: why it cannot be read, or None for an event of another kind."""
    longest = LONGEST_BATCH if written in PROVIDERS else LONGEST
    if len(line) > longest:
        return [Malformed(f"longer than {longest} characters")]
    try:
        if written == "combined":
            return [_read_combined(line)]
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Malformed("no JSON") from error
        return [_read_json(value)] if written == "json" else read_events(value, PROVIDERS[written])
    except Malformed as error:
        return [error]


def describe_hit(hit: Observation) -> dict[str, Any]:
    """A hit as this module reads it again; what is not known is left out."""
    seen = hit.seen
    row: dict[str, Any] = {
        "at": datetime.fromtimestamp(hit.at, UTC).isoformat().replace("+00:00", "Z"),
        "kind": "open" if seen.kind is Kind.BEACON else "click",
        "method": seen.method,
        "user_agent": seen.user_agent or None,
        "address": seen.address,
        "headers": {name: value for flag, (name, value) in _FLAG_FIELDS.items() if flag in seen.flags},
        "message": hit.message,
        "recipient": hit.recipient,
        "link": hit.link,
        "sent_at": hit.sent_at,
        "flag": hit.told.actor if hit.told and hit.told.actor else None,
    }
    return {name: value for name, value in row.items() if value or name == "user_agent"}


def _read_json(row: object) -> Observation:
    if not isinstance(row, dict):
        raise Malformed("no JSON object")
    kind = _text(row, "kind", "open").lower()
    if kind not in _KINDS:
        raise Malformed(f'kind: {kind!r} is neither "open" nor "click"')
    link = _text(row, "link")
    return Observation(
        at=read_moment(row.get("at"), "at"),
        seen=Seen(
            kind=_KINDS[kind],
            method=_text(row, "method", "GET").upper(),
            address=read_address(_text(row, "address")),
            user_agent=_text(row, "user_agent", None),
            flags=_flags(row.get("headers")),
        ),
        message=_text(row, "message"),
        recipient=_text(row, "recipient"),
        link=link,
        told=_told(_text(row, "flag")),
        sent_at=None if row.get("sent_at") is None else read_moment(row["sent_at"], "sent_at"),
        unsubscribes=bool(UNSUBSCRIBES.search(link)),
    )


def _read_combined(line: str) -> Observation:
    """A picture is an open, anything else a click; a path tells links apart, nothing tells recipients apart."""
    found = _COMBINED.match(line)
    if found is None:
        raise Malformed("no line of a combined log")
    address, moment, request, _, _, agent = found.groups()
    method, _, target = request.partition(" ")
    path = urlsplit(target.rpartition(" ")[0] or target).path if target[:1] == "/" else target
    try:
        at = datetime.strptime(moment, "%d/%b/%Y:%H:%M:%S %z").timestamp()
    except ValueError as error:
        raise Malformed(f"{moment!r} is no time of a combined log") from error
    opens = _PICTURE.search(path) is not None
    return Observation(
        at=at,
        seen=Seen(Kind.BEACON if opens else Kind.LINK, method.upper()[:20], read_address(address), _agent(agent)),
        link="" if opens else path[:LONGEST_TEXT],
        unsubscribes=bool(UNSUBSCRIBES.search(path)),
    )


def _agent(text: str) -> str:
    return "" if text == "-" else re.sub(r"\\(.)", r"\1", text)[:LONGEST_TEXT]


def _text(row: Mapping[str, Any], name: str, default: str | None = "") -> str:
    """A field as text. `default` None: it has to be there, though it may be null for a request without one."""
    if default is None and name not in row:
        raise Malformed(f"{name} is missing")
    return read_text(row.get(name), name) or default or ""


def _told(flag: str) -> Evidence | None:
    if flag and flag not in _TOLD:
        raise Malformed(f"flag: {flag!r} is none of {', '.join(_TOLD)}")
    return _TOLD.get(flag)


def _flags(headers: object) -> Flag:
    if headers is None:
        return Flag.NONE
    pairs: list[tuple[object, object]]
    if isinstance(headers, dict):
        pairs = list(headers.items())
    elif isinstance(headers, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in headers):
        pairs = [(name, value) for name, value in headers]
    else:
        raise Malformed("headers: write an object, or a list of pairs")
    return read_flags(
        (str(name).lower().encode("latin-1", "replace"), str(value).encode("latin-1", "replace"))
        for name, value in pairs[:200]
    )
