from __future__ import annotations

import re

import pytest

from overt.message.vector import AMP_PLACES, FIELDS, PLACES, RECEIPTS, RELATIONS, VECTORS, VML_PLACES, find_place


def test_every_row_has_a_kebab_case_id_and_a_source() -> None:
    for name, row in VECTORS.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert row.what
        assert row.source
        assert row.fetch in ("display", "click", "never")


def test_every_place_and_field_leads_to_a_row() -> None:
    named = {place.vector for rows in PLACES.values() for place in rows.values()}
    named |= {place.vector for place in (*VML_PLACES.values(), *AMP_PLACES.values())}
    named |= {*RELATIONS.values(), *FIELDS.values(), *RECEIPTS}
    assert named <= VECTORS.keys()


@pytest.mark.parametrize(
    ("namespace", "tag", "attribute", "vector"),
    [
        ("html", "img", "src", "img-src"),
        ("html", "td", "background", "background"),
        ("html", "v:fill", "src", "vml-src"),
        ("html", "v:roundrect", "href", "vml-href"),
        ("html", "amp-img", "src", "amp-src"),
        ("svg", "image", "xlink:href", "svg-image"),
        ("svg", "a", "href", "svg-a"),
        ("svg", "rect", "fill", "presentation-attribute"),
        ("math", "mi", "href", "math-href"),
        ("html", "p", "src", None),
        ("html", "font", "fill", None),
        ("svg", "image", "src", None),
    ],
)
def test_an_attribute_means_what_its_element_makes_of_it(
    namespace: str, tag: str, attribute: str, vector: str | None
) -> None:
    place = find_place(namespace, tag, attribute)
    assert (place.vector if place else None) == vector
