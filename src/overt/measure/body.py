"""Which text parts of a message its reader's program shows as the message. Knows structure and no content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overt.message import Message, Part


def find_bodies(message: Message) -> Iterator[Part]:
    """The text parts that a reader's program shows as the message: no attachments, nothing of embedded messages.

    Of a multipart/mixed or related what comes up to the first HTML counts (RFC 2046 section 5.1.3), of a related that
    names its root the root, of an alternative every child: each program picks one.
    """
    yield from _bodies(message.root)


def _bodies(part: Part) -> Iterator[Part]:
    if part.disposition == "attachment" or part.content_type.startswith("message/"):
        return
    if not part.parts:
        if part.content_type in ("text/html", "text/plain") and not part.filename:
            yield part
        return
    if part.content_type == "multipart/report":  # RFC 6522: for programs, not for readers
        return
    everyone = part.content_type == "multipart/alternative"
    for child in _root_first(part):
        found = list(_bodies(child))
        yield from found
        if not everyone and any(body.content_type == "text/html" for body in found):
            return


def _root_first(part: Part) -> Sequence[Part]:
    """The children; of a multipart/related that names its root (RFC 2387 section 3.2) that one alone."""
    start = part.params.get("start", "").strip().strip("<>") if part.content_type == "multipart/related" else ""
    if start:
        for child in part.parts:
            field = child.field("content-id")
            if field is not None and field.text.strip("<>") == start:
                return (child,)
    return part.parts
