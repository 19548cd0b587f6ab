"""Which characters of a URL could tell one recipient from another, and how many recipients they could tell apart.

A URL is cut at its delimiters; what is left of a piece after ordinary words, dates, times, sizes and versions is a
token, with the number of bits its alphabet and length allow. Whether a token names a person, a message or a picture
cannot be seen in it: that is weighed with everything else in `overt.guard.detectors`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from overt.guard.word import is_word

Place = Literal["user", "host", "path", "query", "fragment"]
Shape = Literal["address", "uuid", "jwt", "hex", "digits", "letters", "mixed"]

#: Characters of a URL that are looked at; half of it is enough for the longest tokens of real mail.
_LOOKED_AT: Final = 2000
_LONGEST_PIECE: Final = 400  # characters; what follows adds nothing to a verdict
_PIECE: Final = re.compile(r"[^/?&;#=,:@!|()\[\]{}<>\"'\\\s]+")
_LABEL: Final = re.compile(r"[^.]+")
_ADDRESS: Final = re.compile(r"[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", re.ASCII)
_JWT: Final = re.compile(r"eyJ[A-Za-z0-9_-]{8,}")
_RUN: Final = re.compile(r"[A-Za-z0-9]+")
_LETTERS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+|[A-Z]")
_HEX: Final = re.compile(r"(?:[0-9a-f]{6,}|[0-9A-F]{6,})")
_PERCENT: Final = re.compile(r"%[0-9A-Fa-f]{2}")
#: A day, a month, a moment: 2026-11-02, 20261102, 202611, 20261102083000; seconds or milliseconds since 1970.
_TIME: Final = re.compile(
    r"(?:19|20)\d\d|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?(?:[01]\d|2[0-3])?(?:[0-5]\d){0,2}"
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d|1[0-7]\d{8}|1[0-7]\d{11}"
)
#: 600x400, 2x, 50px, 18pt, v12, q80, w600, h400, utf8, mp4, base64, 3d, 24h.
_MEASURE: Final = re.compile(
    r"\d{1,5}[xX]\d{0,5}|\d{1,5}(?:px|pt|em|kb|mb|th|st|nd|rd|[hdwk])|[a-zA-Z]{1,4}\d{1,4}|0x\d+"
)
_BITS: Final = {"digits": 3.32, "hex": 4.0, "letters": 4.7, "mixed": 5.2}
_SHORT_NUMBER: Final = 4  # digits; page numbers, sizes and years
_LONG_NAME: Final = 24  # characters; what is longer in a parameter's place names no parameter
_SHORT_LETTERS: Final = 6  # letters; shorter ones that read like no word are mostly abbreviations
_SHORT_NAME: Final = (
    8  # letters of one case; shorter ones that read like no word are mostly names of projects and firms
)

#: Names of files that are the same for everybody, by convention.
STATIC: Final = frozenset(
    "apng avif bmp css eot gif ico jfif jpeg jpg js m4a mov mp3 mp4 ogg otf png svg tif tiff ttf wav webm webp"
    " woff woff2 xml pdf json map".split()
)
#: Of pages and the programs that make them.
PAGES: Final = frozenset("asp aspx cfm cgi htm html jsp php pl shtml xhtml".split())
_ENDING: Final = re.compile(r"\.[A-Za-z0-9]{2,5}\Z")
_EXTENSION: Final = re.compile(r"\.([A-Za-z][A-Za-z0-9]{1,6})(?=[/?#;]|\Z)")


@dataclass(frozen=True, slots=True)
class Token:
    """Characters `[start, end)` of a URL that no dictionary explains, worth `bits`; `name` is the parameter's."""

    start: int
    end: int
    shape: Shape
    bits: float
    place: Place
    name: str = ""


@dataclass(frozen=True, slots=True)
class Anatomy:
    """A URL cut up: where its pieces begin and end, the kind of file asked for, and its tokens.

    `host` is lower-case, `path` and `query` as they stand. `extension` is that of the last name of the path, or "".
    """

    url: str
    scheme: str
    host: str
    host_start: int
    path_start: int
    query_start: int
    fragment_start: int
    extension: str
    tokens: tuple[Token, ...]

    @property
    def path(self) -> str:
        return self.url[self.path_start : self.query_start]

    @property
    def query(self) -> str:
        return self.url[self.query_start + 1 : self.fragment_start]

    def bits(self, *places: Place) -> float:
        """What the tokens in those places, or in all, could tell apart, in bits."""
        return sum(token.bits for token in self.tokens if not places or token.place in places)


def read_anatomy(url: str) -> Anatomy:
    """Cut up an absolute URL as `overt.message` resolves it. Any text has an anatomy."""
    scheme, sign, _ = url[:64].partition(":")
    if not sign:
        scheme = ""
    fragment_start = _find(url, "#", 0, len(url))
    query_start = _find(url, "?", 0, fragment_start)
    at = len(scheme) + 1 if sign else 0
    if url.startswith("//", at):
        at += 2
        path_start = _find(url, "/", at, query_start)
        host_start = url.rfind("@", at, path_start) + 1 or at
    else:
        path_start = host_start = at
    host = url[host_start:path_start].partition(":")[0].lower()
    name = url[url.rfind("/", path_start, query_start) + 1 : query_start] if path_start < query_start else ""
    extension = _EXTENSION.search(name[-12:])
    tokens = tuple(_tokens(url, at, host_start, path_start, query_start, fragment_start))
    found = extension[1].lower() if extension else ""
    return Anatomy(url, scheme.lower(), host, host_start, path_start, query_start, fragment_start, found, tokens)


