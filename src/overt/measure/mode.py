"""How much one sending may tell, as an ordered scale; the strictest wins.

The scale and what each mode keeps stand in `docs/explanation/modes.md`. This module knows nothing of who decides.
"""

from __future__ import annotations

from enum import IntEnum

from overt.errors import Malformed


class Mode(IntEnum):
    """From telling nothing to telling every hit of one person; a smaller number is stricter."""

    OFF = 0
    SHARED = 1
    POOLED = 2
    HYGIENE = 3
    INDIVIDUAL = 4

    @property
    def word(self) -> str:
        """The mode's name as settings, header fields and JSON write it."""
        return self.name.lower()

    @property
    def names_sending(self) -> bool:
        """Whether URLs of this mode hold the number of one sending, and so need a permission."""
        return self >= Mode.HYGIENE


_WORDS = {mode.word: mode for mode in Mode}


def parse_mode(text: str) -> Mode:
    """The mode of that name, in any case; raises `Malformed` for another word."""
    try:
        return _WORDS[text.strip().lower()]
    except KeyError:
        raise Malformed(f'"{text}" is no mode; write one of {", ".join(_WORDS)}') from None


def modes_up_to(most: Mode, *, opens: bool) -> tuple[Mode, ...]:
    """The modes that sendings have where `most` is the most they may: without a grant it is less than `individual`.

    Links have neither pools nor one date.
    """
    own = (Mode.SHARED, Mode.POOLED, Mode.HYGIENE, Mode.INDIVIDUAL) if opens else (Mode.SHARED, Mode.INDIVIDUAL)
    return tuple(mode for mode in own if mode <= most) or (Mode.OFF,)


def strictest(*modes: Mode) -> Mode:
    """The least that any of `modes` allows; at least one is needed."""
    return min(modes)
