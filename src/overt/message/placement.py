"""Where in an HTML text an element can be put in so that it renders, behind everything else.

The answer is tried, not guessed: the text up to a place is parsed with an element behind it, and the tree says whether
that element came to stand in the visible content. It knows nothing of style sheets: content that a style hides around
the place stays hidden.
"""

from __future__ import annotations

import re
from typing import Final

import turbohtml

from overt.message.markup import RAW_TEXT, Unfinished, scan
from overt.message.newline import Newlines

#: Elements that do not show, or not for sure, what an unclosed start tag puts into them.
_HIDING: Final = RAW_TEXT | {
    "audio", "canvas", "datalist", "details", "dialog", "math", "noscript", "object", "select", "svg", "template",
    "video",
}  # fmt: skip
_END_TAG: Final = re.compile(r"</(body|html)(?=[\t\n\f\r />])", re.IGNORECASE | re.ASCII)
_PROBE: Final = "<img>"
#: Each try is a parse; whoever nests more hidden places than this gets the end of the text.
_MOST_TRIES: Final = 12


def place_content(text: str, tree: turbohtml.Document, newlines: Newlines) -> int:
    """The offset in `text`: before the true `</body>`, else before the true `</html>`, else at the end of the content.

    `tree` is the tree of `text`. Where nothing renders at all (a frame set), the end of the text.
    """
    end = _end_of_tree(tree, newlines)
    if end is not None and not _may_hide(tree, newlines, end):
        return end
    for place in _end_tags(text) if end is None else [end]:
        found = _settle(text, place)
        if found is not None:
            return found
    found = _settle(text, len(text))
    return len(text) if found is None else found


def _end_of_tree(tree: turbohtml.Document, newlines: Newlines) -> int | None:
    """The last `</body>` or `</html>` that the tree builder obeyed; None where the element has no start tag either."""
    for tag in ("body", "html"):
        node = tree.find(tag)
        location = None if node is None else node.source_location
        if location is not None and location.end_tag is not None:
            return newlines.original(location.end_tag.start_offset)
    return None


def _may_hide(tree: turbohtml.Document, newlines: Newlines, place: int) -> bool:
    for node in tree.iter_elements(_HIDING):
        location = node.source_location
        if location is None or newlines.original(location.start_tag.start_offset) >= place:
            continue
        if location.end_tag is None or newlines.original(location.end_tag.start_offset) >= place:
            return True
    return False


def _end_tags(text: str) -> list[int]:
    """What looks like `</body>`, the last one first, then what looks like `</html>`; true ones and others."""
    found = [(match.group(1).lower() == "body", match.start()) for match in _END_TAG.finditer(text)]
    return [start for _, start in sorted(found, reverse=True)[:_MOST_TRIES]]


def _settle(text: str, place: int) -> int | None:
    """`place`, or the nearest place before it that is outside whatever hides content there.

    None where an end tag at `place` is none, but part of a comment, an attribute or raw text.
    """
    at_end = place == len(text)
    for _ in range(_MOST_TRIES):
        before = text[:place]
        newlines = Newlines(before)
        tree = turbohtml.parse(before + _PROBE, source_locations=True, allow_declarative_shadow_roots=False)
        probe = _find_probe(tree, len(before) - before.count("\r\n"))
        if probe is not None:
            hiding = [node for node in probe.ancestors if isinstance(node, turbohtml.Element) and node.tag in _HIDING]
            outer = hiding[-1].source_location if hiding else None
            if outer is None:
                return place
            earlier: int | None = newlines.original(outer.start_tag.start_offset)
        else:
            earlier = _swallowing(before, tree, newlines) if at_end else None
        if earlier is None:
            return None
        place = earlier
    return None


def _find_probe(tree: turbohtml.Document, position: int) -> turbohtml.Element | None:
    for node in tree.iter_elements("img"):
        location = node.source_location
        if location is not None and location.start_tag.start_offset == position:
            return node
    return None


def _swallowing(before: str, tree: turbohtml.Document, newlines: Newlines) -> int | None:
    """Where the tag, comment, raw text or other element begins that takes in what stands behind `before`."""
    raw_text: dict[int, int] = {}
    unclosed: int | None = None
    for node in tree.iter_elements(_HIDING):
        location = node.source_location
        if location is None:
            continue
        start = newlines.original(location.start_tag.start_offset)
        if location.end_tag is None:
            unclosed = start
        if node.tag in RAW_TEXT and node.namespace.value == "html":
            closed = location.end_tag
            raw_text[start] = len(before) if closed is None else newlines.original(closed.start_offset)
    for piece in scan(before, 0, len(before), lambda tag: raw_text.get(tag.start)):
        if isinstance(piece, Unfinished):
            return piece.start
    return unclosed
