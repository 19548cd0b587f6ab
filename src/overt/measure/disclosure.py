"""The line that says openly what a message measures: its words in several languages, as HTML and as plain text.

Wording and language are settings, the line's presence is not. Knows no message; where the line stands is decided where
it is put in.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape
from unicodedata import normalize

from overt.measure.mode import Mode
from overt.measure.plan import Disclosure, Language


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's words: for modes that count everybody together, for modes that point at one, and of the link."""

    together: str
    individual: str
    about: str


WORDINGS: dict[Language, Wording] = {
    Language.ENGLISH: Wording(
        together="How this message is used is counted, for all recipients together.",
        individual="As you agreed, the sender sees whether you open this message or follow its links.",
        about="What is recorded, and how to change it",
    ),
    Language.GERMAN: Wording(
        together="Wie diese Nachricht genutzt wird, wird gezählt, für alle Empfänger zusammen.",
        individual="Wie vereinbart sieht der Absender, ob Sie diese Nachricht öffnen oder ihren Links folgen.",
        about="Was aufgezeichnet wird und wie Sie es ändern",
    ),
    Language.FRENCH: Wording(
        together="L'usage de ce message est compté, pour tous les destinataires ensemble.",
        individual="Avec votre accord, l'expéditeur voit si vous ouvrez ce message ou suivez ses liens.",
        about="Ce qui est enregistré, et comment le changer",
    ),
}

# Own colours on an own ground, readable whatever stands around: #555 on #fff has a contrast of 7.5 (WCAG 1.4.6).
_STYLE = "margin:16px 0 0;padding:8px;background:#ffffff;color:#555555;font:12px/1.5 sans-serif;text-align:center"
WIDTH = 72  # RFC 3676 section 4.2 advises 78 at most, and a quoted answer needs room


def write_html(disclosure: Disclosure, mode: Mode, about: str) -> str:
    """The line as one element, in ASCII, so that every charset and transfer encoding can hold it."""
    sentence, link = _words(disclosure, mode)
    line = (
        f'<p data-overt="disclosure" lang="{disclosure.language}" style="{_STYLE}">{escape(sentence)} '
        f'<a href="{escape(about)}" data-overt="off" style="color:#555555">{escape(link)}</a></p>'
    )
    return line.encode("ascii", "xmlcharrefreplace").decode("ascii")


def write_text(disclosure: Disclosure, mode: Mode, about: str, newline: str) -> str:
    """The line as a paragraph of plain ASCII text, its URL alone on the last line."""
    sentence, link = _words(disclosure, mode)
    lines = textwrap.wrap(to_ascii(f"{sentence} {link}:"), WIDTH, break_long_words=False, break_on_hyphens=False)
    return newline + "".join(line + newline for line in lines) + about + newline


def _words(disclosure: Disclosure, mode: Mode) -> tuple[str, str]:
    table = WORDINGS[disclosure.language]
    sentence = table.individual if mode.names_sending else table.together
    return disclosure.sentence or sentence, disclosure.link_text or table.about


# Letters that are written out where a charset may lack them; other marks are left away.
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "’": "'"})


def to_ascii(text: str) -> str:
    """`text` in ASCII, for parts whose charset or transfer encoding may not hold its letters."""
    return normalize("NFKD", text.translate(_WRITTEN_OUT)).encode("ascii", "ignore").decode("ascii")