def _find(url: str, sign: str, start: int, end: int) -> int:
    at = url.find(sign, start, end)
    return end if at < 0 else at


def _tokens(url: str, start: int, host: int, path: int, query: int, fragment: int) -> list[Token]:
    found: list[Token] = []
    end = min(len(url), start + _LOOKED_AT)
    for address in _ADDRESS.finditer(url, path, end) if "@" in url or "%40" in url else ():
        place: Place = "path" if address.start() < query else "query" if address.start() < fragment else "fragment"
        found.append(Token(address.start(), address.end(), "address", 40.0, place, _name(url, address.start(), query)))
    last_address = found[-1].end if found else -1
    for piece in _PIECE.finditer(url, start, end):
        at = piece.start()
        if at < last_address and any(token.start <= at < token.end for token in found):
            continue
        stop = piece.end()
        if at < host:
            place = "user"
        elif at < path:
            place = "host"
        elif at < query:
            place = "path"
        elif at < fragment:
            place = "query"
            if url[stop : stop + 1] == "=" and stop < fragment and stop - at < _LONG_NAME:
                continue  # a parameter's name; one without a value is judged as a value
        else:
            place = "fragment"
        if place == "host":
            found.extend(_of_host(url, at, stop))
            continue
        ending = _ENDING.search(url, max(at + 1, stop - 8), stop)
        if ending is not None and url[ending.start() + 1 : stop].lower() in STATIC:
            stop = ending.start()
        elif (
            ending is not None and place == "path" and _names_page(url[at : ending.start()], url[ending.start() : stop])
        ):
            continue
        judged = judge(url[at : min(stop, at + _LONGEST_PIECE)])
        if judged is not None:
            shape, bits = judged
            found.append(Token(at, stop, shape, bits, place, _name(url, at, query) if place == "query" else ""))
    found.sort(key=lambda token: token.start)
    return found


def _names_page(name: str, ending: str) -> bool:
    """Whether a path's piece is the name of a page, however it reads."""
    return ending[1:].lower() in PAGES and name.isalpha() and name.islower()


def _name(url: str, at: int, query: int) -> str:
    """The name of the query's parameter whose value begins at or before `at`."""
    opened = max(url.rfind("&", query, at), url.rfind("?", query, at))
    equals = url.find("=", opened, at)
    return url[opened + 1 : equals].lower() if 0 <= opened < equals else ""


def _of_host(url: str, start: int, end: int) -> list[Token]:
    """Tokens in labels of a host name; the last two name an owner, digits alone are an address or a server."""
    labels = list(_LABEL.finditer(url, start, end))
    found = []
    for label in labels[:-2]:
        judged = judge(label.group())
        if judged is not None and judged[0] != "digits":
            found.append(Token(label.start(), label.end(), judged[0], judged[1], "host"))
    return found


@lru_cache(maxsize=2048)
def judge(piece: str) -> tuple[Shape, float] | None:
    """Shape and bits of what is left of a piece without words, dates and sizes; None for nothing."""
    if len(piece) < _SHORT_NUMBER:
        return None
    if _UUID.search(piece):
        return "uuid", 122.0
    if _JWT.match(piece):
        return "jwt", 128.0
    if "%" in piece:
        piece = _PERCENT.sub("-", piece)
    total = 0.0
    shapes: set[Shape] = set()
    for run in _RUN.finditer(piece):
        judged = _run(run.group())
        if judged is not None:
            shapes.add(judged[0])
            total += judged[1]
    if not total:
        return None
    return (shapes.pop() if len(shapes) == 1 else "mixed"), min(total, 256.0)


def _run(run: str) -> tuple[Shape, float] | None:
    """Shape and bits of letters and digits without anything between them."""
    size = len(run)
    if run.isdigit():
        if size <= _SHORT_NUMBER or _TIME.fullmatch(run):
            return None
        return "digits", size * _BITS["digits"]
    if size < _SHORT_NUMBER or _MEASURE.fullmatch(run):
        return None
    pieces = _LETTERS.findall(run)
    if run.isalpha():
        one_case = run.islower() or run.isupper()
        if size < (_SHORT_NAME if one_case else _SHORT_LETTERS) or _reads(pieces):
            return None
        return "letters", size * (4.7 if one_case else 5.7)
    if size >= 6 and _HEX.fullmatch(run):
        return "hex", size * _BITS["hex"]
    words = [piece for piece in pieces if not piece.isdigit()]
    numbers = [piece for piece in pieces if piece.isdigit()]
    if len(pieces) <= 3 and _reads(words) and len(numbers) <= 1:
        number = numbers[0]  # banner2, lv2024112004
        if len(number) <= _SHORT_NUMBER or _TIME.fullmatch(number):
            return None
        return "digits", len(number) * _BITS["digits"]
    return ("mixed", size * _BITS["mixed"]) if size > _SHORT_NUMBER else None


def _reads(words: list[str]) -> bool:
    """Whether letters cut at their capitals read like words: long enough on average, and each could be one."""
    if len(words) > 1 and sum(map(len, words)) < 3 * len(words):
        return False
    return all(is_word(word[:64]) for word in words)
