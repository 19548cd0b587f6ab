"""HTML as browsers read it, every element and attribute with its place in the text that was given.

turbohtml builds the tree (WHATWG HTML 13.2); here its offsets, which count a CRLF once, become offsets into the text,
and what the tree leaves out gets its place too: comments, the HTML inside conditional comments, attributes that a
second `<body>` or `<html>` tag adds. Nothing is built before it is asked for. It knows neither URLs nor mail, and no
text makes it fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

import turbohtml

from overt.message.markup import (
    RAW_TEXT,
    Attribute,
    Comment,
    Tag,
    read_attribute,
    read_declaration,
    read_tag,
    scan,
    write_value,
)
from overt.message.newline import Newlines
from overt.message.placement import place_content

__all__ = ["Attribute", "Comment", "Element", "Html", "parse_html", "write_value"]

#: `[if mso]>` at the start of a comment's data: what Word's engine reads and browsers do not.
_CONDITIONAL: Final = re.compile(r"<!--\s*\[if\s", re.IGNORECASE)
_CONDITION: Final = re.compile(r"\s*\[if\s+([^\]]*)\]>", re.IGNORECASE)
_CONDITION_END: Final = re.compile(r"<!\[endif\]\s*\Z", re.IGNORECASE)
#: Start tags whose attributes a later tag of the same name adds to (WHATWG HTML 13.2.6.4.7).
_MERGED: Final = frozenset({"html", "body"})
_MERGING: Final = re.compile(r"<(?:html|body)(?=[\t\n\f\r />])", re.IGNORECASE | re.ASCII)


class Element:
    """A start tag that made an element. `[start, end)` is the start tag, `close` the end tag where the source has one.

    `conditional` is the condition (`mso`, `gte mso 9`) of the hidden comment that holds it, or "": browsers never see
    such an element, Word's engine does. Names of tags and attributes are lower case, in SVG and MathML too. `node` is
    the element in the tree of its document, None in conditional comments.
    """

    __slots__ = ("_attributes", "_html", "_spans", "close", "conditional", "end", "namespace", "node", "start", "tag")

    def __init__(
        self,
        html: Html,
        tag: str,
        namespace: str,
        start: int,
        end: int,
        close: tuple[int, int] | None,
        conditional: str,
        spans: dict[str, turbohtml.SourceSpan],
        attributes: tuple[Attribute, ...] | None = None,
        node: turbohtml.Element | None = None,
    ) -> None:
        self.tag = tag
        self.namespace = namespace
        self.start = start
        self.end = end
        self.close = close
        self.conditional = conditional
        self._html = html
        self._spans = spans
        self._attributes = attributes
        self.node = node

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """Every attribute, in the order of the source, the first one of each name."""
        if self._attributes is None:
            self._attributes = tuple(map(self._read, self._spans.values()))
        return self._attributes

    def get(self, name: str) -> Attribute | None:
        """The attribute of that lower-case name."""
        if self._attributes is None:
            span = self._spans.get(name)
            return None if span is None else self._read(span)
        return next((attribute for attribute in self._attributes if attribute.name == name), None)

    @property
    def names(self) -> Iterable[str]:
        """The lower-case names of its attributes."""
        if self._attributes is None:
            return self._spans.keys()
        return [attribute.name for attribute in self._attributes]

    def _read(self, span: turbohtml.SourceSpan) -> Attribute:
        place = self._html.offset
        return read_attribute(self._html.text, place(span.start_offset), place(span.end_offset))

    def __repr__(self) -> str:
        return f"<Element {self.tag} {self.start}..{self.end}>"


_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NAMESPACES: Final = {namespace: namespace.value for namespace in turbohtml.Namespace}
#: Elements of SVG whose names the tree writes in mixed case (WHATWG HTML 13.2.6.5), by their lower-case names.
_MIXED_CASE: Final = {
    name.lower(): name
    for name in (
        "altGlyph", "altGlyphDef", "altGlyphItem", "animateColor", "animateMotion", "animateTransform", "clipPath",
        "feBlend", "feColorMatrix", "feComponentTransfer", "feComposite", "feConvolveMatrix", "feDiffuseLighting",
        "feDisplacementMap", "feDistantLight", "feDropShadow", "feFlood", "feFuncA", "feFuncB", "feFuncG", "feFuncR",
        "feGaussianBlur", "feImage", "feMerge", "feMergeNode", "feMorphology", "feOffset", "fePointLight",
        "feSpecularLighting", "feSpotLight", "feTile", "feTurbulence", "foreignObject", "glyphRef", "linearGradient",
        "radialGradient", "textPath",
    )
}  # fmt: skip


def _as_in_tree(wanted: frozenset[str] | None) -> frozenset[str] | None:
    return None if wanted is None else wanted | {_MIXED_CASE[name] for name in wanted if name in _MIXED_CASE}


def parse_html(text: str) -> Html:
    """Read `text` as a browser with scripting switched off does. Any text is HTML."""
    return Html(text)


def _scalar(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return text


class Html:
    """A document; offsets are code points of `text` as it was given, line ends as they are.

    Only lone surrogates are replaced in `text`, as in every text that a browser sees (WHATWG Infra 4.7).
    """

    def __init__(self, text: str) -> None:
        self.text = _scalar(text)

    @cached_property
    def tree(self) -> turbohtml.Document:
        """The tree itself, for what this class does not answer; its offsets go through `offset`."""
        return turbohtml.parse(self.text, source_locations=True, allow_declarative_shadow_roots=False)

    @cached_property
    def _newlines(self) -> Newlines:
        return Newlines(self.text)

    def offset(self, tree_offset: int) -> int:
        """The place in `text` of an offset of the tree, which counts a CRLF as one character."""
        return self._newlines.original(tree_offset)

    def elements(self, tags: Iterable[str] | None = None, *, matching: str = "") -> Iterator[Element]:
        """Elements of those tags (lower case; None: all) that stand in the source, by their place in it.

        Elements that the tree builder implied have no place and are left out; those inside conditional comments are
        in. One element comes once, also where the tree repeats it (formatting elements, 13.2.4.3). `matching`, a CSS
        selector, leaves out elements of the tree that it does not match; those in conditional comments come all.
        """
        wanted = None if tags is None else frozenset(tags)
        nodes = self.tree.select(matching) if matching else self.tree.iter_elements(_as_in_tree(wanted))
        found = [*self._of_tree(nodes, wanted if matching else None), *self._of_conditions(wanted)]
        found.sort(key=lambda element: element.start)
        return iter(found)

    def _of_tree(self, nodes: Iterable[turbohtml.Element], wanted: frozenset[str] | None) -> Iterator[Element]:
        place = self._newlines.original
        for node in nodes:
            location = node.source_location
            tag = node.tag
            if wanted is not None and tag.lower() not in wanted:
                continue
            if tag in _MERGED and len(node.attrs) > (len(location.attrs) if location else 0):
                yield from self._added(node, tag)
            if location is None:
                continue
            opened, closed, spans = location
            close = None if closed is None else (place(closed.start_offset), place(closed.end_offset))
            start, end = place(opened.start_offset), place(opened.end_offset)
            namespace = _NAMESPACES[node.namespace]
            name = tag if namespace == "html" else tag.lower()
            yield Element(self, name, namespace, start, end, close, "", spans, node=node)

    def _added(self, node: turbohtml.Element, tag: str) -> Iterator[Element]:
        """Later `<html>` and `<body>` tags whose attributes the one element took over."""
        location = node.source_location
        first = self.offset(location.start_tag.start_offset) if location else -1
        known = set(location.attrs) if location else set()
        for match in _MERGING.finditer(self.text):
            if match.start() <= first or self._inert(match.start()):
                continue
            found = read_tag(self.text, match.start(), len(self.text))
            if found is None or found.name != tag:
                continue
            added = tuple(a for a in found.attributes if a.name not in known and node.attr(a.name) == a.value)
            known.update(attribute.name for attribute in added)
            if added:
                yield Element(self, tag, "html", found.start, found.end, None, "", {}, added, node)

    def _of_conditions(self, wanted: frozenset[str] | None) -> Iterator[Element]:
        if _CONDITIONAL.search(self.text) is None:
            return
        for comment in self.comments:
            condition = _CONDITION.match(self.text, comment.data_start, comment.data_end)
            if condition is None:
                continue
            end = _CONDITION_END.search(self.text, condition.end(), comment.data_end)
            words = " ".join(condition.group(1).split())
            yield from self._conditional(words, condition.end(), end.start() if end else comment.data_end, wanted)

    def _conditional(self, words: str, start: int, end: int, wanted: frozenset[str] | None) -> Iterator[Element]:
        opened: list[tuple[Tag, list[tuple[int, int]]]] = []
        waiting: dict[str, list[list[tuple[int, int]]]] = {}
        for piece in scan(self.text, start, end):
            if not isinstance(piece, Tag):
                continue
            if not piece.closes:
                close: list[tuple[int, int]] = []
                opened.append((piece, close))
                waiting.setdefault(piece.name, []).append(close)
            elif waiting.get(piece.name):
                waiting[piece.name].pop().append((piece.start, piece.end))
        for tag, closes in opened:
            if wanted is None or tag.name in wanted:
                close_tag = closes[0] if closes else None
                yield Element(self, tag.name, "html", tag.start, tag.end, close_tag, words, {}, tag.attributes)

    @cached_property
    def raw_text(self) -> tuple[tuple[str, int, int], ...]:
        """What holds no markup, in order: the name of the element (`style`, `script`, ...) and its content's place."""
        ranges = []
        for node in self.tree.iter_elements(RAW_TEXT):
            location = node.source_location
            if location is not None and node.namespace is turbohtml.Namespace.HTML:
                end = len(self.text) if location.end_tag is None else self.offset(location.end_tag.start_offset)
                ranges.append((node.tag, self.offset(location.start_tag.end_offset), end))
        return tuple(sorted(ranges, key=lambda span: span[1]))

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """Comments in the order of the text, and what browsers read as comments (`<![if !mso]>`)."""
        quick = self._comments_between_raw_text()
        nodes = self.tree.xpath("//comment()")
        of_tree = nodes if isinstance(nodes, list) else []
        expected = sorted(node.data for node in of_tree if isinstance(node, turbohtml.Comment))
        if sorted(comment.data for comment in quick) == expected:
            return quick
        raw_text = {start: end for _, start, end in self.raw_text}
        pieces = scan(self.text, 0, len(self.text), lambda tag: raw_text.get(tag.end))
        return tuple(piece for piece in pieces if isinstance(piece, Comment))

    def _comments_between_raw_text(self) -> tuple[Comment, ...]:
        """Comments where no attribute looks like one: found without reading the tags."""
        raw_text = iter((*self.raw_text, ("", len(self.text), len(self.text))))
        _, raw_start, raw_end = next(raw_text)
        found: list[Comment] = []
        position = 0
        while (start := self.text.find("<!", position)) >= 0:
            while raw_end <= start:
                _, raw_start, raw_end = next(raw_text)
            if raw_start <= start:
                position = raw_end
                continue
            comment, is_comment = read_declaration(self.text, start, len(self.text))
            position = comment.end
            if is_comment:
                found.append(comment)
        return tuple(found)

    def _inert(self, offset: int) -> bool:
        """Whether the text at `offset` is inside a comment or raw text."""
        if any(start <= offset < end for _, start, end in self.raw_text):
            return True
        return any(comment.start <= offset < comment.end for comment in self.comments)

    @cached_property
    def styles(self) -> tuple[tuple[int, int], ...]:
        """The text of each `<style>`, those in conditional comments too."""
        return tuple(
            (element.end, element.close[0] if element.close else len(self.text)) for element in self.elements({"style"})
        )

    @cached_property
    def content_end(self) -> int:
        """Where an element that is put in still renders, behind everything else that does."""
        return place_content(self.text, self.tree, self._newlines)
