"""Every row of the table of redirectors, held against the example it brings along."""

from __future__ import annotations

import pytest

from overt.errors import Malformed
from overt.guard.redirector import COLUMNS, Redirector, read_redirectors, redirectors
from overt.message import split_url

HEADER = "\t".join(COLUMNS)
ROW = "x\tExample\tclick\texample.org\t/r\\?\tvalue:u\t\tvendor-doc\t\thttps://example.org/r?u=https://a.example/\t"


@pytest.mark.parametrize("row", redirectors().rows, ids=lambda row: row.id)
def test_a_row_finds_its_example_and_reads_its_destination(row: Redirector) -> None:
    url = split_url(row.example)
    assert url is not None
    assert redirectors().find(url) is row
    assert (row.destination(url) or "") == row.leads


@pytest.mark.parametrize(
    ("host", "rule"),
    [
        ("www.google.com", "google-url"),
        ("www.google.co.uk", "google-url"),
        ("google.de", "google-url"),
        ("www.google.com.evil.example", None),
        ("notgoogle.com", None),
        ("google.evil.example", None),
    ],
)
def test_a_name_under_any_public_suffix_is_no_name_under_a_stranger(host: str, rule: str | None) -> None:
    url = split_url(f"https://{host}/url?q=https%3A%2F%2Fa.example%2F")
    assert url is not None
    row = redirectors().find(url)
    assert (row.id if row else None) == rule


def test_a_host_is_matched_by_whole_labels() -> None:
    rows = read_redirectors(f"{HEADER}\n{ROW}\n")
    for host, known in (("example.org", True), ("a.b.example.org", True), ("badexample.org", False)):
        url = split_url(f"https://{host}/r?u=https://a.example/")
        assert url is not None
        assert (rows.find(url) is not None) is known


def test_user_names_that_look_like_hosts_are_no_hosts() -> None:
    url = split_url("https://www.google.com%2Furl@evil.example/url?q=https://a.example/")
    assert url is not None
    assert redirectors().find(url) is None


def test_a_bad_table_names_every_bad_line() -> None:
    bad = [
        ROW.replace("\tclick\t", "\tguess\t"),
        ROW.replace("value:u", "somewhere"),
        ROW.replace("/r\\?", "(").replace("x\tE", "y\tE", 1),
        "too\tshort",
    ]
    with pytest.raises(Malformed) as caught:
        read_redirectors("\n".join([HEADER, *bad]))
    assert [f"line {number}" in str(caught.value) for number in (2, 3, 4, 5)] == [True] * 4
    with pytest.raises(Malformed, match="taken"):
        read_redirectors(f"{HEADER}\n{ROW}\n{ROW}")
    with pytest.raises(Malformed, match="columns"):
        read_redirectors("id\n")
