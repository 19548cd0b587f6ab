"""Tags and comments of a piece of HTML text, each with its offsets, as WHATWG HTML 13.2.5 tokenises it.

Where the tree knows the place of something, the tree is right and this module is not asked. It reads what no tree
holds: the HTML inside conditional comments, and the places of comments. It builds no tree and knows no element but
those whose content is raw text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from overt.message.charref import ValueMap, decode_value, encode_value

#: Elements whose content holds no tags (WHATWG HTML 13.2.5.1, `noscript` apart: mail is shown without scripts).
RAW_TEXT: Final = frozenset(
    {"style", "script", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext"}
)
_TAG_OPEN: Final = re.compile(r"<(?:(/?)([A-Za-z][^\t\n\f\r />]*+)|(!--)|/?+>|[!?/])")
_ATTRIBUTE: Final = re.compile(
    r"[\t\n\f\r /]*+(?:(>)|(=?+[^\t\n\f\r />=]*+)"
    r"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:\"[^\"]*+\"|'[^']*+'|(?![\"'])[^\t\n\f\r >]*+)|(?![\t\n\f\r ]*+=)))"
)
#: Within the source of one attribute: name, then what stands between the name and its value.
_SPLIT: Final = re.compile(r"(=?+[^\t\n\f\r />=]*+)([\t\n\f\r ]*+=[\t\n\f\r ]*+)?+")
_COMMENT_END: Final = re.compile(r"--!?>")
#: What the end of the text cuts off a comment's data (13.2.5.50 to 13.2.5.52).
_CUT_SHORT: Final = re.compile(r"(?:--!|--?)?\Z")
#: Declarations that are no comments: a doctype, and a processing instruction (`<?php ... >`), which the tree's
#: tokeniser tells from a bogus comment by its name, and drops where the text ends within it or within the name.
_NO_COMMENT: Final = re.compile(
    r"<!doctype|<\?(?:(?:[A-Z_][A-Z0-9_-]*+)?+\Z|(?!xml(?:-stylesheet)?[\t\n\f\r ?>])[A-Z_][A-Z0-9_-]*+[\t\n\f\r ?>])",
    re.IGNORECASE | re.ASCII,
)
_NOT_QUOTED: Final = re.compile(r"[\t\n\f\r \"'`=<>]")
_ASCII_LOWER: Final = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)} | {0: 0xFFFD}

Quote = Literal['"', "'", ""]


@dataclass(frozen=True, slots=True)
class Attribute:
    """`name="value"` of a start tag; offsets are in the text that was parsed.

    `source` is what stands at `[value_start, value_end)`. `bare`: the name stands alone, without an equals sign.
    """

    name: str
    value: str
    start: int
    end: int
    value_start: int
    value_end: int
    quote: Quote
    source: str = field(repr=False)
    bare: bool = False

    def offset(self, index: int) -> int:
        """Where in the text the character `index` of `value` begins; for many questions see `offsets`."""
        return self.value_start + ValueMap(self.source).original(index)

    def offsets(self) -> Callable[[int], int]:
        """`offset`, prepared once for any number of questions."""
        original = ValueMap(self.source).original
        return lambda index: self.value_start + original(index)


@dataclass(frozen=True, slots=True)
class Tag:
    """A start or end tag; an end tag keeps no attributes (browsers drop them)."""

    name: str
    start: int
    end: int
    closes: bool
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, `<!-- -->` or what browsers read as one; `data` stands at `[data_start, data_end)`."""

    start: int
    end: int
    data_start: int
    data_end: int
    data: str


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The text ends inside the tag or comment that begins at `start`: anything appended would be part of it.

    It comes after the comment, if it is one that browsers show for one.
    """

    start: int


def write_value(attribute: Attribute, new: str) -> str:
    """The source that reads as `new` when it replaces `[value_start, value_end)` of `attribute`.

    An unquoted value gains quotes where it needs them, a bare name its equals sign.
    """
    if attribute.quote:
        return encode_value(new, attribute.quote)
    if attribute.bare:
        return f'="{encode_value(new, chr(34))}"'
    if not new or _NOT_QUOTED.search(new):
        return f'"{encode_value(new, chr(34))}"'
    return encode_value(new, '"')


def lower_name(name: str) -> str:
    """A tag or attribute name as the tokeniser emits it: ASCII letters lowered, NUL replaced."""
    return name.lower() if name.isascii() and "\x00" not in name else name.translate(_ASCII_LOWER)


def read_attribute(text: str, start: int, end: int) -> Attribute:
    """The attribute whose whole source, name and quotes included, is `text[start:end]`."""
    match = _SPLIT.match(text, start, end)
    assert match is not None  # every part of the pattern may be empty
    name = lower_name(match.group(1))
    if match.group(2) is None:
        return Attribute(name, "", start, end, match.end(1), match.end(1), "", "", bare=True)
    value_start, value_end = match.end(), end
    quote: Quote = ""
    first = text[value_start : value_start + 1]
    if value_start < end and (first == '"' or first == "'"):
        quote = '"' if first == '"' else "'"
        value_start += 1
        value_end -= 1
    source = text[value_start:value_end]
    return Attribute(name, decode_value(source), start, end, value_start, value_end, quote, source)


def read_tag(text: str, start: int, end: int) -> Tag | None:
    """The tag that begins with the `<` at `start`; None where no tag begins or the text ends inside it."""
    opened = _TAG_OPEN.match(text, start, end)
    if opened is None or opened.group(2) is None:
        return None
    attributes: dict[str, Attribute] = {}
    position = opened.end()
    while True:
        match = _ATTRIBUTE.match(text, position, end)
        if match is None:
            return None  # a quote that never closes
        if match.group(1) is not None:
            break
        if match.end() >= end:
            return None
        found = read_attribute(text, match.start(2), match.end())
        attributes.setdefault(found.name, found)
        position = match.end()
    name = lower_name(opened.group(2))
    return Tag(name, start, match.end(), bool(opened.group(1)), () if opened.group(1) else tuple(attributes.values()))


def scan(
    text: str, start: int, end: int, raw_end: Callable[[Tag], int | None] | None = None
) -> Iterator[Tag | Comment | Unfinished]:
    """Tags and comments of `text[start:end]` in order; where the text ends inside one, `Unfinished` comes last.

    `raw_end(tag)` tells where the raw text behind a start tag ends, or None where markup follows; without it the
    names in `RAW_TEXT` decide.
    """
    ends_at = raw_end or (lambda tag: _raw_end(text, tag, end))
    position = start
    while (opened := _TAG_OPEN.search(text, position, end)) is not None:
        begin = opened.start()
        if opened.group() in ("<>", "</>"):
            position = opened.end()  # "<>" is text, "</>" is nothing
        elif opened.group(2) is not None:
            tag = read_tag(text, begin, end)
            if tag is None:
                yield Unfinished(begin)
                return
            yield tag
            stop = None if tag.closes else ends_at(tag)
            position = tag.end if stop is None else stop
        else:
            comment, closed, shown = _declaration(text, begin, end)
            if shown:
                yield comment
            if not closed:
                yield Unfinished(begin)
                return
            position = comment.end


def read_declaration(text: str, start: int, end: int) -> tuple[Comment, bool]:
    """What begins with the `<!`, `<?` or `</` at `start`, and whether it is a comment.

    A doctype is none, nor is a processing instruction.
    """
    comment, _, is_comment = _declaration(text, start, end)
    return comment, is_comment


def _declaration(text: str, start: int, end: int) -> tuple[Comment, bool, bool]:
    if text.startswith("!--", start + 1):
        return *_comment(text, start, end), True
    lone_slash = text[start + 1] == "/" and start + 2 >= end  # text, unless something is appended
    return *_bogus(text, start, end), not lone_slash and _NO_COMMENT.match(text, start, end) is None


def _comment(text: str, start: int, end: int) -> tuple[Comment, bool]:
    """The comment that begins with the `<!--` at `start` (WHATWG HTML 13.2.5.43 on), and whether it is closed."""
    data_start = start + 4
    if text.startswith(">", data_start):
        return Comment(start, data_start + 1, data_start, data_start, ""), True
    if text.startswith("->", data_start):
        return Comment(start, data_start + 2, data_start, data_start, ""), True
    match = _COMMENT_END.search(text, data_start, end)
    if match is None:
        cut = _CUT_SHORT.search(text, max(data_start, end - 3), end)
        data_end = cut.start() if cut else end
        return Comment(start, end, data_start, data_end, _clean(text[data_start:data_end])), False
    return Comment(start, match.end(), data_start, match.start(), _clean(text[data_start : match.start()])), True


def _bogus(text: str, start: int, end: int) -> tuple[Comment, bool]:
    stop = text.find(">", start, end)
    data_start = start + (1 if text[start + 1] == "?" else 2)
    data_end = end if stop < 0 else stop
    return Comment(
        start, end if stop < 0 else stop + 1, data_start, data_end, _clean(text[data_start:data_end])
    ), stop >= 0


def _raw_end(text: str, tag: Tag, end: int) -> int | None:
    if tag.name not in RAW_TEXT:
        return None
    if tag.name == "plaintext":
        return end
    match = re.compile(rf"</{tag.name}(?=[\t\n\f\r />])", re.IGNORECASE | re.ASCII).search(text, tag.end, end)
    return match.start() if match else end


def _clean(data: str) -> str:
    return data.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\N{REPLACEMENT CHARACTER}")
