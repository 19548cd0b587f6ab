"""Takes out of a message what the findings name, by edits, and leaves everything else as it is.

Visible content and layout stay: what shows nothing goes, what shows something keeps its place, links lead where they
led. Parts that are signed or encrypted are never touched, and a text that cannot be written back stays; the record
in the message says so. It looks for nothing itself: what is wrong with a reference, `detect` has said.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Final, Literal

from overt.errors import Refused
from overt.guard.finding import Finding
from overt.guard.mark import own_fields, own_places, own_text
from overt.guard.original import attach_original
from overt.guard.parameter import strip_parameters
from overt.guard.policy import Action, Policy
from overt.guard.record import (
    Undo,
    digest_of,
    find_record,
    format_cleaned,
    format_undo,
    relative,
)
from overt.guard.redirect import unwrap
from overt.message import (
    VECTORS,
    Edit,
    Element,
    Html,
    Message,
    Part,
    Reference,
    Span,
    Text,
    TextEdit,
    apply_edits,
    invert_edits,
    is_web,
    parse_html,
    read_text,
    write_value,
)

#: One transparent pixel, in the message itself: a picture's place stays what it was.
NOTHING_TO_SEE: Final = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
NOTHING: Final = "data:,"  # RFC 2397: empty text, for everything that is no picture
#: Elements that are nothing but the reference: they go whole (WHATWG HTML 13.1.2, void elements, and old ones).
_VOID: Final = frozenset({"img", "image", "input", "bgsound", "embed", "link", "meta", "source", "track", "frame"})
#: Of those, the ones that show nothing in any case, so hiding them is taking them out.
_UNSEEN: Final = frozenset({"bgsound", "link", "meta"})
_PICTURES: Final = frozenset(
    {"img-src", "img-srcset", "source-srcset", "input-src", "background", "video-poster", "svg-image", "vml-src",
     "css-url", "css-image-set", "amp-src", "img-lowsrc"}
)  # fmt: skip
Keep = Literal["undo", "attach", "nothing"]
_MOST_HOPS: Final = 5  # a destination that is wrapped again; real mail has at most three
_NEAR: Final = 114  # characters: two lines of base64 (RFC 2045 section 6.8)
_UNSAFE: Final = re.compile("[\t\n\f\r \"'`<>]")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What cleaning does to a message. `taken` counts by class, `left` by reason what stays and why."""

    edits: tuple[Edit, ...]
    taken: Mapping[str, int]
    left: Mapping[str, int]


def clean(
    message: Message, findings: Sequence[Finding], policy: Policy, *, ruleset: str = "", keep: Keep = "undo"
) -> Cleaned:
    """The edits that clean `message` of its `findings`. No edits where there is nothing to do.

    `keep` says how the message remembers its original: by what was replaced, whole as an attachment, or not at all.
    """
    work = _Work(message, policy)
    work.take(findings)
    if not work.edits and (not work.left["sealed"] or find_record(message) is not None):
        return Cleaned((), {}, work.left)
    if message.root.fields:
        work.edits += _record(message, policy, work, ruleset, keep)
    return Cleaned(tuple(sorted(work.edits, key=lambda edit: (edit.span.start, edit.span.end))), work.taken, work.left)


def straighten(url: str) -> str | None:
    """Where a click on `url` leads, without the detour and without what identifies; None where that is unknown."""
    reached = url
    for _ in range(_MOST_HOPS):
        unwrapped = unwrap(reached)
        if unwrapped.known_only_to is not None and unwrapped.destination is None:
            return None if reached == url else reached
        straight, _ = strip_parameters(unwrapped.destination or reached)
        if straight == reached:
            break
        reached = straight
    return reached if reached != url and is_web(reached) else None


