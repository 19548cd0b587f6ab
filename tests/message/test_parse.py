from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.message import Part, parse


def _tree(part: Part) -> object:
    return (part.content_type, [_tree(child) for child in part.parts]) if part.parts else part.content_type


def _kinds(raw: bytes) -> list[str]:
    return [defect.kind for defect in parse(raw).defects]


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_every_line_end_gives_the_same_tree(end: bytes) -> None:
    lines = [
        b"Content-Type: multipart/mixed; boundary=x",
        b"",
        b"pre",
        b"--x",
        b"",
        b"a",
        b"--x",
        b"",
        b"b",
        b"--x--",
        b"",
    ]
    raw = end.join(lines)
    message = parse(raw)
    assert [part.body.cut(raw) for part in message.root.parts] == [b"a", b"b"]
    assert message.defects == ()


def test_a_missing_end_boundary_keeps_the_last_part_and_says_so() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\na\r\n--x\r\n\r\nb"
    assert [part.body.cut(raw) for part in parse(raw).root.parts] == [b"a", b"b"]
    assert _kinds(raw) == ["no-end-boundary"]


def test_an_outer_boundary_ends_the_parts_within() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=o\r\n\r\n"
        b"--o\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n"
        b"--i\r\n\r\ninner\r\n--o\r\n\r\nouter\r\n--o--\r\n"
    )
    assert _tree(parse(raw).root) == ("multipart/mixed", [("multipart/alternative", ["text/plain"]), "text/plain"])


def test_a_boundary_that_never_comes_leaves_one_part_and_a_defect() -> None:
    assert _kinds(b"Content-Type: multipart/mixed; boundary=x\r\n\r\nnothing") == ["no-start-boundary"]
    assert _kinds(b"Content-Type: multipart/mixed\r\n\r\nnothing") == ["no-boundary"]


def test_a_longer_boundary_is_another_boundary() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n--xy\r\n--x--\r\n"
    (part,) = parse(raw).root.parts
    assert part.body.cut(raw) == b"--xy"


def test_an_embedded_message_has_a_header_of_its_own() -> None:
    raw = b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: text/html\r\n\r\n<p>x"
    (inner,) = parse(raw).root.parts
    subject = inner.field("subject")
    assert (inner.content_type, subject and subject.text) == ("text/html", "inner")


def test_a_broken_content_type_is_plain_text_with_a_defect() -> None:
    message = parse(b"Content-Type: nonsense\r\n\r\nx")
    assert message.root.content_type == "text/plain"
    assert [defect.kind for defect in message.defects] == ["content-type"]


def test_what_is_no_field_starts_the_body() -> None:
    raw = b"Subject: x\r\nthis is no field\r\n\r\nbody"
    assert parse(raw).root.body.cut(raw) == b"this is no field\r\n\r\nbody"


def test_an_mbox_line_on_top_is_passed_over() -> None:
    message = parse(b"From someone Mon Jan  1\r\nSubject: x\r\n\r\nbody")
    assert [field.name for field in message.root.fields] == ["Subject"]


@pytest.mark.parametrize(
    "raw",
    [
        b"<html><body><style>@font-face{font-family:q;src:url(https://a.example/f)}</style><img src=x>",
        b"<!--x:y--><p>z",
        b"<style>p{color:red}</style><p>x",
        b"\xef\xbb\xbf<html><title>a:b</title>",
    ],
)
def test_a_bare_html_file_with_a_colon_in_its_first_word_is_no_header(raw: bytes) -> None:
    message = parse(raw)
    assert message.root.content_type == "text/html"
    assert [defect.kind for defect in message.defects] == ["bare-html"]


def test_a_bare_html_file_is_one_html_part() -> None:
    message = parse(b"\n<!DOCTYPE html><p>hello")
    assert message.root.content_type == "text/html"
    assert [defect.kind for defect in message.defects] == ["bare-html"]


@pytest.mark.parametrize(
    ("head", "sealed"),
    [
        (b"Content-Type: multipart/signed; boundary=x\r\n\r\n--x\r\n\r\na\r\n--x--\r\n", "signed"),
        (b"Content-Type: multipart/encrypted; boundary=x\r\n\r\n--x\r\n\r\na\r\n--x--\r\n", "encrypted"),
        (b"Content-Type: application/pkcs7-mime\r\n\r\nx", "encrypted"),
        (b"\r\n-----BEGIN PGP MESSAGE-----\r\n", "encrypted"),
        (b"\r\nhello\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n", "signed"),
        (b"\r\nhello\r\n", ""),
    ],
)
def test_signed_and_encrypted_parts_are_sealed_with_all_below(head: bytes, sealed: str) -> None:
    assert {part.sealed for part in parse(head).parts()} == {sealed}


