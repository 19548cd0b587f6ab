"""References of whole messages: where they stand in the bytes, what they lead to, what fetches them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from overt.message.edit import Edit, apply_edits
from overt.message.parse import parse
from overt.message.reference import Reference, walk
from overt.message.vector import VECTORS
from tests.message.attachment.made import DOCX, document, mail, object_stream, package


def html(body: str, fields: str = "") -> list[Reference]:
    raw = f"{fields}Content-Type: text/html; charset=utf-8\r\n\r\n{body}".encode()
    found = list(walk(parse(raw)))
    for reference in found:
        assert reference.span.cut(raw)
    return found


def seen(found: list[Reference]) -> list[tuple[str, str, str]]:
    return [(reference.vector, reference.fetch, reference.url) for reference in found]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("List-Unsubscribe: <https://a.example/u>,\r\n <mailto:b@a.example>",
         [("list-unsubscribe", "click", "https://a.example/u"), ("list-unsubscribe", "click", "mailto:b@a.example")]),
        ("List-Archive: <https://a.example/> (web)", [("list-field", "click", "https://a.example/")]),
        ("Disposition-Notification-To: A <a@a.example>", [("mdn", "display", "mailto:a@a.example")]),
        ("Return-Receipt-To: a@a.example", [("return-receipt", "display", "mailto:a@a.example")]),
        ("X-Confirm-Reading-To: <a@a.example>", [("return-receipt", "display", "mailto:a@a.example")]),
        ("Generate-Delivery-Report: a@a.example", [("delivery-receipt", "never", "mailto:a@a.example")]),
        ("BIMI-Location: v=BIMI1; l=https://a.example/b.svg; a=", [("bimi", "display", "https://a.example/b.svg")]),
        ("X-Image-URL: http://a.example/b.gif", [("face-url", "display", "http://a.example/b.gif")]),
        ("OpenPGP: id=1; url=https://a.example/k", [("openpgp-field", "click", "https://a.example/k")]),
        ("X-Mailer: B (https://a.example/)", [("header-url", "never", "https://a.example/")]),
        ("Content-Location: b.html", [("content-location", "never", "b.html")]),
        ("Autocrypt: addr=a@a.example; keydata=AA", []),
        ("List-Id: <b.a.example>", []),
    ],
)  # fmt: skip
def test_header_fields_are_references(field: str, expected: list[tuple[str, str, str]]) -> None:
    raw = f"{field}\r\n\r\nText".encode()
    found = list(walk(parse(raw)))
    assert seen(found) == expected
    for reference in found:
        assert (reference.start, reference.attribute) == (-1, field.partition(":")[0])
        written = reference.raw.removeprefix("mailto:").encode()
        assert written in reference.span.cut(raw)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<base href='https://a.example/b/'><img src=c.gif>",
         [("base", "never", "https://a.example/b/"), ("img-src", "display", "https://a.example/b/c.gif")]),
        ("<img src=c.gif>", [("img-src", "never", "c.gif")]),
        ("<img src=//a.example/b>", [("img-src", "display", "https://a.example/b")]),
        ("<img src='\\\\a.example\\b'>", [("img-src", "display", "https://a.example/b")]),
        ("<img src=cid:a@b><img src=data:image/gif;base64,AA>",
         [("img-src", "never", "cid:a@b"), ("img-src", "never", "data:image/gif;base64,AA")]),
        ("<img src='file://a.example/b'>", [("img-src", "display", "file://a.example/b")]),
        ("<a href='#b'>c</a><a href='mailto:a@a.example'>d</a><a href='javascript:e'>f</a>",
         [("a-href", "never", "#b"), ("a-href", "click", "mailto:a@a.example"), ("a-href", "never", "javascript:e")]),
        ("<a href=' HTTP://A.example:80/b '>c</a>", [("a-href", "click", "http://a.example/b")]),
        ("<svg fill='url(#a)' filter='url(https://a.example/b#c)'>",
         [("presentation-attribute", "never", "#a"), ("presentation-attribute", "display", "https://a.example/b#c")]),
    ],
)  # fmt: skip
def test_urls_are_resolved_as_programs_resolve_them(body: str, expected: list[tuple[str, str, str]]) -> None:
    assert seen(html(body)) == expected


def test_plain_text_is_read_for_links() -> None:
    raw = b"Subject: x\r\n\r\nSee (https://a.example/b), www.a.example or <mailto:a@a.example>.\r\n"
    found = list(walk(parse(raw)))
    assert [(r.vector, r.url) for r in found] == [
        ("text-url", "https://a.example/b"),
        ("text-url", "http://www.a.example/"),
        ("text-url", "mailto:a@a.example"),
    ]
    assert [r.span.cut(raw) for r in found] == [b"https://a.example/b", b"www.a.example", b"mailto:a@a.example"]


def test_attachments_and_nested_messages_are_read() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: application/octet-stream; name=a.html\r\n\r\n<img src=http://a.example/1>\r\n"
        b"--x\r\nContent-Type: image/svg+xml\r\n\r\n<svg><image href='http://a.example/2'/></svg>\r\n"
        b"--x\r\nContent-Type: text/css\r\n\r\na{b:url(http://a.example/3)}\r\n"
        b"--x\r\nContent-Type: message/rfc822\r\n\r\nDisposition-Notification-To: b@a.example\r\n\r\nhttp://a.example/4\r\n"
        b'--x\r\nContent-Type: message/external-body; access-type=URL; url="http://a.example/5"\r\n\r\n\r\n'
        b"--x\r\nContent-Type: image/gif\r\n\r\nhttp://a.example/6\r\n--x--\r\n"
    )
    found = [(r.part, r.vector, r.fetch, r.url) for r in walk(parse(raw)) if r.vector != "header-url"]
    assert found == [
        ("1", "img-src", "display", "http://a.example/1"),
        ("2", "svg-image", "click", "http://a.example/2"),
        ("3", "css-url", "display", "http://a.example/3"),
        ("4.1", "mdn", "display", "mailto:b@a.example"),
        ("4.1", "text-url", "click", "http://a.example/4"),
        ("5", "external-body", "click", "http://a.example/5"),
    ]


def test_signed_parts_are_read_too() -> None:
    raw = (
        b"Content-Type: multipart/signed; boundary=x; protocol=application/pgp-signature\r\n\r\n"
        b"--x\r\nContent-Type: text/html\r\n\r\n<img src=http://a.example/>\r\n"
        b"--x\r\nContent-Type: application/pgp-signature\r\n\r\n-\r\n--x--\r\n"
    )
    assert [r.url for r in walk(parse(raw))] == ["http://a.example/"]


def test_the_span_is_that_of_the_encoded_bytes() -> None:
    raw = (
        b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        b'<p>=C3=A9<img src=3D"http://a.example/=\r\n?b=3Dc&amp;d">\r\n'
    )
    (reference,) = walk(parse(raw))
    assert (reference.raw, reference.element, reference.attribute) == ("http://a.example/?b=c&d", "img", "src")
    assert b"http://a.example/=\r\n?b=3Dc&amp;d" in reference.span.cut(raw)


def test_an_edit_of_a_span_in_plain_bytes_replaces_the_url() -> None:
    raw = b"Content-Type: text/html\r\n\r\n<a href='http://a.example/'>b</a>"
    (reference,) = walk(parse(raw))
    assert apply_edits(raw, [Edit(reference.span, b"x", "test")]).endswith(b"<a href='x'>b</a>")


@pytest.mark.corpus
def test_real_mail_is_walked_without_an_error_and_with_true_places(corpus: Path) -> None:
    for folder in ("tracked", "clean", "phishing", "mime"):
        for file in sorted((corpus / folder).rglob("*")):
            if not file.is_file():
                continue
            raw = file.read_bytes()
            for reference in walk(parse(raw)):
                assert reference.vector in VECTORS
                assert reference.span.end <= len(raw)
                assert reference.raw.strip() == "" or len(reference.span), file.name


@pytest.mark.parametrize(
    ("content", "content_type", "name", "expected"),
    [
        (document(("attachedTemplate", "https://a.example/t.dotm")), DOCX, "a.docx",
         ("office-template", "click", "https://a.example/t.dotm", "word/_rels/document.xml.rels")),
        (document(("image", "HTTPS://A.example/b.png")), "application/octet-stream", "",
         ("office-image", "click", "https://a.example/b.png", "word/_rels/document.xml.rels")),
        (document(("hyperlink", "#a")), DOCX, "a.docx", ("office-link", "never", "#a", "word/_rels/document.xml.rels")),
        (object_stream("<</S/URI/URI(https://a.example/b)>>"), "application/pdf", "a.pdf",
         ("pdf-uri", "click", "https://a.example/b", "object stream at byte 75")),
    ],
)  # fmt: skip
def test_attached_documents_are_read_and_name_their_whole_part(
    content: bytes, content_type: str, name: str, expected: tuple[str, str, str, str]
) -> None:
    message = parse(mail(content, content_type, name))
    (found,) = walk(message)
    assert (found.vector, found.fetch, found.url, found.inside) == expected
    assert (found.part, found.start, found.end) == ("2", -1, -1)
    assert found.span == message.root.parts[1].body


def test_what_a_calendar_loads_waits_until_it_is_opened() -> None:
    text = b"BEGIN:VEVENT\r\nIMAGE;VALUE=URI:https://a.exa\r\n mple/b.png\r\nEND:VEVENT\r\n"
    message = parse(b"Content-Type: text/calendar\r\n\r\n" + text)
    (found,) = walk(message)
    assert (found.vector, found.fetch, found.url) == ("calendar-image", "click", "https://a.example/b.png")
    assert found.span.cut(message.raw) == b"https://a.exa\r\n mple/b.png"


def test_many_bombs_in_one_message_share_one_bound() -> None:
    bomb = package({f"{number}.rels": b"\0" * 3_000_000 for number in range(4)})
    part = mail(bomb, DOCX, "a.docx").partition(b"--x\r\nContent-Type: application")[2].removesuffix(b"--x--\r\n")
    raw = mail(b"", DOCX, "a.docx").removesuffix(b"--x--\r\n") + (b"--x\r\nContent-Type: application" + part) * 200
    started = time.process_time()
    assert list(walk(parse(raw + b"--x--\r\n"))) == []
    assert time.process_time() - started < 20