class _Work:
    """The edits so far, and what was done and left."""

    def __init__(self, message: Message, policy: Policy) -> None:
        self.message, self.policy = message, policy
        self.edits: list[Edit] = []
        self.taken: Counter[str] = Counter()
        self.left: Counter[str] = Counter()

    def take(self, findings: Iterable[Finding]) -> None:
        """Take out what the findings name, part by part, and overt's own marks with it."""
        by_part: dict[str, list[Finding]] = {}
        for finding in findings:
            by_part.setdefault(finding.reference.part, []).append(finding)
        for field in own_fields(self.message):
            self.edits.append(Edit(field.span, b"", "overt's own field"))
        for part in self.message.parts():
            found = by_part.get(part.path, [])
            self.left += Counter({"attached": sum(map(self._in_attachment, found))})
            found = [finding for finding in found if not finding.reference.inside]
            fields = [finding for finding in found if finding.reference.start < 0]
            if fields:
                self._fields(part, fields)
            if not part.parts:
                self._body(part, [finding for finding in found if finding.reference.start >= 0])

    def _fields(self, part: Part, found: Iterable[Finding]) -> None:
        spans: set[Span] = set()
        for finding in found:
            if self.policy.action(finding.kind, finding.reference.fetch) not in (Action.OUT, Action.HIDE):
                continue
            if part.sealed and part.path:  # the message's own header is outside of what S/MIME and PGP sign
                self.left["sealed"] += 1
                continue
            span = next(f.span for f in part.fields if f.span.start <= finding.reference.span.start < f.span.end)
            self.taken[finding.kind] += 1
            if span not in spans:
                spans.add(span)
                self.edits.append(Edit(span, b"", f"{finding.kind}: {finding.because}"))

    def _in_attachment(self, finding: Finding) -> bool:
        """Whether it stays though the policy means it: it stands in a document, or loads once an attachment is open."""
        reference = finding.reference
        later = VECTORS[reference.vector].fetch if reference.fetch == "click" else reference.fetch
        meant = self.policy.action(finding.kind, later) is not Action.KEEP
        return meant and bool(reference.inside or self.policy.action(finding.kind, reference.fetch) is Action.KEEP)

    def _body(self, part: Part, found: Sequence[Finding]) -> None:
        actions = [(self.policy.action(item.kind, item.reference.fetch), item) for item in found]
        shown = [item.reference.start for action, item in actions if action is Action.KEEP and _loads(item.reference)]
        actions = [(action, item) for action, item in actions if action is not Action.KEEP]
        if part.sealed:
            self.left["sealed"] += len(actions)
            return
        marked = part.content_type in ("text/html", "text/plain")
        if not actions and not marked:
            return
        text = read_text(self.message, part)
        filled = part.encoding == "base64"
        markup = any(item.reference.element or item.reference.vector.startswith(("html", "css")) for _, item in actions)
        changes: list[TextEdit]
        if part.content_type == "text/html" or markup:
            html = parse_html(text.text)
            changes, taken = _in_html(html, actions, shown, self)
            for start, end in own_places(html, filled=filled):
                changes = [change for change in changes if not start <= change.start < end]
                changes.append(TextEdit(start, end, "", "overt's own line", slack=True))
        else:
            changes, taken = _in_text(actions, self)
            own = own_text(self.message, text.text, filled=filled) if marked else None
            if own is not None:
                changes = [change for change in changes if change.start < own[0]]
                changes.append(TextEdit(*own, "", "overt's own line"))
        self._write(text, changes, taken)

    def _write(self, text: Text, changes: Sequence[TextEdit], taken: Counter[str]) -> None:
        if not changes:
            return
        changes = _slack_at_the_end(changes, len(text.text))
        # Broken bytes around an element must not save it: where it cannot go without joining them, a space stays.
        for attempt in (changes, [replace(change, new=change.new or " ") for change in changes]):
            try:
                self.edits.extend(text.edits(attempt))
            except Refused:
                continue
            self.taken.update(taken)
            return
        self.left["unwritable"] += sum(taken.values())  # the whole part stays as it was


def _in_html(
    html: Html, actions: Sequence[tuple[Action, Finding]], shown: Sequence[int], work: _Work
) -> tuple[list[TextEdit], Counter[str]]:
    """`shown` are the places of references that stay: an element with one of them stays too."""
    elements = list(html.elements()) if actions else []
    starts = [element.start for element in elements]
    keeping = {starts[at] for place in shown if (at := bisect_right(starts, place) - 1) >= 0}
    gone: dict[int, Element] = {}
    changes: dict[tuple[int, int], TextEdit] = {}
    taken: Counter[str] = Counter()
    for action, finding in actions:
        reference = finding.reference
        element = _element_of(reference, elements, starts)
        why = f"{finding.kind}: {finding.because}"
        if action is Action.STRAIGHTEN:
            straight = straighten(reference.url)
            if straight is None or (reference.element and element is None):
                work.left["destination-unknown" if straight is None else "nested"] += 1
                continue
            start, end, new = _written(reference, element, straight)
            changes[start, end] = TextEdit(start, end, new, why, slack=element is not None)
        elif _goes_whole(element, action) and element is not None and element.start not in keeping:
            gone[element.start] = element
        else:
            new = _stand_in(reference, work.policy.proxy if action is Action.HIDE else None)
            start, end, new = reference.start, reference.end, _escaped(new)
            changes[start, end] = TextEdit(start, end, new, why)
        taken[finding.kind] += 1
    kept = [
        change
        for change in changes.values()
        if not any(element.start <= change.start < element.end for element in gone.values())
    ]
    removals = [TextEdit(e.start, e.end, "", f"{e.tag} that only reports", slack=True) for e in gone.values()]
    return [*kept, *removals], taken


