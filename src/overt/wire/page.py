"""The few pages of the tracking host, as plain HTML that needs no script, cookie or third party.

One shows where a link leads whose signature does not verify and lets the person decide; one says what the sender
records and how to say no. They are the same for everybody: nothing here knows who is looking. A stranger's text goes
in only escaped, and becomes a link only as an http or https address as the URL standard writes it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape

from overt.measure import Mode, modes_up_to
from overt.message import split_url

_STYLE = (
    "body{font:1.05em/1.55 system-ui,sans-serif;max-width:42em;margin:2em auto;padding:0 1em;color:#1a1a1a;"
    "background:#fff}code{overflow-wrap:anywhere}h1{font-size:1.5em;line-height:1.25}h2{font-size:1.15em}"
    "a.on{display:inline-block;padding:.5em 1em;border:2px solid;border-radius:.3em}"
    "@media(prefers-color-scheme:dark){body{background:#16181b;color:#e8e8e8}a{color:#9cc4ff}}"
)
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
# Content Security Policy 3: nothing loads, nothing is sent, nobody frames it.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
).encode()

# What one opening or one click leaves behind, at most, in each mode. `overt.measure.hit` holds the fields themselves.
KEPT: Mapping[Mode, str] = {
    Mode.OFF: "nothing.",
    Mode.SHARED: (
        "one is added to a number. There is such a number for each mailing, its version, the link, the kind of "
        "program that asked and the hour. Everybody's message holds the same address, so the number cannot say that it "
        "was you. "
        "Neither your IP address nor your program's name is kept."
    ),
    Mode.POOLED: (
        "that somebody in a group of recipients asked. The groups are drawn at random and forgotten after sending, so "
        "that nobody can say that it was you. Neither your IP address nor your program's name is kept."
    ),
    Mode.HYGIENE: "the date of the last time, which replaces the one before, to stop writing to unused mailboxes.",
    Mode.INDIVIDUAL: (
        "only if you agreed to it before: that it was the message sent to you, the time, which link it was, the "
        "first part of your IP address (for example 192.0.2.…) and a number computed from the address with a secret "
        "key, the country or region and the network if the sender looks them up, the name your program gives itself, "
        "whether it wanted all or only the head, and whether it said that it loads in advance, has loaded before or "
        "does not want to be tracked."
    ),
}
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def about_page(sender: str, contact: str, opens: Mode, links: Mode, own_page: str = "") -> bytes:
    """What is recorded and how to say no; `opens` and `links` are the most that the sender's settings allow.

    `own_page` is where recipients see and change what is recorded about them, where that is another place.
    """
    name = escape(sender or "The sender of the message you received")
    if opens is Mode.OFF and links is Mode.OFF:
        recorded = "<p>Nothing is recorded when you open a message or follow a link.</p>"
    else:
        recorded = (
            f"{_section('When you open a message', modes_up_to(opens, opens=True))}"
            f"{_section('When you follow a link', modes_up_to(links, opens=False))}"
            "<p>Which of these holds for a message stands in the message itself: in its line about measuring, and in "
            "the field <code>Overt-Notice</code> of its source. Without your recorded agreement nothing goes beyond "
            "counting.</p>"
        )
    own = f'<li><a href="{escape(own_page)}">See and change what is recorded about you</a>.</li>' if own_page else ""
    who = f"Write to {_contact(contact)}" if contact else "Answer the message"
    return _page(
        "What is measured, and how to say no",
        f"<p>{name} measures how messages are used. Some messages hold a small picture that your mail program loads "
        "when it shows them, and links that pass through this host on their way to their destination. This page is "
        "the same for everybody and records nothing.</p>"
        f"<h2>What is recorded</h2>{recorded}"
        f"<h2>How to say no</h2><ul>{own}<li>{who} and say that you do not want to be measured. From then on nothing "
        "about you is kept, of messages you already have, too. Links in them go on working.</li>"
        "<li>Ask in the same way what is recorded about you, or to have it deleted.</li>"
        "<li>Let your mail program not load remote pictures: then openings are not seen.</li>"
        "<li>If your program sends Global Privacy Control or Do Not Track, its requests are only counted, whatever you "
        "agreed to.</li></ul>",
    )


def doubt_page(destination: bytes) -> bytes:
    """Where an unverified link would lead; it goes there only if the person follows the link on the page."""
    shown = _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", destination.decode("utf-8", "replace"))
    url = split_url(destination.decode("utf-8", "replace"))
    if url is None or url.scheme not in ("http", "https"):
        return _page(
            "This link does not lead anywhere that can be shown",
            f"<p>It was probably cut or changed on its way to you. This is what is left of it:</p>"
            f"<p><code>{escape(shown)}</code></p><p>Nothing was recorded.</p>",
        )
    host = escape(url.host or "")
    return _page(
        "Please look before you go on",
        "<p>This link was changed on its way to you, or was never part of a message sent from here. So you are not "
        f"sent on without being asked. It would lead you to <strong>{host}</strong>, to this address:</p>"
        f"<p><code>{escape(url.href)}</code></p>"
        f'<p><a class="on" rel="noreferrer noopener nofollow" href="{escape(url.href)}">Go to {host}</a></p>'
        "<p>If you do not know that place, close this page. Nothing was recorded.</p>",
    )


def lost_page() -> bytes:
    """There is nothing at this address."""
    return _page("Nothing is here", '<p>This host answers for messages. <a href="/you">What it measures</a>.</p>')


def _section(title: str, modes: tuple[Mode, ...]) -> str:
    items = "".join(f"<li>{mode.name.lower()}: {KEPT[mode]}</li>" for mode in modes)
    return f"<h3>{title}</h3><ul>{items}</ul>"


def _contact(contact: str) -> str:
    text = escape(contact)
    if re.match(r"https?://", contact):
        return f'<a href="{text}" rel="noreferrer noopener">{text}</a>'
    return f'<a href="mailto:{text}">{text}</a>' if "@" in contact else text


def _page(title: str, body: str) -> bytes:
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>\n"
    ).encode("utf-8", "replace")
