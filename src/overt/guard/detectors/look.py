"""What a reference that loads on display would show: its size, what hides it, what stands for it, where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import turbohtml

from overt.guard.appearance import Appearance, is_empty
from overt.guard.case import Case
from overt.guard.finding import Evidence
from overt.guard.identifier import STATIC
from overt.message import Element

#: Loaded, but not shown by itself: it changes other things, waits, or makes a sound.
SHOWS_NOTHING: Final = frozenset(
    "link-stylesheet link-icon link-preload link-prefetch link-dns-prefetch link-preconnect link-manifest manifest"
    " script-src xml-src attribution-src css-import css-font css-loader xml-stylesheet audio-src bgsound-src track-src"
    " svg-script svg-filter-image object-code param-value meta-refresh".split()
)
#: The box around is what shows it.
BACKGROUNDS: Final = frozenset({"css-url", "css-image-set", "background"})
#: The element's own size is what it would show at.
_OWN_SIZE: Final = frozenset(
    "img-src img-srcset img-lowsrc img-dynsrc input-src source-srcset source-src video-src video-poster iframe-src"
    " frame-src layer-src portal-src embed-src object-data amp-src svg-image svg-use vml-src".split()
)
_DOT, _FEW, _LINE, _ICON = 1.5, 5.5, 3.5, 24.5  # pixels, half a pixel above for rounding


def look_at_look(case: Case) -> Iterator[Evidence]:
    """Size, hiding, emptiness, text in its place, position."""
    if not case.loads:
        return
    vector = case.reference.vector
    look = case.look
    if vector in SHOWS_NOTHING or (vector not in _OWN_SIZE and vector not in BACKGROUNDS and look is None):
        yield Evidence("shows-nothing", f"what is loaded by {vector} is not shown by itself")
    elif look is not None:
        background = vector in BACKGROUNDS
        size = _size(look, background=background)
        if size is not None:
            yield size
        if look.hidden and not (background and "indent" in look.hidden):
            yield _hidden(case, look, size)
        if background and (size is None or size.kind == "no-size") and not look.hidden:
            yield _box(case)
    if case.element is not None and vector in _OWN_SIZE:
        yield from _instead(case.element)
    if case.edge:
        yield Evidence("at-the-edge", "it is the first or the last thing that the message loads")


def _size(look: Appearance, *, background: bool) -> Evidence | None:
    width, height = look.width, look.height
    if width is None and height is None:
        return None if background else Evidence("no-size", "its size is said nowhere")
    shown = f"{_pixels(width)} x {_pixels(height)}"
    least = min(side for side in (width, height) if side is not None)
    most = max(least if width is None else width, least if height is None else height)
    if background and (width is None or height is None) and least > _LINE:
        return None  # half of a box's size says little of it
    if most <= _DOT:
        return Evidence("dot", f"it is shown at {shown} pixels")
    if most <= _FEW:
        return Evidence("few-pixels", f"it is shown at {shown} pixels")
    if least <= _LINE:
        return Evidence("line", f"it is shown at {shown} pixels, a line")
    if most <= _ICON:
        return Evidence("icon-size", f"it is shown at {shown} pixels")
    return None if background else Evidence("picture-size", f"it is shown at {shown} pixels")


def _pixels(side: float | None) -> str:
    return "?" if side is None else f"{side:g}"


def _hidden(case: Case, look: Appearance, size: Evidence | None) -> Evidence:
    small = size is not None and size.kind in ("dot", "few-pixels", "line", "icon-size")
    if "display" in look.hidden and not small and case.anatomy.extension in STATIC and case.anatomy.extension != "gif":
        return Evidence("hidden-picture", f"{look.hidden} hides it, as it does pictures for other screens")
    return Evidence("hidden", f"{look.hidden} hides it")


def _box(case: Case) -> Evidence:
    element = case.element
    if element is not None and element.tag != "style" and element.tag != "body" and is_empty(element):
        return Evidence("empty-box", f"it is the background of a <{element.tag}> with nothing in it")
    return Evidence("box", "it is a background behind something")


def _instead(element: Element) -> Iterator[Evidence]:
    alt = element.get("alt")
    text = alt.value.strip() if alt is not None else ""
    if len(text) > 1 and text.lower() not in ("pixel", "tracker", "tracking pixel", "open", "image", "img"):
        yield Evidence("alt-text", f"where it does not load {text[:40]!r} stands for it")
    if (
        element.node is not None
        and isinstance(element.node.parent, turbohtml.Element)
        and _in_link(element.node.parent)
    ):
        yield Evidence("in-link", "it is in a link")


def _in_link(node: turbohtml.Element, depth: int = 3) -> bool:
    parent = node.parent
    if node.tag == "a" and node.attr("href"):
        return True
    return depth > 0 and isinstance(parent, turbohtml.Element) and _in_link(parent, depth - 1)
