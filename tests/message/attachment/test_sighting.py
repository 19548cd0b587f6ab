from __future__ import annotations

import pytest

from overt.message.attachment.sighting import kind_of, leads_out, sniff


@pytest.mark.parametrize(
    ("content_type", "name", "kind"),
    [
        ("application/pdf", "", "pdf"),
        ("application/octet-stream", "Invoice.PDF ", "pdf"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "", "office"),
        ("application/vnd.ms-word.document.macroEnabled.12".lower(), "", "office"),
        ("application/octet-stream", "a.dotm", "office"),
        ("text/calendar", "", "calendar"),
        ("application/octet-stream", "invite.ics", "calendar"),
        ("application/octet-stream", "", ""),
        ("image/png", "a.png", ""),
    ],
)
def test_a_document_is_known_by_name_or_type(content_type: str, name: str, kind: str) -> None:
    assert kind_of(content_type, name) == kind


def test_only_parts_that_say_nothing_are_judged_by_their_first_bytes() -> None:
    assert sniff("application/octet-stream", b"%PDF-1.4") == "pdf"
    assert sniff("application/zip", b"PK\x03\x04\x14") == "office"
    assert sniff("application/octet-stream", b"GIF89a") == ""
    assert sniff("image/gif", b"%PDF-1.4") == ""


@pytest.mark.parametrize(
    "raw", ["https://a.example", "mailto:a@a.example", "//a.example/b", "\\\\a\\b", "www.a.example"]
)
def test_addresses_lead_out(raw: str) -> None:
    assert leads_out(raw)


@pytest.mark.parametrize("raw", ["a.pdf", "C:\\a.exe", "#a", "", "/a/b", "a:", "\x9c\x11:\x03"])
def test_names_of_files_do_not(raw: str) -> None:
    assert not leads_out(raw)
