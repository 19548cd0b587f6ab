"""URLs as browsers read them (WHATWG URL, through ada), and where in plain text they stand.

Resolves and splits; follows nothing. The public suffix list is the snapshot that publicsuffixlist ships.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote_plus

import ada_url
from publicsuffixlist import PublicSuffixList

LONGEST: Final = 64 * 1024  # characters; browsers stop at 64 Ki to 2 Mi, no mail program sends longer ones
_WEB: Final = re.compile(r"[\x00-\x20]*https?:", re.IGNORECASE)
_IN_TEXT: Final = re.compile(r"https?://[^\s<>\"`{}|\\^\x00-\x1f\x7f]+", re.IGNORECASE)
_IN_TEXT_WIDE: Final = re.compile(
    r"(?:(?:https?|ftps?)://|mailto:|(?<![\w.@/-])www\.(?=[^.]))[^\s<>\"`{}|\\^\x00-\x1f\x7f]+", re.IGNORECASE
)
_PAIRS: Final = {")": "(", "]": "["}
_PUNCTUATION: Final = ".,;:!?'\"*_~…。，、»”’"
_LAST: Final = frozenset(_PUNCTUATION) | _PAIRS.keys()


@dataclass(frozen=True, slots=True)
class Url:
    """A URL after WHATWG parsing. `host` is lower-case and in Punycode, `query` and `fragment` without their sign."""

    href: str
    scheme: str
    username: str
    password: str
    host: str
    port: str
    path: str
    query: str
    fragment: str


@dataclass(frozen=True, slots=True)
class QueryPair:
    """One `name=value` of a query, decoded; `[start, end)` is its place in the URL, `value_start` that of the value.

    A name without "=" has an empty value that starts at `end`.
    """

    name: str
    value: str
    start: int
    end: int
    value_start: int


def split_url(raw: str, base: str | None = None) -> Url | None:
    """The URL that a browser makes of `raw`, or None where it makes none."""
    if len(raw) > LONGEST:
        return None
    try:
        found = ada_url.URL(raw, base) if base else ada_url.URL(raw)
    except UnicodeEncodeError:
        return split_url(_scalar(raw), base and _scalar(base))
    except ValueError:
        return None
    return Url(
        found.href,
        found.protocol.removesuffix(":"),
        found.username,
        found.password,
        found.hostname,
        found.port,
        found.pathname,
        found.search.removeprefix("?"),
        found.hash.removeprefix("#"),
    )


def resolve_url(raw: str, base: str | None = None) -> str | None:
    """`split_url(raw, base).href`, for whom that is enough: several times as fast."""
    if len(raw) > LONGEST:
        return None
    try:
        href: str = (ada_url.URL(raw, base) if base else ada_url.URL(raw)).href
    except UnicodeEncodeError:
        return resolve_url(_scalar(raw), base and _scalar(base))
    except ValueError:
        return None
    return href


def query_pairs(raw: str) -> tuple[QueryPair, ...]:
    """The pairs of the query of a URL in their order (WHATWG URL 5.1), with their places in `raw`."""
    stop = raw.find("#")
    end = len(raw) if stop < 0 else stop
    opened = raw.find("?", 0, end)
    if opened < 0:
        return ()
    found: list[QueryPair] = []
    start = opened + 1
    while start <= end:
        cut = raw.find("&", start, end)
        finish = end if cut < 0 else cut
        if finish > start:
            equals = raw.find("=", start, finish)
            name_end, value_start = (finish, finish) if equals < 0 else (equals, equals + 1)
            name, value = unquote_plus(raw[start:name_end]), unquote_plus(raw[value_start:finish])
            found.append(QueryPair(name, value, start, finish, value_start))
        start = finish + 1
    return tuple(found)


def is_web(raw: str) -> bool:
    """Whether the text begins as an absolute http or https URL, as browsers read it."""
    return _WEB.match(raw) is not None


def registrable_domain(host: str) -> str | None:
    """The part of a host name that somebody registered, or None for addresses and public suffixes."""
    name = host.rstrip(".").lower()
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        found: str | None = _suffixes().privatesuffix(name)
        return found
    return None


def find_text_urls(text: str, *, wide: bool = False) -> tuple[tuple[int, int], ...]:
    """Where http and https URLs stand in plain text, without the punctuation of the sentence around them.

    `wide`: ftp and mailto too, and names that begin with `www.`, which programs turn into links as well. A closing
    bracket belongs to the URL only where it opened one; between `<` and `>` everything does (RFC 3986 appendix C).
    """
    pattern = _IN_TEXT_WIDE if wide else _IN_TEXT
    found = ((match.start(), _trim(text, match.start(), match.end())) for match in pattern.finditer(text))
    return tuple((start, end) for start, end in found if end > start)


def _trim(text: str, start: int, end: int) -> int:
    if text[start - 1 : start] == "<" and text[end : end + 1] == ">":
        return end
    if text[end - 1] not in _LAST:
        return end
    counts = {sign: text.count(sign, start, end) for sign in "()[]"}
    while end > start:
        last = text[end - 1]
        if last in _PAIRS and counts[last] > counts[_PAIRS[last]]:
            counts[last] -= 1
        elif last not in _PUNCTUATION:
            break
        end -= 1
    return end


def _scalar(text: str) -> str:
    """Lone surrogates replaced, as a browser's strings are when they become URLs (WHATWG Infra, "scalar value")."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
