"""Parameters that go and those that stay; what stays is byte for byte the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.errors import Malformed
from overt.guard.parameter import COLUMNS, parameters, read_parameters, strip_parameters


@pytest.mark.parametrize(
    ("url", "left", "removed"),
    [
        ("https://a.example/x?utm_source=n&id=7", "https://a.example/x?id=7", ("utm_source",)),
        ("https://a.example/x?id=7&utm_source=n", "https://a.example/x?id=7", ("utm_source",)),
        ("https://a.example/x?a=1&mc_eid=0a1b&b=%20c+d#top", "https://a.example/x?a=1&b=%20c+d#top", ("mc_eid",)),
        ("https://a.example/x?utm_a=1&utm_b=2", "https://a.example/x", ("utm_a", "utm_b")),
        ("https://a.example/x?utm_a=1#f", "https://a.example/x#f", ("utm_a",)),
        ("https://a.example/x#utm_source=n&utm_medium=e", "https://a.example/x", ("utm_source", "utm_medium")),
        ("https://a.example/#/route?gclid=1&tab=2", "https://a.example/#/route?tab=2", ("gclid",)),
        ("https://a.example/#/route?gclid=1", "https://a.example/#/route", ("gclid",)),
        ("https://a.example/x?UTM_Source=n", "https://a.example/x", ("UTM_Source",)),
        ("https://a.example/x?%75tm_source=n", "https://a.example/x", ("%75tm_source",)),
        ("https://a.example/x?a=1&amp;utm_source=n&amp;b=2", "https://a.example/x?a=1&amp;b=2", ("amp;utm_source",)),
        ("https://a.example/x?fbclid", "https://a.example/x", ("fbclid",)),
        ("https://a.example/x?a=1&&b=&c", "https://a.example/x?a=1&&b=&c", ()),
        ("https://a.example/x?", "https://a.example/x?", ()),
        ("https://a.example/x?ref=friend&source=home", "https://a.example/x?ref=friend&source=home", ()),
        ("https://a.example/utm_source=1/x", "https://a.example/utm_source=1/x", ()),
        ("mailto:a@example.org?utm_source=x", "mailto:a@example.org?utm_source=x", ()),
    ],
)
def test_what_identifies_goes_and_the_rest_stays(url: str, left: str, removed: tuple[str, ...]) -> None:
    assert strip_parameters(url) == (left, removed)


@pytest.mark.parametrize(
    "url",
    [
        "https://go.example.org/UnsubscribePage.html?mkt_unsubscribe=1&mkt_tok=MDAw",
        "https://a.example/unsubscribe?u=1&id=2&e=3&mc_eid=4",
        "https://a.example/login?token=abc&__s=1",
        "https://a.example/password/reset?reset_password_token=abc&vero_id=1",
        "https://a.example/confirm-email?code=1&_hsenc=2",
        "https://a.example/invite/x?utm_email=me%40example.org",
        "https://a.example/tickets?order=1&bsft_uid=2",
        "https://b.example/o.png?X-Amz-Date=1&utm_source=x&X-Amz-Signature=abc",
    ],
)
def test_links_that_do_something_keep_what_they_may_need(url: str) -> None:
    assert strip_parameters(url) == (url, ())


def test_a_campaigns_name_goes_even_from_a_link_that_does_something() -> None:
    assert strip_parameters("https://a.example/unsubscribe?u=1&utm_campaign=x") == (
        "https://a.example/unsubscribe?u=1",
        ("utm_campaign",),
    )


NAMES = st.sampled_from(["utm_source", "mc_eid", "id", "q", "", "ref", "fbclid", "gcl", "%", "a;b"])
PAIRS = st.lists(st.tuples(NAMES, st.sampled_from(["", "=", "=1", "=%2F&"])), max_size=8)


@given(PAIRS, st.sampled_from(["", "#", "#top", "#utm_source=1", "#/a?gclid=2&x"]))
def test_stripping_twice_is_stripping_once_and_what_stays_keeps_its_order(
    pairs: list[tuple[str, str]], fragment: str
) -> None:
    url = "https://a.example/x?" + "&".join(name + value for name, value in pairs) + fragment
    left, removed = strip_parameters(url)
    assert strip_parameters(left) == (left, ())
    pieces = iter(url.replace("#", "&").replace("?", "&").split("&"))
    assert all(piece in pieces for piece in left.replace("#", "&").replace("?", "&").split("&"))
    assert len(left) <= len(url)
    assert (left == url) == (not removed)


def test_names_of_the_table_are_found_and_near_names_are_not() -> None:
    table = parameters()
    assert table.find("utm_whatever") is not None
    assert table.find("utm_email") is not table.find("utm_emaill")
    assert table.find("mc_eidx") is None
    person = table.find("MC_EID")
    assert person is not None
    assert (person.meaning, person.vendor) == ("person", "Mailchimp")


def test_a_bad_table_names_every_bad_line() -> None:
    header = "\t".join(COLUMNS)
    with pytest.raises(Malformed) as caught:
        read_parameters(f"{header}\nA\tperson\t\tx\t\na\tguess\t\tx\t\na\tclick\t\tx\t\na\tclick\t\tx\t\n")
    assert "line 2" in str(caught.value) and "line 3" in str(caught.value) and "line 5" in str(caught.value)
    with pytest.raises(Malformed, match="columns"):
        read_parameters("")
