"""Every URL and receipt request of a message, wherever it stands, with its bytes and what would fetch it.

`walk` reads all parts that can be read, signed ones too, and nested messages. It judges nothing: whether a reference
tracks anybody is for `guard`, whether it may be changed for `measure`. The vectors are a table in
`overt.message.vector`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from overt.message.address import find_addresses
from overt.message.attachment import find_in_calendar, find_in_package, find_in_pdf, kind_of, sniff
from overt.message.attachment.archive import Budget
from overt.message.edit import Span
from overt.message.field import Field
from overt.message.html import Element, Html, parse_html
from overt.message.hypertext import Mention, css_mentions, find_base, find_mentions
from overt.message.part import Message, Part
from overt.message.text import Text, read_text
from overt.message.transfer import decode_body
from overt.message.url import find_text_urls, resolve_url
from overt.message.vector import FIELDS, NETWORK_SCHEMES, RECEIPTS, SILENT_SCHEMES, VECTORS, Fetch

_HTML_TYPES: Final = frozenset(
    {"text/html", "application/xhtml+xml", "image/svg+xml", "text/x-amp-html", "text/watch-html", "text/x-html"}
)
_HTML_NAMES: Final = (".html", ".htm", ".xhtml", ".xht", ".shtml", ".svg", ".hta")
#: Opened by themselves, not with the message: what they load on display needs a click first.
_OPENED_LATER: Final = frozenset({"image/svg+xml"})
_DOCUMENTS: Final = frozenset({"office", "pdf"})
_FIRST: Final = 512  # raw bytes that surely hold the first bytes of a document, however they are encoded
_TEXT_TYPES: Final = frozenset({"application/json", "application/ld+json", "application/xml"})
_IN_BRACKETS: Final = re.compile(r"<\s*([^<>\s]+)\s*>")
_EXTERNAL_URL: Final = "message/external-body"
_NETWORK_PATH: Final = re.compile(r"[\x00-\x20]*[/\\][\t\n\r]*[/\\]")


@dataclass(frozen=True, slots=True)
class Reference:
    """One mention of a URL, or one request for a receipt.

    `raw` is the URL as written, character references and escapes decoded; `url` as a browser would ask for it, or
    `raw` again where a browser makes nothing of it. `span` are the raw bytes that hold it (in an encoded part whole
    lines), `start` and `end` its place in the text of its part, -1 in header fields. `part` is the part's path;
    `attribute` is the field's name in header fields. `conditional`: only Word's engine sees it (see `Element`).
    `inside` is the member or object of an attached document that holds it: then `span` is the whole body of the part,
    `start` and `end` are -1, and nothing can be edited in place. What loads once an attachment is opened is `click`.
    """

    url: str
    raw: str
    vector: str
    fetch: Fetch
    part: str
    span: Span
    start: int
    end: int
    element: str = ""
    attribute: str = ""
    conditional: str = ""
    inside: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """The references of one part: those of its header, then those of its body.

    `html` is the body as it was read, where it is HTML; `holders` says for each reference in which of its elements it
    stands (in whose start tag, in which `<style>`), None for those that stand in none.
    """

    part: Part
    html: Html | None
    references: tuple[Reference, ...]
    holders: tuple[Element | None, ...]


def walk(message: Message) -> Iterator[Reference]:
    """Every reference of the message, part after part, header fields first."""
    for leaf in walk_leaves(message):
        yield from leaf.references


def walk_leaves(message: Message) -> Iterator[Leaf]:
    """`walk` for whoever asks what surrounds a reference: part after part, each read once."""
    budget = Budget()
    for part in message.parts():
        references = [reference for item in part.fields for reference in _of_field(part, item)]
        holders: list[Element | None] = [None] * len(references)
        html = None
        kind = "" if part.parts else _kind(part)
        if kind in _DOCUMENTS or (not kind and not part.parts):
            references += _of_document(message, part, kind, budget)
            holders += [None] * (len(references) - len(holders))
        elif kind:
            text = read_text(message, part)
            html = parse_html(text.text) if kind == "html" else None
            for reference, holder in _of_body(part, text, html, kind):
                references.append(reference)
                holders.append(holder)
        yield Leaf(part, html, tuple(references), tuple(holders))


def _of_field(part: Part, item: Field) -> Iterator[Reference]:
    vector = FIELDS.get(item.lower)
    if vector is None and b"://" not in item.raw and part.content_type != _EXTERNAL_URL:
        return
    text = item.text
    if vector in RECEIPTS:
        people = [f"{address.local}@{address.domain}" for address in find_addresses(text)]
        for raw in people or [text]:
            yield _in_field(part, item, raw, f"mailto:{raw}" if people else raw, vector or "")
        return
    if vector is None:
        vector = "header-url"
        if part.content_type == _EXTERNAL_URL and item.lower == "content-type":
            vector = "external-body"
            outside = "".join(part.params.get("url", "").split())
            if outside:
                yield _in_field(part, item, outside, _resolve(outside, "")[0], vector)
            return
    found = _IN_BRACKETS.findall(text) if vector in ("list-unsubscribe", "list-field") else []
    if not found:
        found = [text[start:end] for start, end in find_text_urls(text, wide=vector != "header-url")]
    if not found and vector in ("content-location", "face-url") and text:
        found = [text]
    for raw in found:
        yield _in_field(part, item, raw, _resolve(raw, "")[0], vector)


def _in_field(part: Part, item: Field, raw: str, url: str, vector: str) -> Reference:
    at = item.raw.find(raw.encode("utf-8", "surrogateescape")) if raw else -1
    span = item.value if at < 0 else Span(item.span.start + at, item.span.start + at + len(raw.encode("utf-8")))
    fetch: Fetch = VECTORS[vector].fetch
    return Reference(url, raw, vector, fetch, part.path, span, -1, -1, "", item.name)


def _of_document(message: Message, part: Part, kind: str, budget: Budget) -> Iterator[Reference]:
    if not kind:
        first = Span(part.body.start, min(part.body.end, part.body.start + _FIRST))
        kind = sniff(part.content_type, decode_body(message.raw, first, part.encoding).data)
        if not kind:
            return
    data = decode_body(message.raw, part.body, part.encoding).data
    found = find_in_pdf(data, budget) if kind == "pdf" else find_in_package(data, budget)
    for item in found:
        url, goes = _resolve(item.raw, "")
        fetch: Fetch = "click" if goes and VECTORS[item.vector].fetch != "never" else "never"
        yield Reference(url, item.raw, item.vector, fetch, part.path, part.body, -1, -1, inside=item.inside)


def _of_body(part: Part, text: Text, html: Html | None, kind: str) -> Iterator[tuple[Reference, Element | None]]:
    base = ""
    mentions: Iterator[Mention]
    if html is not None:
        base = _absolute(find_base(html))
        mentions = iter(find_mentions(html))
    elif kind == "calendar":
        mentions = find_in_calendar(text.text)
    elif kind == "css":
        mentions = css_mentions(text.text)
    else:
        places = find_text_urls(text.text, wide=True)
        mentions = (Mention(text.text[start:end], "text-url", start, end) for start, end in places)
    for mention in mentions:
        url, goes = _resolve(mention.raw, base)
        fetch = _fetch(part, mention, url) if goes and not mention.rests else "never"
        span = text.raw_span(mention.start, mention.end)
        reference = Reference(
            url, mention.raw, mention.vector, fetch, part.path, span, mention.start, mention.end,
            mention.element, mention.attribute, mention.conditional,
        )  # fmt: skip
        yield reference, mention.holder


def _fetch(part: Part, mention: Mention, url: str) -> Fetch:
    fetch = VECTORS[mention.vector].fetch
    if fetch != "display":
        return fetch
    if url.partition(":")[0] not in NETWORK_SCHEMES:
        return "never"
    return "click" if part.content_type in _OPENED_LATER or _kind(part) == "calendar" else "display"


def _kind(part: Part) -> str:
    """How the part is read: `html`, `css`, `text`, as one of the attached documents, or "" (by its first bytes)."""
    if part.content_type in _HTML_TYPES or part.filename.lower().endswith(_HTML_NAMES):
        return "html"
    if part.content_type == "text/css" or part.filename.lower().endswith(".css"):
        return "css"
    document = kind_of(part.content_type, part.filename)
    if document:
        return document
    return "text" if part.content_type.startswith("text/") or part.content_type in _TEXT_TYPES else ""


def _absolute(base: str) -> str:
    return (resolve_url(base) or "") if base else ""


def _resolve(raw: str, base: str) -> tuple[str, bool]:
    """The URL that a browser makes of `raw`, and whether it leads anywhere outside the message.

    Mail has no address of its own: without a base a relative URL leads nowhere, but for `//host/path`, which mail
    programs ask for by https or, with backslashes, as a file share.
    """
    written = raw if not raw[:4].lower().startswith("www.") else f"http://{raw}"
    href = resolve_url(written, base or None)
    if href is None and _NETWORK_PATH.match(written):
        href = resolve_url(written, "https://overt.invalid/")
    if href is None or written.lstrip().startswith("#"):
        return raw, False
    return href, href.partition(":")[0] not in SILENT_SCHEMES
