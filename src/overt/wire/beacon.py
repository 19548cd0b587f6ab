"""HTTP answers of the tracking host, as values: beacons, links, and the few pages beside them.

Every beacon is answered alike, whatever its token: who asks learns nothing of what is known here. A link redirects only
to bytes whose signature verifies, needing nothing but the keys; any other shows a page. Knows no sockets, addresses,
files or clocks, and leaves what is kept to its caller (`Asked`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from overt.measure import (
    Claims,
    Keyring,
    Kind,
    Mode,
    Verifier,
    likeliest_destination,
    parse_path,
    read_destination,
    split_target,
)
from overt.wire.page import POLICY, about_page, doubt_page, lost_page
from overt.wire.request import Field, Request

# A transparent GIF89a of 1 x 1, 43 bytes: with a graphic control extension, as every mail program since 1990 reads it.
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
REASONS = {
    200: b"OK",
    302: b"Found",
    304: b"Not Modified",
    400: b"Bad Request",
    404: b"Not Found",
    405: b"Method Not Allowed",
    408: b"Request Timeout",
    413: b"Content Too Large",
    414: b"URI Too Long",
    431: b"Request Header Fields Too Large",
}
# Image proxies keep what is not forbidden in every dialect (RFC 9111 5.2.2.5; `Expires` and `Pragma` for HTTP/1.0).
FRESH: tuple[Field, ...] = (
    (b"Cache-Control", b"no-store, no-cache, must-revalidate, max-age=0, private"),
    (b"Expires", b"Thu, 01 Jan 1970 00:00:00 GMT"),
    (b"Pragma", b"no-cache"),
)
PLAIN: tuple[Field, ...] = (
    (b"X-Content-Type-Options", b"nosniff"),
    (b"Referrer-Policy", b"no-referrer"),
    (b"X-Robots-Tag", b"noindex, nofollow"),
)
_BEACON, _LINK = Kind
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, the lines of the head that do not depend on the moment, and a body."""

    status: int
    head: bytes
    body: bytes

    @property
    def fields(self) -> tuple[Field, ...]:
        lines = self.head.split(b"\r\n")[1:-1]
        return tuple((name, value) for name, _, value in (line.partition(b": ") for line in lines))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request was for, to be kept or not by the caller.

    `claims` is None where nothing may be kept. `claims_person` says whether the token, true or forged, has the length
    of one that names a sending: keeping nothing takes as long as keeping one of its kind, so that time tells nothing.
    """

    kind: Kind
    claims: Claims | None
    claims_person: bool


def make_answer(status: int, fields: Iterable[Field], body: bytes = b"") -> Answer:
    """An answer of these fields. Raises ValueError where a control character would reach the head."""
    lines = [b"HTTP/1.1 %d %s" % (status, REASONS[status])]
    for name, value in fields:
        if _CONTROL.search(value):
            raise ValueError("a control character in a field of the answer")
        lines.append(name + b": " + value)
    if status != 304:  # RFC 9110 8.6: it would be the length of the picture that is not sent
        lines.append(b"Content-Length: %d" % len(body))
    return Answer(status, b"\r\n".join(lines) + b"\r\n", body)


def format_answer(answer: Answer, *, head: bool, date: bytes, close: bool) -> bytes:
    """The bytes on the wire. To a HEAD goes the same head and no body (RFC 9110 9.3.2)."""
    last = b"\r\nConnection: close\r\n\r\n" if close else b"\r\n\r\n"
    return answer.head + b"Date: " + date + last + (b"" if head else answer.body)


def _html(status: int, body: bytes) -> Answer:
    return make_answer(
        status,
        (
            (b"Content-Type", b"text/html; charset=utf-8"),
            (b"Content-Security-Policy", POLICY),
            (b"X-Frame-Options", b"DENY"),
            (b"Cache-Control", b"no-store"),
            *PLAIN,
        ),
        body,
    )


def _text(status: int, body: bytes, *more: Field) -> Answer:
    fields = ((b"Content-Type", b"text/plain; charset=utf-8"), (b"Cache-Control", b"no-store"), *more, *PLAIN)
    return make_answer(status, fields, body)


_GIF_FIELDS: tuple[Field, ...] = (
    (b"Content-Type", b"image/gif"),
    *FRESH,
    *PLAIN,
    # Fetch: a webmail page under Cross-Origin-Embedder-Policy loads the picture only with this.
    (b"Cross-Origin-Resource-Policy", b"cross-origin"),
)
BEACON = make_answer(200, _GIF_FIELDS, GIF)
# The head of a redirect before and behind its destination.
REDIRECT = make_answer(302, ((b"Location", b"?"), *FRESH, *PLAIN)).head.split(b"?", 1)
LOST = _html(404, lost_page())
ROBOTS = _text(200, b"User-agent: *\nDisallow: /\n")
WELL = _text(200, b"ok\n")
UNWELL = _text(200, b"degraded: answering, but not recording\n")
# Sent by the edge before or instead of an answer; each closes the connection.
MALFORMED = _text(400, b"That is no request this host can read.\n")
WRONG_METHOD = _text(405, b"Only GET and HEAD are answered here.\n", (b"Allow", b"GET, HEAD"))
TOO_SLOW = _text(408, b"The request did not arrive in time.\n")
WITH_BODY = _text(413, b"No content is taken here.\n")
TOO_LONG = _text(414, b"The address is too long.\n")
TOO_MUCH = _text(431, b"The request has too many or too long fields.\n")


def _always() -> bool:
    return True


class Front:
    """Answers requests for one sender's tracking host. Immutable: share it between connections and loops."""

    def __init__(
        self,
        keyring: Keyring,
        base_url: str,
        *,
        sender: str,
        contact: str,
        opens: Mode,
        links: Mode,
        own_page: str = "",
    ) -> None:
        self._verifier = Verifier(keyring)
        self.prefix = urlsplit(base_url).path.rstrip("/").encode()
        self._pages = {
            b"/you": _html(200, about_page(sender, contact, opens, links, own_page)),
            b"/robots.txt": ROBOTS,
        }

    def answer(self, request: Request, *, well: Callable[[], bool] = _always) -> tuple[Answer, Asked | None]:
        """The answer, and what it was asked for where that was a beacon or a link. `well`: whether hits can be kept."""
        target = _origin_form(request.target)
        if self.prefix and target.startswith(self.prefix + b"/"):
            target = target[len(self.prefix) :]
        path, query = split_target(target)
        located = parse_path(path)
        text = located.token.encode() if located is not None else b""
        if path.startswith(b"/b/"):
            asked = Asked(Kind.BEACON, self.read_beacon(text), claims_person(text))
            return _conditional(BEACON, request), asked
        if path.startswith(b"/c/"):
            answer, claims = self.follow(text, query)
            return answer, Asked(Kind.LINK, claims, claims_person(text))
        if path == b"/healthz":
            return (WELL if well() else UNWELL), None
        page = self._pages.get(path.rstrip(b"/"))
        return (_conditional(page, request) if page is not None else LOST), None

    def read_beacon(self, text: bytes) -> Claims | None:
        """What a beacon's token says, where it is one of ours; the answer is `BEACON` whatever it is."""
        return self._verifier.read(text, _BEACON)

    def follow(self, text: bytes, query: bytes) -> tuple[Answer, Claims | None]:
        """The answer to a link and what its token says: a redirect where it was signed for a destination in `query`."""
        likeliest = likeliest_destination(query)
        if likeliest is not None and (claims := self._verifier.read(text, _LINK, likeliest)) is not None:
            return self._redirect(likeliest), claims
        candidates = read_destination(query)
        for destination in candidates:
            if _CONTROL.search(destination):
                continue  # whoever signed it: it would end the field
            claims = self._verifier.read(text, _LINK, destination)
            if claims is not None:
                return self._redirect(destination), claims
        return _html(200, doubt_page(candidates[0])) if candidates and candidates[0] else LOST, None

    def _redirect(self, destination: bytes) -> Answer:
        return Answer(302, REDIRECT[0] + destination + REDIRECT[1], b"")


def _origin_form(target: bytes) -> bytes:
    """The path and query of a target, also of one in absolute form, which a server must take (RFC 9112 3.2.2)."""
    scheme, found, rest = target.partition(b"://")
    if found and scheme.lower() in (b"http", b"https"):
        _, slash, path = rest.partition(b"/")
        return slash + path
    return target


def _conditional(answer: Answer, request: Request) -> Answer:
    """RFC 9110 13.1: we send no validators, so no tag matches and dates are ignored; `*` matches whatever exists."""
    if any(value.strip() == b"*" for value in request.values(b"if-none-match")):
        kept = (b"cache-control", b"expires", b"pragma")
        return make_answer(304, [field for field in answer.fields if field[0].lower() in kept])
    return answer


def claims_person(text: bytes) -> bool:
    """Whether a token, true or forged, has the length of one that names a sending (`overt.measure.token`: 36 or 39)."""
    return len(text) > 32  # without a sending they have 26 or 28
