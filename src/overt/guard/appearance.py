"""What a reference would show: its size as declared and computed, and whether anything hides it.

One `Page` a document. It asks the style sheet's cascade only about elements that some rule could hide or shrink, and
only about so many, so that a page made to be slow is not. It renders nothing: an image that hides behind a false size
is for other evidence to find.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Final

import turbohtml
from turbohtml.cssom import computed_style

from overt.message import Element, Html

#: Elements asked for their computed style, of one document: newsletters ask for some tens, at 30 microseconds each.
_MOST_ASKED: Final = 1000
#: Rules times elements that the cascade may match: a second's work or so.
_MOST_MATCHED: Final = 400_000
_MOST_SELECTORS: Final = 200
_LONGEST_SHEET: Final = 300_000  # characters; Gmail reads 8,192, the longest in real mail have about 100,000
_LONGEST_STYLE: Final = 4000  # characters of a style attribute
_LONGEST_SELECTOR: Final = 1000  # characters
_LONGEST_RULE: Final = 2000  # characters from its selector to a URL in it
_OPEN_RULE: Final = re.compile(r"(?:\A|[{};>])\s*+([^{};@<>]*[^{};@<>\s])\s*\{([^{}]*)\Z")
_MOST_WRAPPED: Final = 20  # nodes in an element that is called empty
_WRAPPERS: Final = frozenset({"br", "p", "span", "div", "font", "center", "b", "i", "tbody", "tr", "td"})
_BLANKS: Final = "\u200b\u200c\u200d\u00a0\u00ad\u034f\ufeff \t\r\n\f"
_NO_STYLE: Final[Mapping[str, str]] = MappingProxyType({})
#: What the cascade is asked for.
_COMPUTED: Final = (
    "display", "visibility", "opacity", "position", "left", "top", "right", "bottom", "margin-left", "margin-top",
    "width", "height", "max-width", "max-height", "overflow-x", "overflow-y", "text-indent",
)  # fmt: skip

_DECLARATION: Final = re.compile(r"([a-zA-Z-]+)\s*:\s*([^;{}]*)")
_BRACE: Final = re.compile(r"[{};]")
_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_LENGTH: Final = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*([a-z%]*)", re.IGNORECASE)
_PIXELS: Final = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0,
                  "in": 96.0, "cm": 37.8, "mm": 3.78, "vw": 6.0, "vh": 6.0}  # fmt: skip
#: Declarations that can hide or shrink: what makes a style worth reading.
_TELLING: Final = re.compile(
    r"none|hidden|collapse|opacity|absolute|fixed|clip|(?:width|height|size|scale|indent|left|top|transform)[^;:]*:",
    re.IGNORECASE,
)
#: A media query under which a style sheet speaks to every screen.
_EVERY_SCREEN: Final = re.compile(r"@media\s+(?:only\s+)?(?:screen|all)\s*", re.IGNORECASE)
_ZERO_SCALE: Final = re.compile(r"scale(?:3d)?\(\s*0?\.?0*[0-9]?\s*[,)]", re.IGNORECASE)
_CLIPPED: Final = re.compile(r"rect\(\s*0(?:px)?[\s,]+0(?:px)?[\s,]+0(?:px)?[\s,]+0(?:px)?\s*\)|inset\(\s*(?:50|100)%")
_FAR: Final = 300.0  # pixels outside of its place: nobody moves a visible thing so far


@dataclass(frozen=True, slots=True)
class Appearance:
    """`width` and `height` in CSS pixels, None where nobody says; `hidden` says what hides it, or ""."""

    width: float | None = None
    height: float | None = None
    hidden: str = ""


def parse_length(text: str) -> float | None:
    """A length in CSS pixels, as attributes and styles write it; None for none, for `auto` and for shares of it all."""
    match = _LENGTH.match(text)
    if match is None:
        return None
    number, unit = float(match[1]), match[2].lower()
    if unit == "%":
        return 0.0 if number <= 1 else None
    factor = _PIXELS.get(unit)
    return None if factor is None else max(0.0, number * factor)


@lru_cache(maxsize=1024)
def parse_style(text: str) -> Mapping[str, str]:
    """The declarations of a style attribute, the last one of each name, `!important` ones before others."""
    found: dict[str, str] = {}
    strong: set[str] = set()
    for match in _DECLARATION.finditer(_COMMENT.sub(" ", text[:_LONGEST_STYLE])):
        name, value = match[1].lower(), match[2].strip().lower()
        important = "!" in value
        if important:
            value = value.partition("!")[0].strip()
            strong.add(name)
        if important or name not in strong:
            found[name] = value
    return found


def hides(style: Mapping[str, str]) -> str:
    """Which declaration of an element's style keeps everything in it from being seen; "" for none."""
    get = style.get
    if get("display") == "none":
        return "display:none"
    if get("visibility") in ("hidden", "collapse"):
        return f"visibility:{style['visibility']}"
    opacity = _LENGTH.match(get("opacity", ""))
    if opacity is not None and float(opacity[1]) * (0.01 if opacity[2] == "%" else 1) < 0.05:
        return f"opacity:{style['opacity']}"
    if get("mso-hide") == "all" and get("max-height") in ("0", "0px"):
        return "mso-hide:all"
    if _ZERO_SCALE.search(get("transform", "")):
        return "transform:scale(0)"
    if get("position") in ("absolute", "fixed"):
        if _CLIPPED.search(get("clip", "")) or _CLIPPED.search(get("clip-path", "")):
            return "clipped to nothing"
        for side in ("left", "top", "right", "bottom", "margin-left", "margin-top"):
            length = _LENGTH.match(get(side, ""))
            if length is not None and float(length[1]) * _PIXELS.get(length[2].lower(), 0) <= -_FAR:
                return f"{side}:{style[side]}"
    indent = _LENGTH.match(get("text-indent", ""))
    if indent is not None and float(indent[1]) <= -_FAR:
        return f"text-indent:{style['text-indent']}"
    if get("overflow", get("overflow-y", "visible")) in ("hidden", "clip"):
        for name in ("max-height", "height", "max-width", "width"):
            length_px = parse_length(get(name, "auto"))
            if length_px is not None and length_px < 1:
                return f"{name}:{style[name]} with overflow:hidden"
    return ""


