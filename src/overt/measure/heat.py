"""Clicks drawn over the message: each link with its share, in a copy that does nothing and asks for nothing.

The copy is the sender's own HTML with links taken off and marks put in. It is for looking at: a policy in it forbids
scripts, forms and everything that loads, and what a policy cannot forbid (a refresh, a preconnection, another base) is
cut out. Marks are matched by where a link leads, which is how clicks are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Final

from overt.errors import Malformed
from overt.measure.body import find_bodies
from overt.measure.exempt import find_destination
from overt.measure.few import FEWEST
from overt.measure.line import LinkLine
from overt.measure.locator import read_destination
from overt.measure.report import CampaignReport
from overt.message import Message, parse, parse_html, read_text
from overt.message.hypertext import find_base

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'"
STEPS: Final = 5
# A sequential scale of five (ColorBrewer YlOrRd, colorbrewer2.org), and ink that is read on each (WCAG 2.2, 1.4.3).
_COLOURS: Final = (
    ("#ffffb2", "#111"),
    ("#fecc5c", "#111"),
    ("#fd8d3c", "#111"),
    ("#f03b20", "#000"),
    ("#bd0026", "#fff"),
)
_STYLE: Final = "".join(
    f"[data-overt-heat='{step}']{{outline:3px solid {colour}!important;outline-offset:1px!important}}"
    f"[data-overt-mark='{step}']{{background:{colour}!important;color:{ink}!important}}"
    for step, (colour, ink) in enumerate(_COLOURS, start=1)
) + (
    "[data-overt-mark]{display:inline-block!important;font:bold 12px/1.4 sans-serif!important;padding:0 5px!important;"
    "margin:0 2px!important;border-radius:8px!important;white-space:nowrap!important;text-decoration:none!important}"
    "[data-overt-mark='0']{background:#ddd!important;color:#333!important}"
)
_DROPPED: Final = ("base", "link", "meta")
_LINKS: Final = ("a", "area")
_SPACE: Final = " \t\n\f\r"
_DOCTYPE: Final = re.compile(r"\s*<!doctype[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heat:
    """The drawing: `marked` links of the message were counted, `unmarked` were not; `clicks` by people in all."""

    html: str
    marked: int
    unmarked: int
    clicks: int

    @property
    def few(self) -> bool:
        """Whether it rests on so few clicks that shares tell little."""
        return self.clicks < FEWEST


def draw_heat(message: Message, links: Iterable[LinkLine]) -> Heat:
    """The HTML of the message with its clicks. Links may be as they were written or as the relay rewrote them.

    Raises `Malformed` where the message has no HTML.
    """
    part = next((body for body in find_bodies(message) if body.content_type == "text/html"), None)
    if part is None:
        raise Malformed("the message has no HTML to draw over")
    text = read_text(message, part).text
    html = parse_html(text)
    base = find_base(html)
    clicks: dict[str, int] = {}
    for line in links:
        clicks[line.destination] = clicks.get(line.destination, 0) + line.clicks.people
    total, most = sum(clicks.values()), max(clicks.values(), default=0)
    edits: list[tuple[int, int, str]] = []
    marked = unmarked = 0
    for element in html.elements((*_LINKS, *_DROPPED)):
        if element.conditional:
            continue
        if element.tag in _DROPPED:
            edits.append((element.start, element.end, ""))
            continue
        found = [one for name in ("href", "xlink:href") if (one := element.get(name)) is not None]
        if not found:
            continue
        destination = find_destination(found[0].value.strip(_SPACE), base)
        count = clicks.get(destination, clicks.get(read_target(destination)))
        step = 0 if not count else max(1, -(-STEPS * count // most))
        edits += [(one.start, one.end, f'data-overt-heat="{step}"' if one is found[0] else "") for one in found]
        if count is None:
            unmarked += 1
            continue
        marked += 1
        share = f"{count / total:.0%}" if total else "0%"
        if element.tag == "a":
            edits.append((element.end, element.end, f'<span data-overt-mark="{step}">{share} · {count:,}</span>'))
    return Heat(_finish(text, edits), marked, unmarked, total)


def read_target(written: str) -> str:
    """Where a link led before the relay rewrote it; itself, where it looks like none of the relay's."""
    path, _, query = written.partition("?")
    if "/c/" not in path:
        return written
    candidates = read_destination(query.encode("utf-8", "surrogatepass"))
    return candidates[0].decode("utf-8", "replace") if candidates else written


def read_letter(raw: bytes) -> Message:
    """A message, or a bare HTML file as one."""
    if raw.lstrip()[:1] == b"<":
        raw = b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + raw
    return parse(raw)


def links_of(report: CampaignReport) -> tuple[LinkLine, ...]:
    """All links of a campaign that were counted, of shared and of individual mail."""
    halves = (report.individual, report.shared)
    return tuple(line for half in halves if half is not None for line in half.links)


def say_heat(heat: Heat) -> str:
    """What there is to know about it, in a sentence or two."""
    told = f"{heat.marked} links of the message were counted, with {heat.clicks:,} clicks by people."
    if heat.few:
        told += " So few tell little."
    if heat.unmarked:
        told += f" {heat.unmarked} were not: exempt, not measured, or another message."
    return told


def _finish(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    at, pieces = 0, []
    for start, end, new in sorted(edits, key=lambda edit: (edit[0], edit[1])):
        if start < at:
            continue
        pieces += [text[at:start], new]
        at = end
    pieces.append(text[at:])
    whole = "".join(pieces)
    doctype = _DOCTYPE.match(whole)
    cut = doctype.end() if doctype else 0
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
        '<meta name="referrer" content="no-referrer"><meta http-equiv="x-dns-prefetch-control" content="off">'
        f"<style>{_STYLE}</style>"
    )
    return whole[:cut] + head + whole[cut:]
