"""Where a wrapped link leads, read off the URL: through redirectors within redirectors, without asking anybody.

Known redirectors are rows (`overt.guard.redirector`); for the others the URL itself is searched for a destination, and
the answer says how sure it is, for an address inside a link is not always where the link leads. A destination is
http or https or it is none. Opens no connection: where the destination is not in the URL, it is unknown, and the answer
names who knows.
"""

from __future__ import annotations

import re
from codecs import decode as recode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from overt.guard.errand import find_errand
from overt.guard.redirector import RedirectorSet, redirectors, rest_of
from overt.guard.wrapping import decode
from overt.message import Url, is_web, registrable_domain, split_url

LONGEST: Final = 64 * 1024  # characters; no browser or gateway sends longer ones through
MOST_HOPS: Final = 8  # real mail in our collection nests three; each hop costs one parse
MOST_PIECES: Final = 64  # segments and values of one URL that are searched
LIKELY: Final = 0.7  # from here on an unlisted redirector is believed
_LISTED: Final = 0.98
_TWICE: Final = 2  # percent-encoded once too often is common, more is not
_SCHEME: Final = re.compile(r"https?(?::|%3a|%253a)", re.IGNORECASE)
_PLAIN: Final = re.compile(r"(?<=[/?=;,])https?:/{1,2}[^/?#\s]", re.IGNORECASE)
_SPACE: Final = re.compile(r"[\x00-\x20\x7f]")
_IMAGE: Final = re.compile(r"\.(?:png|jpe?g|gif|webp|avif|svg|ico|bmp|css|js|woff2?)(?:$|[?#])", re.IGNORECASE)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_~.-]{16,}")
_WORD: Final = re.compile(r"[a-z]+")

