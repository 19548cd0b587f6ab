"""External relationships of packages, by their kind; nothing of the package's own, no entity, no end of patience."""

from __future__ import annotations

import time

import pytest

from overt.message.attachment.office import MOST_SIGHTINGS, RELATIONSHIPS, find_in_package
from overt.message.vector import VECTORS
from tests.message.attachment.made import document, package, relationships


def _seen(data: bytes) -> list[tuple[str, str]]:
    return [(sighting.vector, sighting.raw) for sighting in find_in_package(data)]


@pytest.mark.parametrize(
    ("kind", "vector"),
    [
        ("attachedTemplate", "office-template"),
        ("image", "office-image"),
        ("hyperlink", "office-link"),
        ("oleObject", "office-object"),
        ("externalLinkPath", "office-workbook"),
        ("frame", "office-frame"),
        ("video", "office-media"),
        ("mailMergeSource", "office-data"),
        ("somethingNew", "office-other"),
    ],
)  # fmt: skip
def test_a_relationship_is_read_by_its_type(kind: str, vector: str) -> None:
    assert _seen(document((kind, "https://a.example/b?c=1&amp;d=2"))) == [(vector, "https://a.example/b?c=1&d=2")]


def test_every_type_leads_to_a_row() -> None:
    assert {*RELATIONSHIPS.values(), "office-other"} <= VECTORS.keys()


def test_it_says_in_which_member_and_reads_embedded_packages() -> None:
    inner = package({"xl/_rels/workbook.xml.rels": relationships(("image", "https://a.example/2"))})
    data = package(
        {"ppt/_rels/s.rels": relationships(("image", "https://a.example/1")), "ppt/embeddings/a.xlsx": inner}
    )
    assert [(sighting.raw, sighting.inside) for sighting in find_in_package(data)] == [
        ("https://a.example/1", "ppt/_rels/s.rels"),
        ("https://a.example/2", "ppt/embeddings/a.xlsx/xl/_rels/workbook.xml.rels"),
    ]


def test_packages_in_packages_end_at_the_second() -> None:
    data = document(("image", "https://a.example/0"))
    for _ in range(5):
        data = package({"word/embeddings/a.docx": data})
    assert _seen(data) == []


def test_members_of_the_package_itself_are_no_references() -> None:
    data = package({"_rels/.rels": relationships(("image", "media/a.png"), mode="Internal")})
    assert _seen(data) == []


def test_utf_16_and_prefixes_are_xml_too() -> None:
    rels = relationships(("image", "https://a.example/b")).replace('encoding="UTF-8"', 'encoding="UTF-16"')
    rels = rels.replace("<Relationship ", "<p:Relationship ").replace("xmlns=", "xmlns:p=")
    rels = rels.replace("Relationships xmlns", "p:Relationships xmlns").replace("</Rel", "</p:Rel")
    assert _seen(package({"a.rels": rels.encode("utf-16")})) == [("office-image", "https://a.example/b")]


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "https://a.example/secret">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY % p SYSTEM "https://a.example/p"> %p;',
        '<!ENTITY z "zzzzzzzzzz"><!ENTITY y "&z;&z;&z;&z;"><!ENTITY a "&y;&y;&y;&y;">',
    ],
)
def test_no_entity_is_expanded(declared: str) -> None:
    rels = relationships(("image", "https://a.example/&a;")).replace("?>\n", f"?><!DOCTYPE R [{declared}]>")
    assert _seen(package({"a.rels": rels})) == []


def test_what_stands_before_a_fault_counts() -> None:
    rels = relationships(("image", "https://a.example/1"), ("image", "https://a.example/2"))
    assert _seen(package({"a.rels": rels[: rels.index("example/2")]})) == [("office-image", "https://a.example/1")]


def test_a_hundred_thousand_links_end_at_the_bound() -> None:
    rows = [("hyperlink", f"https://a.example/{number}") for number in range(20_000)]
    started = time.process_time()
    assert len(_seen(document(*rows))) == MOST_SIGHTINGS
    assert time.process_time() - started < 5


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"PK\x05\x06" + b"\xff" * 18, b"\xd0\xcf\x11\xe0" * 1000])
def test_what_is_no_package_yields_nothing(data: bytes) -> None:
    assert _seen(data) == []
