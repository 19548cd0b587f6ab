"""Anybody's hits, a line each: JSON as `docs/reference/classify.md` has it, or a web server's combined log.

A line that cannot be read raises `Malformed` with what is wrong with it; which line it was its caller knows. What a
line does not say stays unknown and is never guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

from overt.errors import Malformed
from overt.measure import Flag, Kind
from overt.measure.hit import Seen
from overt.measure.window import Observation
from overt.wire.request import read_flags

Format = Literal["json", "combined"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
LONGEST: Final = 64 * 1024  # characters of a line; web servers' own limits for a request are below it
_LONGEST_WORD: Final = 2000  # characters of a User-Agent or name that are kept
_KINDS: Final = {"open": Kind.BEACON, "beacon": Kind.BEACON, "pixel": Kind.BEACON, "load": Kind.BEACON,
                 "click": Kind.LINK, "link": Kind.LINK}  # fmt: skip
#: Apache's and nginx's combined format; a quote inside a quoted part comes with a backslash (or as \x22).
_QUOTED: Final = r'"((?:[^"\\]|\\.)*)"'
_COMBINED: Final = re.compile(rf"(\S+) \S+ .*?\[([^\]]+)\] {_QUOTED} (\d{{3}}) \S+ {_QUOTED} {_QUOTED}")
_UNSUBSCRIBES: Final = re.compile(r"unsub|opt-?out|abmeld|desabo|desinscri", re.IGNORECASE)
_PICTURE: Final = re.compile(r"\.(?:gif|png|jpe?g|webp|svg)$|/(?:open|pixel|beacon|o|b)(?:/|\.|$)", re.IGNORECASE)


def read_line(line: str, written: Format) -> Observation:
    """One hit. Raises `Malformed` with the reason."""
    if len(line) > LONGEST:
        raise Malformed(f"longer than {LONGEST} characters")
    return _READERS[written](line)


def _read_json(line: str) -> Observation:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Malformed("no JSON") from error
    if not isinstance(row, dict):
        raise Malformed("no JSON object")
    kind = _text(row, "kind", "open").lower()
    if kind not in _KINDS:
        raise Malformed(f'kind: {kind!r} is neither "open" nor "click"')
    link = _text(row, "link")
    return Observation(
        at=_moment(row.get("at"), "at"),
        seen=Seen(
            kind=_KINDS[kind],
            method=_text(row, "method", "GET").upper(),
            address=_address(_text(row, "address")),
            user_agent=_text(row, "user_agent", None),
            flags=_flags(row.get("headers")),
        ),
        message=_text(row, "message"),
        recipient=_text(row, "recipient"),
        link=link,
        sent_at=None if row.get("sent_at") is None else _moment(row["sent_at"], "sent_at"),
        unsubscribes=bool(_UNSUBSCRIBES.search(link)),
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
        seen=Seen(Kind.BEACON if opens else Kind.LINK, method.upper()[:20], _address(address), _agent(agent)),
        link="" if opens else path[:_LONGEST_WORD],
        unsubscribes=bool(_UNSUBSCRIBES.search(path)),
    )


_READERS: Final[Mapping[Format, Callable[[str], Observation]]] = {"json": _read_json, "combined": _read_combined}


def _agent(text: str) -> str:
    return "" if text == "-" else re.sub(r"\\(.)", r"\1", text)[:_LONGEST_WORD]


def _text(row: Mapping[str, Any], name: str, default: str | None = "") -> str:
    """A field as text. `default` None: it has to be there, though it may be null for a request without one."""
    if default is None and name not in row:
        raise Malformed(f"{name} is missing")
    value = row.get(name)
    if value is None:
        return default or ""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise Malformed(f"{name} is no text")
    return str(value)[:_LONGEST_WORD]


def _moment(value: object, name: str) -> float:
    """Seconds since 1970: ISO 8601 (without a zone: UTC), or a number of seconds or milliseconds."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15:
        return value / 1000 if abs(value) > 1e11 else float(value)  # seconds reach 1e11 in the year 5138
    if isinstance(value, str):
        try:
            read = datetime.fromisoformat(value[:64])
            return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            pass
    raise Malformed(
        f"{name} is missing" if value is None else f'{name}: write ISO 8601, such as "2026-11-02T08:00:00Z"'
    )


def _address(text: str) -> str:
    """An IP address as text, without a zone; "" where it is none, as in logs with host names or without addresses."""
    try:
        return str(ip_address(text.partition("%")[0].strip("[] ")))
    except ValueError:
        return ""


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