#: A value under these names is a redirector's destination.
LEADS: Final = frozenset(
    "url u uri link href l to target dest destination desturl redirect redirecturl redirect_url redir goto go out r"
    " rurl murl deeplink dl q location loc site page href jump exit away ziel lien lnk eurl".split()
)
#: A value under these names is where the reader comes back to, or something about the page.
RETURNS: Final = frozenset(
    "next return returnurl return_url returnto return_to returl continue continueurl callback callbackurl callback_url"
    " redirect_uri redirecturi back backurl back_url service wreply wctx relaystate state referrer referer ref source"
    " src origin from utm_source success success_url cancel cancel_url failure_url after_login forward_after image img"
    " icon iconurl logo avatar thumb media feed rss doc text body subject title description canonical base".split()
)
_WAYS: Final = frozenset(
    "click clicks clickthrough clickthru ct cl track tracking tracker trk trck redirect redirector redir out outgoing"
    " go goto link links lnk linktracker away exit leave leaving jump c l r e lt ls wf visit linkout bounce".split()
)


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirector asked on the way: `by` is its name, `url` where it leads, `confidence` how sure that is.

    `rule` is the row that knew it; "" where the URL's structure alone told, and `by` is then the host.
    """

    by: str
    url: str
    rule: str = ""
    confidence: float = _LISTED


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """What could be read off `url`.

    `destination` is the last address on the way that is known, None where not even the first hop says.
    `known_only_to` names who knows how it goes on from there, None where nothing suggests that it goes on. Both
    together: the known part of the way ends at somebody's redirector. `rule` is the row that knew the first
    redirector, or "".
    """

    url: str
    destination: str | None
    hops: tuple[Hop, ...] = ()
    known_only_to: str | None = None
    rule: str = ""

    @property
    def confidence(self) -> float:
        """How sure the whole way is: 1 where there is none."""
        sure = 1.0
        for hop in self.hops:
            sure *= hop.confidence
        return sure


def unwrap(url: str, rows: RedirectorSet | None = None) -> Unwrapped:
    """Follow the redirectors written in `url`, at most `MOST_HOPS` of them, with the given rows or our own."""
    known = redirectors() if rows is None else rows
    hops: list[Hop] = []
    here = url
    while len(hops) < MOST_HOPS:
        found = _next(here, known)
        if found is not None and not found.url:
            destination = hops[-1].url if hops else None
            return Unwrapped(url, destination, tuple(hops), found.by, hops[0].rule if hops else found.rule)
        if found is None or found.url == here:
            break
        hops.append(found)
        here = found.url
    return Unwrapped(url, hops[-1].url, tuple(hops), rule=hops[0].rule) if hops else Unwrapped(url, None)


def _next(raw: str, known: RedirectorSet) -> Hop | None:
    """The next hop, without a URL where only its owner knows; None where the way ends."""
    if len(raw) > LONGEST or not is_web(raw):
        return None
    url = split_url(raw)
    if url is None:
        return None
    row = known.find(url)
    if row is None:
        return _embedded(url)
    if row.kind == "keep":
        return None
    written = row.destination(url)
    destination = None if written is None else as_destination(written)
    return Hop(row.owner(url), destination or "", row.id)


def as_destination(written: str) -> str | None:
    """The text as an http or https URL with a host, or None. Percent-encoded once more than needed is understood."""
    text = written.strip()
    for _ in range(_TWICE):
        if not _SCHEME.match(text) or is_web(text):
            break
        text = unquote(text, errors="replace")
    if not is_web(text) or len(text) > LONGEST:
        return None
    url = split_url(text)
    if url is None or url.scheme not in ("http", "https") or not url.host:
        return None
    return url.href if _SPACE.search(text) else text


def _embedded(url: Url) -> Hop | None:
    """The likeliest destination that stands in a URL of no known redirector, if it is likely enough."""
    rest = rest_of(url)
    candidates = tuple(_candidates(url, rest))
    names = frozenset(pair.partition("=")[0].lower() for pair in url.query.split("&", MOST_PIECES)[:MOST_PIECES])
    if not candidates or find_errand(url.path, names):
        return None
    tokens = [token for token in _TOKEN.findall(rest)[:MOST_PIECES] if any(map(str.isdigit, token[:128]))]
    ways = {word for text in (url.path, url.host.partition(".")[0]) for word in _WORD.findall(text.lower())}
    best: Hop | None = None
    for name, piece, destination in candidates:
        there = split_url(destination)
        if there is None or name in RETURNS or _IMAGE.search(there.path):
            continue
        # Judged by the names around it, not measured.
        sure = 0.6 if name in LEADS else 0.5 if not name else 0.3
        sure += 0.2 if ways & _WAYS else 0.0
        sure += 0.1 if any(token not in piece for token in tokens) else 0.0
        sure += 0.05 if registrable_domain(url.host) != registrable_domain(there.host) else 0.0
        if sure >= LIKELY and (best is None or sure > best.confidence):
            best = Hop(url.host, destination, "", sure)
    return best


def _candidates(url: Url, rest: str) -> Iterator[tuple[str, str, str]]:
    """Destinations in the URL: the name each stands under (a parameter's, "" for the path), as written, and read."""
    for pair in url.query.split("&", MOST_PIECES)[:MOST_PIECES]:
        name, equals, value = pair.partition("=")
        piece = value if equals else name
        found = _read(unquote(piece, errors="replace"))
        if found:
            # What a document names is named there; the parameter's own name says nothing.
            yield (name.lower() if equals and not piece.startswith("eyJ") else ""), piece, found
    plain = _PLAIN.search(rest)
    if plain and plain.start() < len(url.path):
        piece = rest[plain.start() :]
        found = as_destination(decode(piece, ("single-slash",)) or "")
        if found:
            yield "", piece, found
    for piece in url.path.split("/", MOST_PIECES)[:MOST_PIECES]:
        found = _read(piece)
        if found:
            yield "", piece, found


def _read(text: str) -> str | None:
    """A destination that the text is, in one of the usual encodings."""
    if len(text) < len("http://a.b"):
        return None
    start = text[:8].lower()
    if _SCHEME.match(start) or _SCHEME.match(text[:16]):
        return as_destination(text)
    written: str | None = None
    if start.startswith("ahr0c"):
        written = decode(text.partition(".")[0], ("base64",))
    elif start.startswith("eyj"):  # JSON, maybe a JWT (RFC 7519): header, claims, signature
        written = next(
            (found for part in text.split(".", 3)[:2] if (found := decode(part, ("base64", "json"))) is not None), None
        )
    elif start.startswith("687474"):
        written = decode(text, ("hex",))
    elif start.startswith("uggc"):
        written = recode(text, "rot13")
    elif start.startswith(("ej", "en")):
        written = decode(text, ("zlib",))
        written = written if written is None or is_web(written) else decode(written, ("json",))
    elif text.endswith(("//:ptth", "//:sptth")):
        written = text[::-1]
    return None if written is None else as_destination(written)
