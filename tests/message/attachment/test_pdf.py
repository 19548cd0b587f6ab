"""Actions of PDF files: their addresses are found wherever they stand, and no file costs more than the bounds."""

from __future__ import annotations

import time
import zlib

import pytest

from overt.message.attachment.pdf import ACTIONS, find_in_pdf
from overt.message.vector import VECTORS
from tests.message.attachment.made import object_stream, pdf


def _seen(data: bytes) -> list[tuple[str, str]]:
    return [(sighting.vector, sighting.raw) for sighting in find_in_pdf(data)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<< /Type /Annot /A << /S /URI /URI (https://a.example/b) >> >>", ("pdf-uri", "https://a.example/b")),
        ("<</S/URI/URI(https://a.example/b\\(c\\)\\\n(d))>>", ("pdf-uri", "https://a.example/b(c)(d)")),
        ("<</S/URI/URI(https://a.example/\\142)>>", ("pdf-uri", "https://a.example/b")),
        ("<</S/URI/URI<68747470733A2F2F612E6578616D706C652F6>>>", ("pdf-uri", "https://a.example/`")),
        ("<</S/#55RI/#55RI(https://a.example/b)>>", ("pdf-uri", "https://a.example/b")),
        ("<</S/URI/IsMap true/Next[1 0 R]/URI(https://a.example/b)>>", ("pdf-uri", "https://a.example/b")),
        ("<</S/Launch/F(https://a.example/b.exe)>>", ("pdf-launch", "https://a.example/b.exe")),
        ("<</S/Launch/Win<</F(\\\\\\\\a.example\\\\b)>>>>", ("pdf-launch", "\\\\a.example\\b")),
        ("<</S/GoToR/F<</Type/Filespec/F(//a.example/s/b.pdf)>>>>", ("pdf-goto", "//a.example/s/b.pdf")),
        ("<</S/GoToE/F(\\\\\\\\a.example\\\\s)/D[0/Fit]>>", ("pdf-goto", "\\\\a.example\\s")),
        ("<</F<</FS/URL/F(https://a.example/f)>>/S/SubmitForm>>", ("pdf-submit", "https://a.example/f")),
        ("<</S/ImportData/F(https://a.example/d.fdf)>>", ("pdf-import", "https://a.example/d.fdf")),
        ("<</FS/URL/F(https://a.example/s)>>", ("pdf-file", "https://a.example/s")),
        ("<</S/JavaScript/JS(app.launchURL\\(\"https://a.example/j\"\\))>>", ("pdf-script", "https://a.example/j")),
    ],
)  # fmt: skip
def test_each_action_names_its_address(content: str, expected: tuple[str, str]) -> None:
    assert expected in _seen(pdf(content))
    assert expected in _seen(object_stream(content))
    assert expected[0] in VECTORS


def test_every_action_leads_to_a_row() -> None:
    assert {*ACTIONS.values()} <= VECTORS.keys()


def test_it_says_in_which_object() -> None:
    data = pdf("<< >>", "<</S/URI/URI(https://a.example/b)>>")
    assert [sighting.inside for sighting in find_in_pdf(data)] == ["object 2"]
    packed = object_stream("<</S/URI/URI(https://a.example/b)>>")
    (sighting,) = find_in_pdf(packed)
    assert sighting.inside == f"object stream at byte {packed.index(b'stream')}"


def test_an_address_in_an_object_of_its_own_is_looked_up() -> None:
    assert _seen(pdf("<</S/URI/URI 2 0 R>>", "(https://a.example/b)")) == [("pdf-uri", "https://a.example/b")]


def test_utf_16_strings_are_text() -> None:
    text = "https://a.example/é".encode("utf-16").hex()
    assert _seen(pdf(f"<</S/Launch/F<{text}>>>")) == [("pdf-launch", "https://a.example/é")]


def test_files_beside_the_document_and_drives_are_no_references() -> None:
    assert _seen(pdf("<</S/GoToR/F(other.pdf)>>", "<</S/Launch/F(C:/windows/a.exe)>>", "<</S/URI/URI(#top)>>")) == []


def test_pages_and_pictures_are_not_read() -> None:
    page = zlib.compress(b"<</S/URI/URI(https://a.example/text)>>")
    data = b"%PDF-1.7\n1 0 obj\n<</Filter/FlateDecode>>\nstream\n" + page + b"\nendstream\nendobj\n"
    assert _seen(data) == []
    assert _seen(data.replace(page, b"<</S/URI/URI(https://a.example/text)>>")) == []


def test_an_object_stream_may_be_plain() -> None:
    data = b"%PDF-1.7\n1 0 obj\n<</Type/ObjStm>>\nstream\n11 0 <</S/URI/URI(https://a.example/b)>>\nendstream\n"
    assert _seen(data) == [("pdf-uri", "https://a.example/b")]


def test_encrypted_strings_yield_nothing() -> None:
    assert _seen(pdf("<</S/URI/URI(\x9c\x11\x8f\xb2:\x03\xd1)>>", "<</Filter/Standard/V 4>>")) == []


@pytest.mark.parametrize(
    "hostile",
    [
        b"<<" * 2_000_000,
        b"/URI(" * 800_000,
        b"/URI" + b"(" * 4_000_000,
        b"/URI <" + b"a" * 4_000_000,
        b"stream\n" * 600_000,
        b"/Type/ObjStm/FlateDecode stream\n" * 120_000,
        b"1 " * 2_000_000,
        b"/URI " + b"1 0 R " * 700_000,
        b"/URI" + b" " * 4_000_000,
        b"/#55" * 1_000_000,
        b"endobj" * 700_000,
        b"1" * 4_000_000,
        b"%" * 4_000_000,
        b"/URI\\" * 800_000,
    ],
    ids=lambda data: repr(data[:24]),
)
def test_four_megabytes_of_anything_take_seconds(hostile: bytes) -> None:
    started = time.process_time()
    assert _seen(b"%PDF-1.7\n" + hostile) == []
    assert time.process_time() - started < 10


def test_an_object_stream_that_grows_a_thousandfold_ends_at_the_bound() -> None:
    packed = zlib.compress(b"<</S/URI/URI(https://a.example/b)>>" + b" " * 100_000_000, 9)
    data = b"%PDF-1.7\n1 0 obj\n<</Type/ObjStm/Filter/FlateDecode>>\nstream\n" + packed + b"\nendstream\n"
    started = time.process_time()
    assert _seen(data) == [("pdf-uri", "https://a.example/b")]
    assert time.process_time() - started < 5


def test_no_cut_and_no_changed_byte_raises() -> None:
    data = object_stream("<</S/URI/URI(https://a.example/b)>>") + pdf("<</S/Launch/Win<</F(//a.example/b)>>>>")
    for at in range(len(data)):
        for changed in (data[:at], data[at:], data[:at] + b"\xff" + data[at + 1 :], data[:at] + b"(" + data[at:]):
            _seen(changed)