class Page:
    """One HTML document, asked what its elements show."""

    def __init__(self, html: Html) -> None:
        self._html = html
        self._hidden: dict[turbohtml.Element, str] = {}

    def appearance(self, element: Element) -> Appearance:
        """Of an element whose own content the reference is: an image, a frame, a box with a background."""
        attribute = element.get("style")
        style = _inline(attribute.value if attribute is not None else None)
        node = element.node
        if node is not None and self._styled:
            style = {**style, **self._styled.get(node, {})}
        hidden = hides(style) or ("the attribute hidden" if "hidden" in element.names else "")
        if not hidden and node is not None and node.parent is not None:
            hidden = self.hidden_by(node.parent)
        return Appearance(_size("width", element, style), _size("height", element, style), hidden)

    def hidden_by(self, node: turbohtml.Node | None) -> str:
        """What hides `node` and all in it, itself or an ancestor of it; "" for nothing."""
        chain: list[turbohtml.Element] = []
        found = ""
        while isinstance(node, turbohtml.Element):
            known = self._hidden.get(node)
            if known is not None:
                found = known
                break
            chain.append(node)
            node = node.parent
        for element in reversed(chain):
            if not found:
                style = _inline(element.attr("style"))
                if self._styled:
                    style = {**style, **self._styled.get(element, {})}
                found = hides(style) if style else ""
                if not found and element.attr("hidden") is not None:
                    found = "the attribute hidden"
            self._hidden[element] = found
        return found

    def ruled(self, offset: int) -> Appearance | None:
        """Of the first element that is meant by the style sheet's rule around `offset`; None where there is none."""
        opened = _OPEN_RULE.search(self._html.text, max(0, offset - _LONGEST_RULE), offset)
        if opened is None:
            return None
        try:
            node = self._html.tree.select_one(opened[1].strip()[:_LONGEST_SELECTOR])
        except ValueError:
            return None
        if node is None:
            return None
        style = {**parse_style(opened[2]), **_inline(node.attr("style")), **self._styled.get(node, {})}
        sides = (_side("width", node.attr("width"), style), _side("height", node.attr("height"), style))
        return Appearance(*sides, hides(style) or self.hidden_by(node))

    @cached_property
    def _styled(self) -> dict[turbohtml.Element, dict[str, str]]:
        """What style sheets say of the elements that they could hide or shrink, where it counts."""
        found: dict[turbohtml.Element, dict[str, str]] = {}
        if not self._sheet:
            return found
        most = min(_MOST_ASKED, _MOST_MATCHED // (1 + self._sheet.count("{")))
        for selector, text, always in self._rules():
            try:
                nodes = self._html.tree.select(selector[:_LONGEST_SELECTOR])
            except ValueError:
                continue
            declared = parse_style(text)
            for node in nodes:
                style = found.get(node)
                if style is None:
                    if len(found) >= most:
                        return found
                    computed = computed_style(node)
                    style = found[node] = {name: value for name in _COMPUTED if (value := computed[name]) != "auto"}
                # The cascade knows no clipping and no transforms, and leaves out what stands in @media.
                style.update(declared if not always else {k: v for k, v in declared.items() if k not in _COMPUTED})
        return found

    @cached_property
    def _sheet(self) -> str:
        text = "\n".join(self._html.text[start:end] for start, end in self._html.styles)[:_LONGEST_SHEET]
        return _COMMENT.sub(" ", text)

    def _rules(self) -> Iterator[tuple[str, str, bool]]:
        """Rules that hold on every screen and could hide or shrink: selector, declarations, whether outside @media."""
        sheet = self._sheet
        count, begun = 0, 0
        opened: list[tuple[str, int, bool]] = []  # prelude, where its block begins, whether it counts
        for match in _BRACE.finditer(sheet):
            at = match.start()
            if sheet[at] == "{":
                prelude = sheet[begun:at].strip()
                counts = not opened or opened[-1][2]
                if prelude.startswith("@"):
                    counts = counts and _EVERY_SCREEN.fullmatch(f"{prelude} ") is not None
                opened.append((prelude, at + 1, counts))
            elif sheet[at] == "}" and opened:
                prelude, start, counts = opened.pop()
                declared = sheet[start:at]
                if counts and prelude and prelude[0] != "@" and _TELLING.search(declared) and count < _MOST_SELECTORS:
                    count += 1
                    yield prelude, declared, not opened
            begun = at + 1


def is_empty(element: Element) -> bool:
    """Whether an element holds neither text nor anything else that shows."""
    if element.node is None:
        return False
    for position, child in enumerate(element.node.descendants):
        if isinstance(child, turbohtml.Element):
            if position > _MOST_WRAPPED or child.tag not in _WRAPPERS:
                return False
        elif isinstance(child, turbohtml.Text) and child.data.strip(_BLANKS):
            return False
    return True


def _inline(text: str | None) -> Mapping[str, str]:
    return parse_style(text) if text is not None and _TELLING.search(text) else _NO_STYLE


def _size(name: str, element: Element, style: Mapping[str, str]) -> float | None:
    attribute = element.get(name)
    return _side(name, None if attribute is None else attribute.value, style)


def _side(name: str, attribute: str | None, style: Mapping[str, str]) -> float | None:
    said = [style[key] for key in (name, f"max-{name}") if style.get(key, "auto") not in ("auto", "none")]
    lengths = [length for length in map(parse_length, said) if length is not None]
    if lengths:
        return min(lengths)
    return None if attribute is None or name in style else parse_length(attribute)
