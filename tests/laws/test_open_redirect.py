"""Laws 8 and 9: a link leads to its destination for as long as the key is kept, and to nothing that was not signed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from overt.measure import (
    Campaign,
    Key,
    Keyring,
    Kind,
    Link,
    Mode,
    Token,
    Variant,
    destination_bytes,
    link_url,
    mint,
    parse_path,
    read_destination,
    split_target,
    verify,
)

KEYRING = Keyring({1: Key(1, b"l" * 32)}, 1)
TOKEN = Token(Kind.LINK, Mode.SHARED, Campaign(1), Variant(0), Link(1))
_TAIL = st.text(st.sampled_from("abc/?&=%#+ äü日.;:@!'()*~[]2F"), max_size=30)


def _found(url: str) -> set[bytes]:
    path, query = split_target(url.removeprefix("https://t.example.org").encode())
    located = parse_path(path)
    assert located is not None
    return {raw for raw in read_destination(query) if verify(KEYRING, located.token, raw)}


@given(_TAIL)
def test_every_destination_comes_back_from_its_url_with_nothing_but_the_key(tail: str) -> None:
    destination = "https://shop.example/" + tail
    signed = destination_bytes(destination)
    url = link_url("https://t.example.org", mint(KEYRING, TOKEN, signed), destination)
    assert _found(url) == {signed}
    assert _found(url + "&utm_source=gateway") == {signed}
    assert _found(url.replace("?", "%3F", 1)) == {signed}


@given(_TAIL, st.text(st.sampled_from("evil.example/&u=%2F:?#"), min_size=1, max_size=20), st.integers(0, 80))
def test_no_alteration_of_the_query_leads_to_bytes_that_were_not_signed(tail: str, insert: str, place: int) -> None:
    destination = "https://shop.example/" + tail
    signed = destination_bytes(destination)
    path, query = link_url("https://t.example.org", mint(KEYRING, TOKEN, signed), destination).split("?", 1)
    altered = query[:place] + insert + query[place:]
    assert _found(f"{path}?{altered}") <= {signed}


@given(st.binary(max_size=80))
def test_a_query_that_we_did_not_write_leads_nowhere(query: bytes) -> None:
    token = mint(KEYRING, TOKEN, b"https://shop.example/")
    verified = [raw for raw in read_destination(query) if verify(KEYRING, token, raw)]
    assert verified in ([], [b"https://shop.example/"])
