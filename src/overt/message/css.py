"""The URLs of a style sheet or style attribute, each with the piece of source to replace.

Tokens are those of css-syntax-3 section 4; of the grammar above them only as much is read as tells a URL from another
string. It resolves no URL and asks not whether a rule applies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["url", "import", "namespace", "src", "image-set", "image", "loader"]

_ESCAPE: Final = r"\\(?:[0-9A-Fa-f]{1,6}+(?:\r\n|[ \t\n\r\f])?+|[^\n\r\f0-9A-Fa-f]|\Z)"
_IDENT: Final = rf"(?:--|-?(?:[A-Za-z_\x00\x80-\U0010FFFF]|{_ESCAPE}))(?:[A-Za-z0-9_\x00\x80-\U0010FFFF-]|{_ESCAPE})*+"
#: One token that matters, behind whatever does not; css-syntax-3 section 4.3.1 in its order.
_TOKEN: Final = re.compile(
    rf"(?P<comment>/\*(?:.*?\*/|.*))|(?P<cdo><!--|-->)"
    rf"|(?P<string>\"(?:[^\"\\\n\r\f]|{_ESCAPE}|\\(?:\r\n|[\n\r\f]))*+(?P<end2>\"|\Z)?+"
    rf"|'(?:[^'\\\n\r\f]|{_ESCAPE}|\\(?:\r\n|[\n\r\f]))*+(?P<end1>'|\Z)?+)"
    rf"|(?P<at>@{_IDENT})|(?P<hash>\#(?:[A-Za-z0-9_\x00\x80-\U0010FFFF-]|{_ESCAPE})++)"
    rf"|(?P<ident>{_IDENT})(?P<call>\()?+|(?P<number>[0-9]++(?:{_IDENT})?+)"
    r"|(?P<sign>[()\[\]{};:,])|(?P<space>[ \t\n\r\f]++)"
    r"|[^\"'/<@#A-Za-z0-9_\x00\x80-\U0010FFFF\\()\[\]{};:, \t\n\r\f-]++|[\s\S]",
    re.DOTALL,
)
_URL_OPEN: Final = re.compile(r"[ \t\n\r\f]*+(?P<quote>[\"'])?+")
#: A bare url token's content up to its end (4.3.6); what stops earlier is a bad url.
_URL_BODY: Final = re.compile(
    rf"(?P<body>(?:[^\"'()\\ \t\n\r\f\x01-\x08\x0B\x0E-\x1F\x7F]|{_ESCAPE})*+)[ \t\n\r\f]*+(?P<end>\)|\Z)"
)
#: The remnants of a bad url (4.3.14).
_BAD_URL: Final = re.compile(r"(?:\\[\s\S]|[^)])*+\)?+")
_UNESCAPE: Final = re.compile(
    r"\\(?:([0-9A-Fa-f]{1,6}+)(?:\r\n|[ \t\n\r\f])?+|(\r\n|[\n\r\f])|([\s\S])|\Z)|\r\n|[\r\f]|\x00"
)
_UNSAFE: Final = re.compile(r"[\x00-\x20\"'()\\<\x7F]")
_CLOSERS: Final = {"(": ")", "[": "]", "{": "}"}
#: Functions whose strings are URLs: css-images-4 2.2 and 2.4, css-values-4 4.5, and Internet Explorer's filters.
_CALLS: Final[dict[str, Kind]] = {
    "url": "url",
    "src": "src",
    "image-set": "image-set",
    "-webkit-image-set": "image-set",
    "image": "image",
    "alphaimageloader": "loader",
}
#: Those of them whose string must come first.
_FIRST: Final = frozenset({"url", "src"})
_RULES: Final[dict[str, Kind]] = {"import": "import", "namespace": "namespace"}
#: What a text must hold to hold a URL at all.
_WORTH_READING: Final = re.compile(r"[(@\\]")


@dataclass(frozen=True, slots=True)
class CssUrl:
    """A URL and the token `[start, end)` that holds it: a whole bare `url(...)`, or a string with its quotes.

    `property` is the lower-case name of the declaration around it, or "".
    """

    start: int
    end: int
    value: str
    kind: Kind
    quote: Literal['"', "'", ""]
    value_start: int
    value_end: int
    property: str = ""


def find_urls(text: str) -> tuple[CssUrl, ...]:
    """Every URL that `text` mentions, in order, whether or not anything would load it."""
    if _WORTH_READING.search(text) is None:
        return ()
    return tuple(_read(text))


def write_url(css_url: CssUrl, new: str) -> str:
    """The source that, in place of the token, reads as `new`; safe inside `<style>` too."""
    escaped = _UNSAFE.sub(lambda match: _escape(match.group(), css_url.quote), new)
    return f"{css_url.quote}{escaped}{css_url.quote}" if css_url.quote else f"url({escaped})"


def _escape(character: str, quote: str) -> str:
    if quote and character in " ()\"'" and character != quote:
        return character
    return f"\\{character}" if character in "\"'()\\" else f"\\{ord(character):x} "


def _read(text: str) -> Iterator[CssUrl]:
    """The tokens with the little state that gives strings their meaning."""
    open_blocks: list[tuple[str, str]] = []  # the closing sign waited for, the function's name
    rule: Kind | None = None  # of an at-rule whose URL is still to come
    declared = ""
    last_ident = ""
    called = False  # the token before was a function's name and bracket
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        assert token is not None  # the last alternative takes any character
        position = token.end()
        if token["space"] or token["comment"] or token["cdo"]:
            continue
        first, called = called, False
        if (string := token["string"]) is not None:
            call = open_blocks[-1][1] if open_blocks else ""
            kind = (rule if not call or call in _FIRST else None) or _CALLS.get(call)
            closed = token["end1"] is not None or token["end2"] is not None
            if kind is not None and closed and (first or call not in _FIRST):
                yield _quoted(text, token, string, kind, declared)
            rule = None
        elif token["call"]:
            name = _unescape(token["ident"]).lower()
            if name == "url" and not _URL_OPEN.match(text, position)["quote"]:  # type: ignore[index]  # it matches anywhere
                found, position = _bare(text, token.start(), position, rule or "url", declared)
                if found is not None:
                    yield found
                rule = None
            else:
                open_blocks.append((")", name))
                rule = rule if name in _FIRST else None
                called = True
        elif token["ident"]:
            last_ident = token["ident"]
            rule = None
            continue
        elif token["at"]:
            rule = _RULES.get(_unescape(token["at"][1:]).lower())
        elif (sign := token["sign"]) is not None:
            rule = None
            if sign in _CLOSERS:
                open_blocks.append((_CLOSERS[sign], ""))
            elif open_blocks and open_blocks[-1][0] == sign:
                open_blocks.pop()
            inside = bool(open_blocks) and open_blocks[-1][0] != "}"
            if sign == ":" and last_ident and not declared and not inside:
                declared = _unescape(last_ident).lower()
            elif sign in "{};" and not inside:
                declared = ""
        last_ident = ""


def _quoted(text: str, token: re.Match[str], string: str, kind: Kind, declared: str) -> CssUrl:
    quote: Literal['"', "'"] = '"' if string[0] == '"' else "'"
    start, end = token.span()
    value_end = end - 1 if (token["end1"] or token["end2"]) else end
    return CssUrl(start, end, _unescape(text[start + 1 : value_end]), kind, quote, start + 1, value_end, declared)


def _bare(text: str, start: int, opened: int, kind: Kind, declared: str) -> tuple[CssUrl | None, int]:
    """The url token whose "(" ends at `opened`, and where to read on; None for a bad url."""
    space = _URL_OPEN.match(text, opened)
    value_start = opened if space is None else space.end()
    body = _URL_BODY.match(text, value_start)
    if body is None:
        bad = _BAD_URL.match(text, value_start)
        return None, len(text) if bad is None else bad.end()
    value = _unescape(body["body"])
    return CssUrl(start, body.end(), value, kind, "", value_start, body.end("body"), declared), body.end()


def _unescape(source: str) -> str:
    """What a name, string or url reads as (4.3.7, and 3.3 for line ends and NUL)."""
    if "\\" not in source and "\r" not in source and "\f" not in source and "\x00" not in source:
        return source
    return _UNESCAPE.sub(_meaning, source)


def _meaning(match: re.Match[str]) -> str:
    digits, line_end, character = match.groups()
    if digits is not None:
        number = int(digits, 16)
        if number == 0 or number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
            return "\N{REPLACEMENT CHARACTER}"
        return chr(number)
    if line_end is not None:
        return ""
    if character is not None:
        return "\N{REPLACEMENT CHARACTER}" if character == "\x00" else character
    whole = match.group()
    return "\n" if whole and whole[0] in "\r\f" else "\N{REPLACEMENT CHARACTER}"