def test_an_encoded_message_is_sealed_for_its_spans_are_spans_of_encoded_bytes() -> None:
    raw = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogeA0KDQp4\r\n"
    assert {part.sealed for part in parse(raw).parts()} == {"encoded"}
    assert _kinds(raw)[0] == "encoded-message"


def test_pgp_in_a_base64_text_is_seen() -> None:
    body = base64.encodebytes(b"hello\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n")
    assert parse(b"Content-Transfer-Encoding: base64\r\n\r\n" + body).root.sealed == "signed"


def test_opaque_signed_smime_is_signed_and_enveloped_is_encrypted() -> None:
    head = b"Content-Type: application/pkcs7-mime; smime-type=%b; name=smime.p7m\r\n\r\n"
    assert parse(head % b"signed-data").root.sealed == "signed"  # RFC 8551 section 3.2.2
    assert parse(head % b"enveloped-data").root.sealed == "encrypted"


@pytest.mark.parametrize(
    ("written", "filename"),
    [
        (b'attachment; filename="=?utf-8?b?w6kucGRm?="', "é.pdf"),
        (b"attachment; filename*=utf-8''%C3%A9.pdf", "é.pdf"),
        (b'attachment; filename="a;b.pdf"', "a;b.pdf"),
    ],
)
def test_file_names_are_read_in_every_way_they_are_written(written: bytes, filename: str) -> None:
    root = parse(b"Content-Disposition: " + written + b"\r\n\r\n").root
    assert (root.disposition, root.filename) == ("attachment", filename)


def test_a_delivery_report_has_its_blocks() -> None:
    raw = b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;a\r\n\r\nAction: failed\r\n"
    assert [[field.name for field in part.fields] for part in parse(raw).root.parts] == [["Reporting-MTA"], ["Action"]]


def test_thousands_of_nested_parts_are_bounded() -> None:
    raw = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000))
    assert "too-deep" in _kinds(raw)


def test_thousands_of_sibling_parts_are_bounded() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\n\r\n" * 20_000
    assert len(parse(raw).root.parts) <= 5000
    assert "too-many-parts" in _kinds(raw)


def test_a_boundary_of_hyphens_in_one_line_of_megabytes_is_looked_for_once() -> None:
    head = b'Content-Type: multipart/mixed; boundary="' + b"-" * 990 + b'"\r\n\r\n'
    began = time.process_time()
    assert _kinds(head + b"-" * 8_000_000) == ["no-start-boundary"]
    assert time.process_time() - began < 5  # by hand: one look a line 0.1 s, one look a byte 18 s


def test_a_boundary_longer_than_a_line_may_be_is_none() -> None:
    head = b'Content-Type: multipart/mixed; boundary="' + b"-" * 995 + b'"\r\n\r\n'
    assert _kinds(head + b"--" + b"-" * 995 + b"\r\n\r\nx") == ["no-boundary"]  # RFC 5322 section 2.1.1


def test_a_start_of_many_comments_is_no_riddle() -> None:
    # Trying every place where each comment might end takes 2**580 steps.
    assert _kinds(b"<!---->" * 580 + b"x") == ["no-header-field"]
    assert _kinds(b"<!---->" * 500 + b"<p>") == ["bare-html"]


_PIECES = st.sampled_from(
    [
        b"Content-Type: multipart/mixed; boundary=x",
        b"--x",
        b"--x--",
        b"\r\n",
        b"\n",
        b"\r",
        b": ",
        b" ",
        b"a",
        b"=?",
        b"\xff",
        b"Content-Type: message/rfc822",
        b"Content-Transfer-Encoding: base64",
        b"Content-Type: message/delivery-status",
    ]
)


@given(st.lists(_PIECES, max_size=40).map(b"".join))
def test_any_bytes_give_a_message_whose_spans_lie_within_each_other(raw: bytes) -> None:
    for part in parse(raw).parts():
        assert (
            part.span.start <= part.header.start <= part.header.end <= part.body.start <= part.body.end <= part.span.end
        )
        for child in part.parts:
            assert part.body.start <= child.span.start <= child.span.end <= part.body.end


@given(st.binary(max_size=300))
def test_binary_noise_never_raises(raw: bytes) -> None:
    parse(raw)
