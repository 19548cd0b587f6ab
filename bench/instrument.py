"""Instrumenting beside pytracking's `adapt_html` and beside the standard library's way through a whole message.

The newsletters are made here: a table layout as builders of newsletters write it, sixty kilobytes of HTML, thirty
links. pytracking works on HTML alone, so the one-off comparison gives overt the same HTML as a bare file. The
standard library's way is parse, read the HTML part, put one `<img>` before `</body>`, set it and serialise: less work
than overt does.
"""

from __future__ import annotations

import email
import email.policy
import secrets
from email.message import EmailMessage

import pytracking  # type: ignore[import-untyped, unused-ignore]
import turbohtml
from pytracking.html import adapt_html  # type: ignore[import-untyped, unused-ignore]
from rich.console import Console
from rich.table import Table

from bench.timing import time_in_turns
from overt.measure import Campaign, Mode, Plan, Sending, Variant, instrument, new_keyring, prepare
from overt.message import apply_edits, parse

BASE_URL = "https://t.example.org"
PIXEL = '<img src="https://t.example.org/b/x.gif" width="1" height="1">'


def newsletter(links: int = 30) -> str:
    """HTML of a newsletter, about 60 KB with 30 links: each story a nested table with inline styles."""
    cell = (
        'style="padding:12px 24px;font-family:Helvetica,Arial,sans-serif;font-size:15px;line-height:22px;color:#333333"'
    )
    words = "Every row has words enough to look like something that a person would read. "
    rows = []
    for number in range(links):
        url = f"https://www.example.org/story/{number}?utm_source=news&amp;utm_medium=email&amp;page={number}"
        lines = "".join(
            f'<tr><td align="left" valign="top" {cell}><p style="margin:0 0 8px 0">'
            f"<b>{line}.</b> {words}</p></td></tr>\n"
            for line in range(5)
        )
        rows.append(
            f'<tr><td {cell}><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">\n'
            f'<tr><td><img src="https://img.example.org/{number}.png" width="552" height="200" alt="Story {number}" '
            f'style="display:block;border:0"></td></tr>\n{lines}<tr><td {cell}>'
            f'<a href="{url}" style="color:#0055aa">Read story {number}</a></td></tr></table></td></tr>\n'
        )
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>News</title></head><body style="margin:0">\n'
        f'<table role="presentation" width="600" align="center">{"".join(rows)}</table>\n</body></html>\n'
    )


def message_of(html: str, encoding: str) -> bytes:
    """The HTML in a multipart/alternative message, under `encoding` (`quoted-printable`, `base64`, `7bit`)."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = "news@example.org", "reader@example.org", "News"
    mail.set_content("The same in plain words.\n")
    mail.add_alternative(html, subtype="html", cte=encoding)
    return mail.as_bytes()


def _standard_library(raw: bytes) -> bytes:
    mail = email.message_from_bytes(raw, policy=email.policy.SMTP)
    part = mail.get_body(("html",))
    assert part is not None
    html = part.get_content()
    part.set_content(html.replace("</body>", PIXEL + "</body>"), subtype="html", cte="quoted-printable")
    return mail.as_bytes()


def run() -> None:
    """Print one table of times and ratios."""
    html = newsletter()
    bare, whole = html.encode(), message_of(html, "quoted-printable")
    keyring = new_keyring(secrets.token_bytes)
    plan = Plan(base_url=BASE_URL, campaign=Campaign(1), variant=Variant(0), opens=Mode.SHARED, links=Mode.SHARED)
    personal = Plan(
        base_url=BASE_URL,
        campaign=Campaign(1),
        variant=Variant(0),
        opens=Mode.INDIVIDUAL,
        links=Mode.INDIVIDUAL,
        sending=Sending(1),
        grant="bench",
    )
    prepared = prepare(parse(bare), personal)
    configuration = pytracking.Configuration(
        base_open_tracking_url=BASE_URL + "/o/", base_click_tracking_url=BASE_URL + "/c/"
    )
    sending = iter(range(1 << 62))
    seconds = time_in_turns(
        {
            "pytracking": lambda: adapt_html(html, {"r": 1}, True, True, configuration=configuration),
            "one-off": lambda: apply_edits(bare, instrument(parse(bare), plan, keyring)),
            "again": lambda: prepared.render(keyring, Sending(next(sending))),
            "standard library": lambda: _standard_library(whole),
            "whole message": lambda: apply_edits(whole, instrument(parse(whole), plan, keyring)),
            "turbohtml alone": lambda: turbohtml.parse(html, source_locations=True),
            "copying": lambda: b"".join((bare[:1000], bare[1000:])),
        }
    )
    table = Table(title=f"Instrumenting {len(bare) / 1024:.0f} KB of HTML with 30 links")
    for column in ("what", "milliseconds", "beside", "times as fast", "aim"):
        table.add_column(column, justify="left" if column in ("what", "beside") else "right")
    for what, name, beside, aim in (
        ("pytracking adapt_html", "pytracking", "", ""),
        ("overt, one message", "one-off", "pytracking", "3"),
        ("overt, next recipient of the same body", "again", "pytracking", "30"),
        ("standard library: parse, edit, serialise", "standard library", "", ""),
        ("overt, whole MIME message", "whole message", "standard library", "9"),
        ("limit: turbohtml's parse alone", "turbohtml alone", "one-off", ""),
        ("limit: copying the bytes", "copying", "again", ""),
    ):
        ratio = f"{seconds[beside] / seconds[name]:.1f}" if beside else ""
        table.add_row(what, f"{seconds[name] * 1000:.3f}", beside, ratio, aim)
    Console().print(table)
