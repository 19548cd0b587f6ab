"""Gateways' own encodings, against URLs as the gateways write them; bounds on hostile text."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode, urlsafe_b64encode

import pytest

from overt.guard.wrapping import DECODERS, LONGEST, decode, decode_base64, inflate


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        # Stars as Proofpoint's own decoder (urldefense v3) reads them: Kw is "+" in base64.
        ("__https://google.com:443/search?q=a*test&gs=ps__;Kw!-612Flbf0JvQ!x$", "https://google.com:443/search?q=a+test&gs=ps"),
        ("__https://lists.example.org/all/__;!!ACWV5N9M2RV99hQ!MOnoujF4$", "https://lists.example.org/all/"),
        ("__http:/lists.example.org/a__;!fqWJcnlTkjM!x$", "http://lists.example.org/a"),
        # Two stars and A: a run of two, here "ää" (w6TDpA in base64).
        ("__https://example.org/**Ab__;w6TDpA!!x!y$", "https://example.org/ääb"),
        # One and one: "#" and "?" (Iz8).
        ("__https://example.org/*a*b__;Iz8!!x!y$", "https://example.org/#a?b"),
        # "__;" in the URL itself does not end it: no "!" follows.
        ("__https://example.org/a__;b__;!!x!y$", "https://example.org/a__;b"),
    ],
)  # fmt: skip
def test_url_defense_version_3_gives_back_what_it_took_out(written: str, plain: str) -> None:
    assert decode(written, ("proofpoint3",)) == plain


@pytest.mark.parametrize(
    "written", ["__https://example.org/*__;!", "https://example.org", "__;Kw!", "__a__;*!", "__a*b__;KysrKw!"]
)
def test_url_defense_version_3_in_pieces_raises_nothing(written: str) -> None:
    assert DECODERS["proofpoint3"](written) in (None, "https://example.org/*")


def test_url_defense_version_2_writes_hyphens_for_percent_signs() -> None:
    written = "https-3A__git.example.org_pub_scm_tree_core-2Dapi_ioctl.rst-3Fh-3Dcompat-2Dioctl-26id-3D92"
    plain = "https://git.example.org/pub/scm/tree/core-api/ioctl.rst?h=compat-ioctl&id=92"
    assert decode(written, ("proofpoint2",)) == plain


def test_sparkposts_field_is_as_long_as_it_says() -> None:
    # As in real links: F 4 .... P 4 .... D <length> <destination> W <length> <account>
    raw = b"F\x04e\x07\xc4\x22P\x04a\x00\x00\x01" + b"D\x1ehttps://www.example.org/contact" + b"W\x06sample"
    assert len("https://www.example.org/contact") == 0x1F
    assert decode(urlsafe_b64encode(raw).decode().rstrip("="), ("sparkpost",)) == "https://www.example.org/contac"
    assert decode("Zm9v", ("sparkpost",)) is None


def test_one_value_of_a_query_string_is_taken_out() -> None:
    assert decode("d=1&l=https%3A%2F%2Fa.example%2F%3Fx%3D1&r=a%40b", ("form-l",)) == "https://a.example/?x=1"
    assert decode("d=1&xl=2", ("form-l",)) is None


def test_json_is_read_through_documents_in_its_values() -> None:
    inner = json.dumps({"u": 1, "url": "https://a.example/x"})
    outer = json.dumps({"s": "no", "p": inner})
    assert decode(b64encode(outer.encode()).decode(), ("base64", "json")) == "https://a.example/x"
    assert decode("[" * 60_000, ("json",)) is None
    assert decode('{"a": "javascript:alert(1)"}', ("json",)) is None


@pytest.mark.parametrize("written", ["QQ==", "QQ", "_-8"])
def test_base64_needs_no_padding_and_has_two_alphabets(written: str) -> None:
    assert decode_base64(written) == {"QQ==": b"A", "QQ": b"A", "_-8": b"\xff\xef"}[written]


@pytest.mark.parametrize("written", ["Q", "Q!==", "", "QQ=A"])
def test_what_is_no_base64_is_none(written: str) -> None:
    assert decode_base64(written) is None


def test_a_compressed_bomb_stays_small() -> None:
    bomb = zlib.compress(b"\0" * 50_000_000, 9)
    assert len(inflate(bomb) or b"") == LONGEST
    assert inflate(b"no zlib") is None


@pytest.mark.parametrize("step", sorted(DECODERS))
@pytest.mark.parametrize(
    "text", ["", "%", "*" * 60_000, "__;" * 20_000, "eyJ" * 20_000, "__a" + "__;A" * 15_000, "\ud800é"]
)
def test_no_step_raises_on_nonsense(step: str, text: str) -> None:
    found = DECODERS[step](text)
    assert found is None or len(found) <= LONGEST
