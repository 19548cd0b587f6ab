"""Messages as real programs write them, made from a few arguments: for tests, trials and demonstrations.

The bytes are assembled here and not by a mail library, so that a test says itself which transfer encoding, charset
and line ending it gets. All addresses are in domains that RFC 2606 keeps for examples.
"""

from __future__ import annotations

import base64
import quopri
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from html import escape

from overt.testing.clock import MORNING

LINE = 76  # RFC 2045 section 6.7 and 6.8: an encoded line has at most 76 characters


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attached file; with `content_id` it is an inline picture of the HTML part."""

    content: bytes
    content_type: str = "application/octet-stream"
    filename: str = ""
    content_id: str = ""


def make_html(
    heading: str = "News from the garden",
    *,
    links: Sequence[tuple[str, str]] = (("https://shop.example.org/spring", "Spring seeds"),),
    images: Sequence[str] = ("https://shop.example.org/img/seeds.jpg",),
    paragraphs: Sequence[str] = ("The first seeds are in. Sow them before the end of the month.",),
    unsubscribe: str = "https://shop.example.org/unsubscribe?list=7",
) -> str:
    """A small newsletter in one table: heading, pictures, paragraphs, links, and a footer to unsubscribe."""
    rows = [f"<h1>{escape(heading)}</h1>"]
    rows += [f'<img src="{escape(url)}" width="560" alt="">' for url in images]
    rows += [f"<p>{escape(text)}</p>" for text in paragraphs]
    rows += [f'<p><a href="{escape(url)}">{escape(text)}</a></p>' for url, text in links]
    if unsubscribe:
        rows.append(f'<p style="font-size:11px"><a href="{escape(unsubscribe)}">Unsubscribe</a></p>')
    cells = "\n".join(f"<tr><td>{row}</td></tr>" for row in rows)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(heading)}</title>\n<style>a {{ color: #064; }}</style>\n</head>\n"
        f'<body>\n<table role="presentation" width="600">\n{cells}\n</table>\n</body>\n</html>\n'
    )


def make_mail(
    html: str | None = "",
    text: str | None = "",
    *,
    subject: str = "News from the garden",
    sender: str = "Garden Shop <news@shop.example.org>",
    recipient: str = "recipient@example.org",
    date: datetime = MORNING,
    message_id: str = "<20261102080000.1@shop.example.org>",
    encoding: str = "quoted-printable",
    charset: str = "utf-8",
    newline: str = "\r\n",
    attachments: Sequence[Attachment] = (),
    fields: Mapping[str, str] | None = None,
) -> bytes:
    """One message; an empty `html` or `text` means the sample newsletter, None means no such part.

    `encoding` is the transfer encoding of the text parts (7bit, 8bit, quoted-printable, base64); `fields` are further
    header fields, or others in place of those given here.
    """
    html = make_html(subject) if html == "" else html
    text = f"{subject}\n\nSpring seeds: https://shop.example.org/spring\n" if text == "" else text
    if html is None and text is None:
        raise ValueError("a message needs a text or an HTML part")
    bodies = [
        _text_part(subtype, content, charset, encoding)
        for subtype, content in (("plain", text), ("html", html))
        if content is not None
    ]
    inline = [_file_part(item) for item in attachments if item.content_id]
    attached = [_file_part(item) for item in attachments if not item.content_id]
    if inline:
        bodies[-1] = _multipart("related", [bodies[-1], *inline])
    whole = bodies[0] if len(bodies) == 1 else _multipart("alternative", bodies)
    if attached:
        whole = _multipart("mixed", [whole, *attached])
    header = {
        "From": sender,
        "To": recipient,
        "Subject": _encode(subject),
        "Date": format_datetime(date),
        "Message-ID": message_id,
        "MIME-Version": "1.0",
        **{name: _encode(value) for name, value in (fields or {}).items()},
    }
    top = "".join(f"{name}: {value}\n" for name, value in header.items()).encode("ascii")
    return (top + whole).replace(b"\n", newline.encode("ascii"))


def _encode(value: str) -> str:
    return value if value.isascii() else Header(value, "utf-8").encode(linesep="\n")


def _text_part(subtype: str, content: str, charset: str, encoding: str) -> bytes:
    raw = content.replace("\r\n", "\n").encode(charset, "xmlcharrefreplace" if subtype == "html" else "replace")
    if encoding == "base64":
        body = _wrap64(raw.replace(b"\n", b"\r\n"))
    elif encoding == "quoted-printable":
        body = quopri.encodestring(raw)
    else:
        body = raw
    return (f'Content-Type: text/{subtype}; charset="{charset}"\nContent-Transfer-Encoding: {encoding}\n\n').encode(
        "ascii"
    ) + body


def _file_part(item: Attachment) -> bytes:
    named = f'; name="{item.filename}"' if item.filename else ""
    header = f"Content-Type: {item.content_type}{named}\nContent-Transfer-Encoding: base64\n"
    if item.content_id:
        header += f"Content-ID: <{item.content_id}>\nContent-Disposition: inline\n"
    else:
        header += f'Content-Disposition: attachment; filename="{item.filename}"\n'
    return header.encode("utf-8") + b"\n" + _wrap64(item.content)


def _wrap64(raw: bytes) -> bytes:
    encoded = base64.b64encode(raw)
    return b"".join(encoded[at : at + LINE] + b"\n" for at in range(0, len(encoded), LINE))


def _multipart(subtype: str, parts: Sequence[bytes]) -> bytes:
    # "=_" cannot occur in quoted-printable or base64 text (RFC 2045 section 6.7 advises it)
    number = 1
    while any(f"--=_{subtype}_{number}".encode() in part for part in parts):
        number += 1
    boundary = f"=_{subtype}_{number}"
    pieces = [f"--{boundary}\n".encode() + part + b"\n" for part in parts]
    return (
        f'Content-Type: multipart/{subtype}; boundary="{boundary}"\n\n'.encode()
        + b"".join(pieces)
        + f"--{boundary}--\n".encode()
    )
