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
class Words:
    """One sentence for messages that measure opens and links, one for opens alone, one for links alone."""

    both: str
    opens: str
    links: str


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's words: for modes that count everybody together, for modes that point at one, and of the link."""

    together: Words
    individual: Words
    about: str


WORDINGS: dict[Language, Wording] = {
    Language.ENGLISH: Wording(
        together=Words(
            "How this message is used is counted, for all recipients together.",
            "How often this message is shown is counted, for all recipients together.",
            "How often links in this message are followed is counted, for all recipients together.",
        ),
        individual=Words(
            "As you agreed, the sender sees whether you open this message or follow its links.",
            "As you agreed, the sender sees whether you open this message.",
            "As you agreed, the sender sees whether you follow links in this message.",
        ),
        about="What is recorded, and how to change it",
    ),
    Language.GERMAN: Wording(
        together=Words(
            "Wie diese Nachricht genutzt wird, wird gezählt, für alle Empfänger zusammen.",
            "Wie oft diese Nachricht angezeigt wird, wird gezählt, für alle Empfänger zusammen.",
            "Wie oft Links in dieser Nachricht gefolgt wird, wird gezählt, für alle Empfänger zusammen.",
        ),
        individual=Words(
            "Wie vereinbart sieht der Absender, ob Sie diese Nachricht öffnen oder ihren Links folgen.",
            "Wie vereinbart sieht der Absender, ob Sie diese Nachricht öffnen.",
            "Wie vereinbart sieht der Absender, ob Sie Links in dieser Nachricht folgen.",
        ),
        about="Was aufgezeichnet wird und wie Sie es ändern",
    ),
    Language.FRENCH: Wording(
        together=Words(
            "L'usage de ce message est compté, pour tous les destinataires ensemble.",
            "Le nombre d'affichages de ce message est compté, pour tous les destinataires ensemble.",
            "Le nombre de clics sur les liens de ce message est compté, pour tous les destinataires ensemble.",
        ),
        individual=Words(
            "Avec votre accord, l'expéditeur voit si vous ouvrez ce message ou suivez ses liens.",
            "Avec votre accord, l'expéditeur voit si vous ouvrez ce message.",
            "Avec votre accord, l'expéditeur voit si vous suivez des liens de ce message.",
        ),
        about="Ce qui est enregistré, et comment le changer",
    ),
}

# Own colours on an own ground, readable whatever stands around: #555 on #fff has a contrast of 7.5 (WCAG 1.4.6).
_STYLE = "margin:16px 0 0;padding:8px;background:#ffffff;color:#555555;font:12px/1.5 sans-serif;text-align:center"
WIDTH = 72  # RFC 3676 section 4.2 advises 78 at most, and a quoted answer needs room


def write_html(disclosure: Disclosure, opens: Mode, links: Mode, about: str) -> str:
    """The line as one element, in ASCII, so that every charset and transfer encoding can hold it.

    `opens` and `links` are what this message does measure.
    """
    sentence, link = _words(disclosure, opens, links)
    line = (
        f'<p data-overt="disclosure" lang="{disclosure.language}" style="{_STYLE}">{escape(sentence)} '
        f'<a href="{escape(about)}" data-overt="off" style="color:#555555">{escape(link)}</a></p>'
    )
    return line.encode("ascii", "xmlcharrefreplace").decode("ascii")


def write_text(disclosure: Disclosure, opens: Mode, links: Mode, about: str, newline: str) -> str:
    """The line as a paragraph of plain ASCII text, its URL alone on the last line."""
    sentence, link = _words(disclosure, opens, links)
    lines = textwrap.wrap(to_ascii(f"{sentence} {link}:"), WIDTH, break_long_words=False, break_on_hyphens=False)
    return newline + "".join(line + newline for line in lines) + about + newline


def _words(disclosure: Disclosure, opens: Mode, links: Mode) -> tuple[str, str]:
    table = WORDINGS[disclosure.language]
    return disclosure.sentence or _sentence(table, opens, links), disclosure.link_text or table.about


def _sentence(table: Wording, opens: Mode, links: Mode) -> str:
    """Who sees what; two sentences where one is seen of each person and the other of all together."""
    if opens is Mode.OFF or links is Mode.OFF:
        words = table.individual if max(opens, links).names_sending else table.together
        return words.links if opens is Mode.OFF else words.opens
    if opens.names_sending is links.names_sending:
        return (table.individual if opens.names_sending else table.together).both
    if opens.names_sending:
        return f"{table.individual.opens} {table.together.links}"
    return f"{table.individual.links} {table.together.opens}"


# Letters that are written out where a charset may lack them; other marks are left away.
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "’": "'"})


def to_ascii(text: str) -> str:
    """`text` in ASCII, for parts whose charset or transfer encoding may not hold its letters."""
    return normalize("NFKD", text.translate(_WRITTEN_OUT)).encode("ascii", "ignore").decode("ascii")
