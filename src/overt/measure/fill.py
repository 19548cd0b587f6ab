"""Places in a message and what fills them: the part of instrumenting that is done again for each recipient.

Knows places, not what a token says. A value is ASCII without white space. For many recipients of one body, `Template`
makes the bytes once with two stand-ins of the values' length; where the two differ is where values go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from overt.message import Edit, Text, TextEdit

LINE = -1  # the `link` of a place that holds only words of ours
BEACON = 0
_RUN = re.compile(rb"[^\0]+")


@dataclass(frozen=True, slots=True)
class Slot:
    """Characters [start, end) become `before`, the value, `after`. `link` numbers the destination from 1.

    `breaks` is where white space before `start` could be a line end too, or -1.
    """

    start: int
    end: int
    before: str
    after: str
    link: int
    because: str
    breaks: int = -1


@dataclass(frozen=True, slots=True)
class Filling:
    """The places of one part, in order. `html` text has room for a space behind each of them."""

    text: Text
    slots: tuple[Slot, ...]
    html: bool

    def edits(self, values: Sequence[str]) -> tuple[Edit, ...]:
        """The edits that put `values`, one for each slot, into the places. Raises `Refused` where one cannot be."""
        return self.text.edits(
            [
                TextEdit(
                    slot.start,
                    slot.end,
                    slot.before + value + slot.after,
                    slot.because,
                    slack=self.html or slot.link == LINE,
                )
                for slot, value in zip(self.slots, values, strict=True)
            ]
        )


@dataclass(frozen=True, slots=True)
class Template:
    """Bytes with holes: `pieces` alternate with holes, each a value's number and the characters of it that go there.

    One value may be broken over two lines of quoted-printable, so it may have two holes.
    """

    pieces: tuple[bytes, ...]
    holes: tuple[tuple[int, int, int], ...]

    def fill(self, values: Sequence[bytes]) -> bytes | None:
        """The bytes with `values`, each as long as the stand-in it replaces.

        None where a value would begin a line with a hyphen: a line that could be taken for a boundary is encoded in
        another way, so these bytes have to be made without a template.
        """
        out = [self.pieces[0]]
        for (number, start, end), piece in zip(self.holes, self.pieces[1:], strict=True):
            value = values[number][start:end]
            if value[:1] == b"-" and out[-1][-1:] in b"\r\n":
                return None
            out += (value, piece)
        return b"".join(out)


def find_template(lengths: Sequence[int], make: Callable[[Sequence[str]], bytes]) -> Template | None:
    """The template behind `make`, or None where values do not stand in its bytes as they are (base64)."""
    first, second = (make([letter * length for length in lengths]) for letter in "AB")
    if len(first) != len(second):
        return None
    differing = (int.from_bytes(first) ^ int.from_bytes(second)).to_bytes(len(first))
    pieces, holes = list[bytes](), list[tuple[int, int, int]]()
    number, done, position = 0, 0, 0
    for run in _RUN.finditer(differing):
        start = run.start()
        while start < run.end():
            while number < len(lengths) and done == lengths[number]:
                number, done = number + 1, 0
            if number == len(lengths):
                return None
            size = min(run.end() - start, lengths[number] - done)
            pieces.append(first[position:start])
            holes.append((number, done, done + size))
            start += size
            done += size
            position = start
    template = Template((*pieces, first[position:]), tuple(holes))
    trial = [("abcdefghijklmnopqrstuvwxyz-_0123456789" * 2)[:length] for length in lengths]
    return template if template.fill([value.encode() for value in trial]) == make(trial) else None