def _slack_at_the_end(changes: Sequence[TextEdit], size: int) -> list[TextEdit]:
    """Of changes side by side only the last may leave a space: together they often need none, as when undoing.

    Near the end of the text none is needed at all: what is behind is encoded again.
    """
    ordered = sorted(changes, key=lambda change: (change.start, change.end))
    behind = [*(change.start for change in ordered[1:]), size]
    return [
        replace(change, slack=change.slack and after - change.end > _NEAR)
        for change, after in zip(ordered, behind, strict=True)
    ]


def _goes_whole(element: Element | None, action: Action) -> bool:
    return element is not None and element.tag in _VOID and (action is Action.OUT or element.tag in _UNSEEN)


def _loads(reference: Reference) -> bool:
    return reference.fetch == "display"


def _in_text(actions: Sequence[tuple[Action, Finding]], work: _Work) -> tuple[list[TextEdit], Counter[str]]:
    changes: list[TextEdit] = []
    taken: Counter[str] = Counter()
    for action, finding in actions:
        reference = finding.reference
        straight = straighten(reference.url) if action is Action.STRAIGHTEN else None
        if straight is None:
            work.left["destination-unknown" if action is Action.STRAIGHTEN else "plain-text"] += 1
            continue
        taken[finding.kind] += 1
        changes.append(TextEdit(reference.start, reference.end, straight, f"{finding.kind}: {finding.because}"))
    return changes, taken


def _element_of(reference: Reference, elements: Sequence[Element], starts: Sequence[int]) -> Element | None:
    """The element whose start tag holds the reference; None for style sheets, text and documents within attributes."""
    at = bisect_right(starts, reference.start) - 1
    if at < 0 or not reference.attribute:
        return None
    element = elements[at]
    same = element.tag == reference.element and reference.start < element.end
    return element if same else None


def _written(reference: Reference, element: Element | None, url: str) -> tuple[int, int, str]:
    """Where a link's URL is replaced, and by what source."""
    attribute = element.get(reference.attribute) if element is not None else None
    if attribute is None:
        return reference.start, reference.end, escape(url)
    if attribute.value.strip() == reference.raw.strip():
        return attribute.value_start, attribute.value_end, write_value(attribute, url)
    return reference.start, reference.end, _escaped(url)


def _stand_in(reference: Reference, proxy: Callable[[str], str] | None) -> str:
    if reference.vector in _PICTURES:
        return proxy(reference.url) if proxy is not None and is_web(reference.url) else NOTHING_TO_SEE
    return NOTHING


def _escaped(url: str) -> str:
    """The URL so that it can stand in any attribute, quoted or not, and in `url()`."""
    return _UNSAFE.sub(lambda match: f"%{ord(match[0]):02X}", url).replace("&", "&amp;")


def _record(message: Message, policy: Policy, work: _Work, ruleset: str, keep: Keep) -> list[Edit]:
    raw, start = message.raw, message.root.fields[0].span.start  # behind the line that an mbox puts above
    newline = "\r\n" if b"\r\n" in raw[: message.root.header.end + 2] else "\n"
    said = format_cleaned(policy.name, ruleset, work.taken, work.left, newline)
    if keep == "undo":
        cleaned = apply_edits(raw, work.edits)[start:]
        inverse = relative(invert_edits(raw, work.edits), start)
        said += format_undo(Undo(digest_of(cleaned), digest_of(raw[start:]), inverse), newline)
    attached = attach_original(message, newline) if keep == "attach" else ()
    return [Edit(Span(start, start), said.encode("ascii"), "say what was taken out"), *attached]
