"""Every URL that one HTML text mentions, with its place in that text: attributes, styles, comments, running text.

It knows texts, not messages: resolving against the message, transfer encodings and bytes are not its business.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from overt.message.charref import ValueMap, decode_value
from overt.message.css import CssUrl, find_urls
from overt.message.html import Attribute, Element, Html, parse_html
from overt.message.srcset import Ranges, cut_commas, cut_refresh, cut_srcset, cut_words, trim
from overt.message.url import find_text_urls
from overt.message.vector import LOADING_PARAMETERS, RELATIONS, SELECTOR, Place, Shape, find_place

#: Documents in `srcdoc` in documents in `srcdoc`: browsers follow some tens, mail has none.
_MOST_NESTED: Final = 3
_CUTS: Final[dict[Shape, Callable[[str], Ranges]]] = {
    "url": lambda value: [trim(value, 0, len(value))],
    "srcset": cut_srcset,
    "spaces": cut_words,
    "commas": cut_commas,
    "refresh": cut_refresh,
}
_CSS_VECTORS: Final = {
    "import": "css-import",
    "image-set": "css-image-set",
    "loader": "css-loader",
    "namespace": "css-namespace",
}
_RAW_VECTORS: Final = {"style": "css-text", "script": "script-text"}
#: Character references that end a URL in running text as the character would.
_TEXT_END: Final = re.compile(
    r"&(?:quot|lt|gt|nbsp|apos|#0*(?:34|39|60|62|160)|#[xX]0*(?:22|27|3[cCeE]|[aA]0))(?:;|\b)"
)
#: Names of languages, which are never asked for: a doctype and `xmlns`.
_LANGUAGE_NAME: Final = re.compile(r"<!doctype[^>]*|\bxmlns(?::[\w-]+)?\s*=\s*[\"']?\s*", re.IGNORECASE)
_XML_STYLE: Final = re.compile(r"<\?xml-stylesheet\b[^>]*?\bhref\s*=\s*(?:\"([^\">]*)\"|'([^'>]*)')")
_LOOK_BACK: Final = 400  # characters; the longest doctype and namespace declaration of real mail has under 200


@dataclass(frozen=True, slots=True)
class Mention:
    """One URL as it is written: `raw` decoded, at `[start, end)` of the text.

    `rests` where nothing follows it though its vector would: an address that the surrounding makes idle. `holder` is
    the element whose start tag, or whose style sheet, it stands in.
    """

    raw: str
    vector: str
    start: int
    end: int
    element: str = ""
    attribute: str = ""
    conditional: str = ""
    rests: bool = False
    holder: Element | None = field(default=None, repr=False, compare=False)


def find_mentions(html: Html, depth: int = 0) -> tuple[Mention, ...]:
    """Every URL of the text in the order of its places; what a URL holds inside itself is not looked at."""
    found: list[Mention] = []
    for element in html.elements(matching=SELECTOR):
        for name in element.names:
            place = find_place(element.namespace, element.tag, name)
            attribute = element.get(name) if place is not None else None
            if place is not None and attribute is not None and attribute.value:
                found.extend(_of_attribute(element, attribute, place, depth))
    for element in html.elements({"style"}):
        found.extend(_of_style(html.text, element))
    found.extend(_of_xml_styles(html.text))
    found.sort(key=lambda mention: mention.start)
    found.extend(_of_rest(html, found))
    found.sort(key=lambda mention: mention.start)
    return tuple(found)


def find_base(html: Html) -> str:
    """What relative URLs of the text are relative to, as its first `<base href>` says (WHATWG HTML 4.2.3), or ""."""
    for element in html.elements({"base"}):
        attribute = element.get("href")
        if attribute is not None and not element.conditional:
            return attribute.value.strip()
    return ""


def _of_attribute(element: Element, attribute: Attribute, place: Place, depth: int) -> Iterator[Mention]:
    value, name = attribute.value, attribute.name
    where = attribute.offsets()
    if place.shape == "css":
        for url in find_urls(value) if "(" in value else ():
            vector = place.vector if place.vector != "css-url" else _css_vector(url)
            start, end = where(url.value_start), where(url.value_end)
            yield Mention(url.value, vector, start, end, element.tag, name, element.conditional, holder=element)
        return
    if place.shape == "document":
        if depth < _MOST_NESTED:
            for inner in find_mentions(parse_html(value), depth + 1):
                start, end = where(inner.start), where(inner.end)
                yield Mention(
                    inner.raw, inner.vector, start, end, inner.element, inner.attribute, element.conditional,
                    holder=inner.holder,
                )  # fmt: skip
        return
    vector = _vector(element, place)
    for start, end in _CUTS[place.shape](value) if vector else ():
        if end > start:
            first, last = where(start), where(end)
            yield Mention(value[start:end], vector, first, last, element.tag, name, element.conditional, holder=element)


def _vector(element: Element, place: Place) -> str:
    """The row for this very element, where its other attributes decide; "" where it holds no URL."""
    if place.vector == "link-other":
        words = _value(element, "rel").lower().split()
        return next((RELATIONS[word] for word in words if word in RELATIONS), place.vector)
    if place.vector == "input-src" and _value(element, "type").strip().lower() != "image":
        return "input-src-idle"
    if place.vector == "meta-refresh" and _value(element, "http-equiv").strip().lower() != "refresh":
        return ""
    if place.vector == "param-value" and _value(element, "name").strip().lower() not in LOADING_PARAMETERS:
        return ""
    return place.vector


def _value(element: Element, name: str) -> str:
    attribute = element.get(name)
    return "" if attribute is None else attribute.value


def _css_vector(url: CssUrl) -> str:
    if url.kind == "url" and url.property == "src":
        return "css-font"
    return _CSS_VECTORS.get(url.kind, "css-url")


def _of_style(text: str, element: Element) -> Iterator[Mention]:
    start = element.end
    source = text[start : element.close[0] if element.close else len(text)]
    if element.namespace == "html":
        for mention in css_mentions(source):
            yield _moved(mention, start + mention.start, start + mention.end, element)
        return
    original = ValueMap(source).original  # in a drawing a style sheet is text like any other
    for mention in css_mentions(decode_value(source)):
        yield _moved(mention, start + original(mention.start), start + original(mention.end), element)


def _moved(mention: Mention, start: int, end: int, element: Element) -> Mention:
    return Mention(mention.raw, mention.vector, start, end, "style", "", element.conditional, holder=element)


def css_mentions(source: str) -> Iterator[Mention]:
    """The URLs of a style sheet."""
    for url in find_urls(source):
        yield Mention(url.value, _css_vector(url), url.value_start, url.value_end)


def _of_xml_styles(text: str) -> Iterator[Mention]:
    if "<?xml-stylesheet" in text:
        for match in _XML_STYLE.finditer(text):
            group = 1 if match.group(1) is not None else 2
            yield Mention(decode_value(match.group(group)), "xml-stylesheet", *match.span(group))


def _of_rest(html: Html, found: list[Mention]) -> Iterator[Mention]:
    """http and https URLs that stand anywhere else: in text, comments, scripts, attributes that load nothing."""
    text = html.text
    starts = [mention.start for mention in found]
    regions: list[tuple[int, int, str]] | None = None
    last_tag = last_end = -1
    before = 0
    for start, end in find_text_urls(text):
        place = bisect_right(starts, start) - 1
        if place >= 0 and start < found[place].end:
            continue
        last_tag = max(last_tag, text.rfind("<", before, start))
        last_end = max(last_end, text.rfind(">", before, start))
        before = start
        ended = _TEXT_END.search(text, start, end)
        stop = ended.start() if ended else end
        if _names_language(text, start):
            continue
        if regions is None:
            regions = _regions(html)
            region_starts = [region[0] for region in regions]
        at = bisect_right(region_starts, start) - 1
        region = regions[at][2] if at >= 0 and start < regions[at][1] else ""
        vector = region or ("html-attribute" if last_tag > last_end else "html-text")
        if vector == "link":
            yield Mention(decode_value(text[start:stop]), "html-text", start, stop, rests=True)
        else:
            yield Mention(decode_value(text[start:stop]), vector, start, stop)


def _names_language(text: str, start: int) -> bool:
    return any(match.end() == start for match in _LANGUAGE_NAME.finditer(text, max(0, start - _LOOK_BACK), start))


def _regions(html: Html) -> list[tuple[int, int, str]]:
    """Where text is not running text, in order: comments, scripts and styles, and `link`: what a link shows."""
    regions = [(comment.start, comment.end, "html-comment") for comment in html.comments]
    regions += [(start, end, _RAW_VECTORS[tag]) for tag, start, end in html.raw_text if tag in _RAW_VECTORS]
    for element in html.elements({"a"}):
        if element.close is not None and not element.conditional:
            regions.append((element.end, element.close[0], "link"))
    return sorted(regions)
