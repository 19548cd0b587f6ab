"""The shape of tracked URLs, both ways: format what goes into a message, read what comes back from a browser.

    {base}/b/{token}.gif                     a beacon
    {base}/c/{token}?u={destination}         a link, its destination readable to a person
    {base}/you                               what is recorded and how to say no; the same for everybody

Gateways alter URLs on their way. `read_destination` undoes a short, bounded list of alterations and leaves it to the
token's MAC to say which candidate is the one that was signed: nothing else is ever followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice
from urllib.parse import quote, unquote_to_bytes

from overt.measure.token import Kind

BEACON_PREFIX, LINK_PREFIX, ABOUT_PATH = "/b/", "/c/", "/you"
MOST_CANDIDATES = 96  # of one destination: spellings times cuts; each costs one MAC, about a microsecond
LONGEST_QUERY = 16 * 1024  # bytes; browsers and proxies stop at 8 to 16 KB
MOST_CUTS = 8  # parameters that a gateway appended
MOST_SLASHES = 16  # places where one may have been dropped; real destinations have under ten segments
_READABLE = "!$()*,/:;=?@-._~[]|"  # RFC 3986 characters that a query may hold, less `&`, `+`, `%`, `#` and quotes
_UNREADABLE = re.compile(r"[^A-Za-z0-9" + re.escape(_READABLE) + "]")
_LOCATOR = re.compile(rb"/(?:b/([A-Za-z0-9_-]{1,64})\.gif|c/([A-Za-z0-9_-]{1,64}))/?")


@dataclass(frozen=True, slots=True)
class Locator:
    """A tracked URL's path: its kind and the token's text, not yet verified."""

    kind: Kind
    token: str


def beacon_url(base_url: str, token: str) -> str:
    """The URL of a beacon under the collector's address `base_url` (no slash at its end)."""
    return f"{base_url}{BEACON_PREFIX}{token}.gif"


def link_url(base_url: str, token: str, destination: str) -> str:
    """The URL of a tracked link. `destination` is as the message wrote it, character references decoded."""
    return f"{base_url}{LINK_PREFIX}{token}?u={_write(destination)}"


def _write(destination: str) -> str:
    if destination.isascii():
        return _UNREADABLE.sub(lambda match: f"%{ord(match[0]):02X}", destination)
    return quote(destination_bytes(destination), safe=_READABLE)


def about_url(base_url: str) -> str:
    """Where recipients read what is recorded."""
    return base_url + ABOUT_PATH


def destination_bytes(destination: str) -> bytes:
    """What is signed for a destination: its UTF-8; lone surrogates, which no URL holds, as question marks."""
    return destination.encode("utf-8", "replace")


def parse_path(path: bytes) -> Locator | None:
    """The kind and token text of a tracked URL's path, or None for any other path."""
    match = _LOCATOR.fullmatch(path)
    if match is None:
        return None
    beacon, link = match.groups()
    return Locator(Kind.BEACON, beacon.decode()) if beacon else Locator(Kind.LINK, link.decode())


def split_target(target: bytes) -> tuple[bytes, bytes]:
    """The path and the query of a request's target, also where a gateway escaped the `?` of a tracked link."""
    if found := _ESCAPED_SIGN.fullmatch(target):
        return found[1], found[2]
    path, _, query = target.partition(b"?")
    return path, query


def read_destination(raw_query: bytes) -> tuple[bytes, ...]:
    """What the query may have said before gateways touched it, likeliest first, without repetitions.

    Undone are: `&amp;` for `&`; percent escapes decoded early or written in the other case; `+` for a space; a query
    string whose `%26` was decoded, so that the destination seems cut; parameters appended behind, with `&` or, where
    our own `?` was escaped, with another; slashes that were collapsed; a slash at the end lost or added. At most
    `MOST_CANDIDATES`; none of them is to be trusted before its MAC verifies.
    """
    if len(raw_query) > LONGEST_QUERY:
        return ()
    start = _find_parameter(raw_query)
    if start < 0:
        return ()
    found = dict.fromkeys(islice(_candidates(raw_query, start), MOST_CANDIDATES - MOST_SLASHES))
    found.update(dict.fromkeys(_doubled(next(iter(found)))))
    return tuple(found)


def _candidates(raw_query: bytes, start: int) -> Iterator[bytes]:
    for query in dict.fromkeys((raw_query[start:], unescape(raw_query[start:].decode("latin-1")).encode("utf-8"))):
        ends = [at for at, byte in enumerate(query) if byte == 0x26]
        asked = query.rfind(b"?")
        # Our own URLs have nothing behind `u`: cut at the first `&`, then not at all, then at later ones.
        for end in dict.fromkeys((*ends[:1], len(query), max(asked, 0), *reversed(ends[1:][-MOST_CUTS:]))):
            yield from _spellings(query[:end])


def _doubled(likeliest: bytes) -> Iterator[bytes]:
    """What may have had two slashes where one is left: those of a scheme are back already, so one place more."""
    whole = _COLLAPSED.sub(b"://", likeliest)
    for match in islice(_LONE_SLASH.finditer(whole), MOST_SLASHES):
        yield whole[: match.start()] + b"/" + whole[match.start() :]


def likeliest_destination(raw_query: bytes) -> bytes | None:
    """The first that `read_destination` gives for a query that nobody touched; None where it must look closer.

    Also None where there is a control character, which no header field may hold.
    """
    if not raw_query.startswith(b"u=") or len(raw_query) > LONGEST_QUERY:
        return None
    written = raw_query[2:].partition(b"&")[0]
    found = unquote_to_bytes(written) if b"%" in written else written
    return None if _CONTROL.search(found) else found


def _find_parameter(raw_query: bytes) -> int:
    if raw_query.startswith(b"u="):
        return 2
    found = _PARAMETER.search(raw_query)
    return found.end() if found else -1


def _spellings(written: bytes) -> tuple[bytes, ...]:
    once = unquote_to_bytes(written)
    lower = _ESCAPE.sub(lambda match: match[0].lower(), once)
    upper = _ESCAPE.sub(lambda match: match[0].upper(), once)
    encoded = _BARE.sub(lambda match: b"%%%02X" % match[0][0], once)
    return (
        once,
        lower,
        upper,
        unquote_to_bytes(written.replace(b"+", b"%20")),
        once.replace(b" ", b"+"),
        once.replace(b" ", b"%20"),
        encoded,
        written,
        once.removesuffix(b"/"),
        once + b"/",
        once.rstrip(b" >).,"),
        unquote_to_bytes(once),
        _COLLAPSED.sub(b"://", once, count=1),
        _COLLAPSED.sub(b"://", once),
        _COLLAPSED.sub(b"://", unquote_to_bytes(once)),
    )


_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_PARAMETER = re.compile(rb"(?:\A|&|&amp;|\Aamp;|%26)u(?:=|%(?:25)?3[Dd])")
_ESCAPED_SIGN = re.compile(rb"(/c/[A-Za-z0-9_-]{1,64})/?%(?:25)?3[Ff](.*)", re.DOTALL)
_COLLAPSED = re.compile(rb":/(?!/)")
_LONE_SLASH = re.compile(rb"(?<!/)/(?!/)")
_ESCAPE = re.compile(rb"%[0-9A-Fa-f]{2}")
_BARE = re.compile(rb"[\x00-\x20\x7f-\xff\"<>\\^`{}]")
