from __future__ import annotations

from overt.message import parse

NESTED = (
    b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
    b"--b\r\n\r\none\r\n--b\r\nContent-Type: text/html\r\n\r\ntwo\r\n--b--\r\n"
    b"--a\r\nContent-Type: image/png\r\n\r\nx\r\n--a--\r\n"
)


def test_parts_are_numbered_as_imap_does_and_walked_in_the_order_of_their_bytes() -> None:
    assert [part.path for part in parse(NESTED).parts()] == ["", "1", "1.1", "1.2", "2"]


def test_a_field_is_found_in_any_case_and_the_first_wins() -> None:
    message = parse(b"X-One: 1\r\nx-ONE: 2\r\n\r\n")
    field = message.field("x-one")
    assert field is not None
    assert field.text == "1"
    assert message.field("absent") is None
