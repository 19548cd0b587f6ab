"""A case for every reference of a message that a program may ask for: everything known of it, gathered once.

Each document is read once, each different URL is cut up, looked up and unwrapped once. What it means is for
`overt.guard.detect`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from overt.guard.appearance import Appearance, Page
from overt.guard.case import Case, Whole
from overt.guard.detectors.look import BACKGROUNDS
from overt.guard.finding import Leak
from overt.guard.identifier import read_anatomy
from overt.guard.leak import find_leaks
from overt.guard.leakindex import LeakIndex
from overt.guard.proof import proof_of
from overt.guard.redirect import unwrap
from overt.guard.redirector import NO_REDIRECTORS, redirectors
from overt.guard.rule import RuleSet
from overt.message import Element, Message, Reference, walk_leaves
from overt.message.vector import RECEIPTS

_WEB: Final = frozenset({"http", "https", "ftp", "ws", "wss", "file"})
_EDGE: Final = 1  # references at either end that count as the first or the last
#: Adblock's words for what is asked for on display; all else is an image.
_RESOURCES: Final = {"link-stylesheet": "stylesheet", "css-import": "stylesheet", "css-font": "font",
                     "script-src": "script", "iframe-src": "subdocument", "frame-src": "subdocument",
                     "video-src": "media", "audio-src": "media", "ping": "ping"}  # fmt: skip


def examine(message: Message, rules: RuleSet | None, leaks: LeakIndex | None) -> Iterator[Case | Reference]:
    """Case by case in the order of `walk(message)`; the bare reference where no program asks anybody over the network.

    `rules` None: no vendor is known, neither endpoint nor redirector. `leaks` None: no address is looked for.
    """
    references: list[Reference] = []
    holders: list[tuple[Element | None, Page | None]] = []
    for leaf in walk_leaves(message):
        page = Page(leaf.html) if leaf.html is not None else None
        references.extend(leaf.references)
        holders.extend((holder, page) for holder in leaf.holders)
    anatomies = {url: read_anatomy(url) for url in dict.fromkeys(reference.url for reference in references)}
    proofs = {} if leaks is None else {url: _proof(leaks, url) for url in anatomies}
    whole = Whole(message, references, [anatomies[reference.url] for reference in references])
    rows = NO_REDIRECTORS if rules is None else redirectors()
    edges = _edges(references)
    for at, (reference, (element, page)) in enumerate(zip(references, holders, strict=True)):
        anatomy = anatomies[reference.url]
        if reference.vector in RECEIPTS or reference.fetch == "never" or anatomy.scheme not in _WEB:
            yield reference
            continue
        loads = reference.fetch == "display"
        resource = _RESOURCES.get(reference.vector, "image") if loads else "document"
        yield Case(
            reference,
            anatomy,
            element,
            page,
            look=_look(reference, element, page) if loads else None,
            rule=None if rules is None else rules.match(reference.url, resource=resource, site=whole.site),
            way=None if loads else unwrap(reference.url, rows),
            leak=proofs.get(reference.url),
            edge=at in edges,
            whole=whole,
        )


def _proof(leaks: LeakIndex, url: str) -> Leak | None:
    """The best of a URL's leaks: a whole address before a local part, then the shortest way to it."""
    found = find_leaks(leaks, url)
    return min(found, key=lambda leak: (proof_of(leak) == "local", len(leak.chain)), default=None)


def _edges(references: list[Reference]) -> frozenset[int]:
    shown = [at for at, reference in enumerate(references) if reference.fetch == "display"]
    return frozenset((*shown[:_EDGE], *shown[-_EDGE:]))


def _look(reference: Reference, element: Element | None, page: Page | None) -> Appearance | None:
    """Of what shows it: the element that holds it, or the first one that its style sheet's rule means."""
    if element is None or page is None:
        return None
    if element.tag == "style" and reference.vector in BACKGROUNDS:
        return page.ruled(reference.start)
    return page.appearance(element)
