"""The pages as HTML: a template, a language and what is to be shown. Whatever came from a stranger is text.

No script, no cookie, nothing from elsewhere: the Content-Security-Policy allows the pages' own style and forms to their
own host. Knows no request and no ledger.
"""

from __future__ import annotations

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from importlib.resources import files
from typing import Final
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from overt.measure import Grant, Language, Purpose, Sending, modes_up_to
from overt.serve.pages.desk import Sender
from overt.serve.pages.words import Words, read_words
from overt.store import Entry, Known

MOST_ROWS: Final = 200  # messages on the page; the file has all
MOST_MOMENTS: Final = 20  # openings and clicks named for one message
STYLE: Final = (files("overt.serve.pages") / "templates" / "page.css").read_text(encoding="utf-8")
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_TEMPLATES: Final = Environment(
    loader=PackageLoader("overt.serve.pages", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One message as the page shows it; `seen` are the moments of what was recorded of it."""

    campaign: str
    at: str
    opens: str
    links: str
    seen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the ledger as the page shows it."""

    at: str
    what: str
    how: str


class Sheets:
    """The pages of one sender."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._prefix = urlsplit(sender.base_url).path.rstrip("/")

    def about(self, words: Words) -> str:
        """What is measured, and where to ask about oneself."""
        sender = self._sender
        kept = [
            ("opens", modes_up_to(sender.opens, opens=True)),
            ("links", modes_up_to(sender.links, opens=False)),
        ]
        return self._write("about", words, kept=kept, switch=f"{self._prefix}/you")

    def visit(self, words: Words, known: Known, here: str) -> str:
        """Everything about one recipient; `here` is the path that the page has."""
        seen: dict[Sending, list[str]] = defaultdict(list)
        for hit in known.hits:
            seen[hit.sending].append(_moment(datetime.fromtimestamp(hit.at_ms / 1000, UTC)))
        rows = [
            Row(sent.campaign, _moment(sent.at), sent.opens.word, sent.links.word, _some(seen[sent.sending]))
            for sent in known.messages[:MOST_ROWS]
        ]
        entries = [_line(words, entry) for entry in known.entries]
        more = len(known.messages) - len(rows)
        return self._write("visit", words, known=known, rows=rows, more=more, entries=entries, here=here, switch=here)

    def confirm(self, words: Words, asked: tuple[Purpose, ...], here: str) -> str:
        """What a mail asked for, and a button to grant it."""
        return self._write("confirm", words, asked=asked, here=here)

    def plain(self, name: str, words: Words, here: str = "") -> str:
        """A page that says one thing: asked, saved, leave, left, lost or later."""
        return self._write(name, words, here=here)

    def _write(self, name: str, words: Words, **values: object) -> str:
        template = f"{name}.html" if f"{name}.html" in _TEMPLATES.list_templates() else "base.html"
        sender = self._sender
        shown = {
            "name": name,
            "words": words,
            "say": partial(_say, words),
            "style": Markup(STYLE),  # noqa: S704 our own file
            "languages": [read_words(language) for language in Language],
            "sender": sender,
            "contact": sender.contact or sender.address or sender.name,
            "prefix": self._prefix,
            "switch": "",
        }
        return _TEMPLATES.get_template(template).render(shown | values)


def _say(words: Words, name: str, **values: object) -> str:
    return words.say(name, **values)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _some(moments: Iterable[str]) -> tuple[str, ...]:
    whole = list(moments)
    return tuple(whole[:MOST_MOMENTS]) + (("…",) if len(whole) > MOST_MOMENTS else ())


def _line(words: Words, entry: Entry) -> Line:
    decision = "visit.grant" if isinstance(entry, Grant) else "visit.withdrawal"
    purpose = words.say(f"purposes.{entry.purpose.value}")
    return Line(_moment(entry.at), words.say(decision, purpose=purpose), entry.way or entry.reference)
