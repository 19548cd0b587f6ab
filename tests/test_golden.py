"""The golden messages: each explained, each read by the standard library, none of anybody else's."""

from __future__ import annotations

import email
import re
from collections.abc import Mapping
from pathlib import Path

README = Path(__file__).parent / "golden" / "README.md"
RESERVED = re.compile(rb"@(?:[\w-]+\.)*(?:example(?:\.(?:org|net|com))?|xn--waschbr-9wa\.example)$", re.IGNORECASE)


def test_every_golden_message_is_explained_and_every_explanation_has_one(golden: Mapping[str, bytes]) -> None:
    explained = re.findall(r"^\| ([a-z0-9-]+) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(set(explained) - {"message"}) == sorted(golden)


def test_the_line_ends_are_as_written(golden: Mapping[str, bytes]) -> None:
    assert b"\n" not in golden["bare-cr-line-ends"]
    mixed = golden["mixed-line-ends"]
    assert b"\r\n" in mixed
    assert re.search(rb"[^\r]\n", mixed)
    assert re.search(rb"\r[^\n]", mixed)
    assert re.search(rb"[^\r]\n", golden["huge-line"]) is None


def test_every_address_is_under_a_reserved_name(golden: Mapping[str, bytes]) -> None:
    for name, raw in golden.items():
        for address in re.findall(rb"(?<=<)[\w.+-]+@[\w.-]+(?=>)", raw):
            assert RESERVED.search(address), (name, address)


def test_the_standard_library_sees_the_parts_that_the_names_promise(golden: Mapping[str, bytes]) -> None:
    def types(name: str) -> list[str]:
        return [part.get_content_type() for part in email.message_from_bytes(golden[name]).walk()]

    assert types("nested-message-rfc822") == ["multipart/mixed", "text/html", "message/rfc822", "text/html"]
    assert types("multipart-signed-smime")[0] == "multipart/signed"
    assert types("base64-utf-8-newsletter") == ["multipart/alternative", "text/plain", "text/html"]
    assert "text/calendar" in types("calendar-invitation")
