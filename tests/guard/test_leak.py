"""Leaks found in URLs. Every encoded or hashed value was made by another program, named beside it."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import shutil
import subprocess
import time
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from overt.guard.leak import find_leaks
from overt.guard.leakindex import build_leak_index
from overt.guard.proof import proof_of, verify_leak
from overt.message import Address

ADA = Address("ada", "example.org")
INDEX = build_leak_index([ADA])
T = "https://t.example.net/"


def chains(url: str) -> list[tuple[str, ...]]:
    found = find_leaks(INDEX, url)
    assert all(verify_leak(leak, url) for leak in found)
    return [leak.chain for leak in found]


@pytest.mark.parametrize(
    ("url", "chain", "piece"),
    [
        (T + "?e=ada@example.org&x=1", (), "ada@example.org"),
        (T + "?e=ada%40example.org&x=1", ("percent",), "ada%40example.org"),
        (T + "?e=%61da%2540example.org", ("percent", "percent"), "%61da%2540example.org"),
        (T + "?e=ADA@EXAMPLE.ORG", ("upper",), "ADA@EXAMPLE.ORG"),
        (T + "?e=Ada@Example.Org", ("any-case",), "Ada@Example.Org"),
        (T + "?e=gro.elpmaxe@ada", ("reverse",), "gro.elpmaxe@ada"),
        (T + "?e=nqn@rknzcyr.bet", ("rot13",), "nqn@rknzcyr.bet"),
        (T + "?e=ada&#64;example.org", ("entities",), "ada&#64;example.org"),
        # base64, base32, xxd -p, basenc
        (T + "YWRhQGV4YW1wbGUub3Jn/x", ("base64",), "YWRhQGV4YW1wbGUub3Jn"),
        (T + "MFSGCQDFPBQW24DMMUXG64TH.gif", ("base32",), "MFSGCQDFPBQW24DMMUXG64TH"),
        (T + "?h=616461406578616d706c652e6f7267", ("hex",), "616461406578616d706c652e6f7267"),
        (T + "?h=id616461406578616D706C652E6F7267end", ("hex",), "616461406578616D706C652E6F7267"),
        # base64 in the middle of bytes that are no text, at another alignment
        (T + "?p=/wB7ImlkIjo3LCJlIjoiYWRhQGV4YW1wbGUub3JnIn2A", ("base64",), None),
        # md5sum, sha1sum, sha256sum, openssl, gzip's trailer; alone and inside something
        (T + "o/5bfcf2d8e394674550332640d72db509.gif", ("md5",), "5bfcf2d8e394674550332640d72db509"),
        (T + "?u=id-5bfcf2d8e394674550332640d72db509-7", ("md5",), "5bfcf2d8e394674550332640d72db509"),
        (T + "?u=115bfcf2d8e394674550332640d72db50999", ("md5",), "5bfcf2d8e394674550332640d72db509"),
        (T + "?u=5BFCF2D8E394674550332640D72DB509", ("upper", "md5"), "5BFCF2D8E394674550332640D72DB509"),
        (T + "?u=3c1b5f0cb91772d027dcdde8fb749091db780cbb", ("sha1",), None),
        (T + "?u=09ef0804e0326d6281bcd472a83ba940c69b7a821447d7908631cd803ccd9cb6", ("sha3-256",), None),
        (T + "?u=0b6e9ba0b0c38a50defb1f2cee510a0bb21be65353fd48813c2e1d61936c5f2d", ("blake2s",), None),
        (T + "?u=91bfaac6", ("crc32",), "91bfaac6"),
        (T + "?u=2445257414", ("decimal", "crc32"), "2445257414"),
        # openssl dgst -md5 -binary | base64
        (T + "?u=W%2FzyOOUZ0VQ", None, None),
        (T + "?u=W%2Fzy2OOUZ0VQMyZA1y21CQ%3D%3D", ("percent", "base64", "md5-bytes"), "W%2Fzy2OOUZ0VQMyZA1y21CQ"),
        (T + "?u=W_zy2OOUZ0VQMyZA1y21CQ", ("base64", "md5-bytes"), "W_zy2OOUZ0VQMyZA1y21CQ"),
        # md5sum in sha1sum; sha512sum in sha256sum; md5sum of other spellings
        (T + "?u=14dd555a9c736f3447eb765e3963922e0fbc1bb1", ("sha1", "md5"), None),
        (T + "?u=83cd0ba507ae656ad40c14b39fd573a2b8d726b8042a14dfbd2b4275b75d998e", ("sha256", "sha512"), None),
        (T + "?u=5836068d887d106350ddf50e2ca3e106", ("md5", "reverse"), None),
        (T + "?u=af71f37b0ae65a7672e7ef70f9880b12", ("md5", "upper"), None),
        # the digits of md5sum behind bytes that are no text, in base64
        (T + "?p=eP81YmZjZjJkOGUzOTQ2NzQ1NTAzMzI2NDBkNzJkYjUwOQ==", ("base64", "md5"), None),
        # gzip -c | base64
        (T + "?z=H4sIAAAAAAAAA0tMSXRIrUjMLchJ1csvSgcAxqq%2FkQ8AAAA%3D", ("base64", "gzip"), None),
        # sha256sum and openssl -hmac with a salt in the URL
        (
            T + "?s=pepper7&h=2cf0000ace18d786197c4afe3b329f6cddedc32dc798a5214c0db9f478ca0271",
            ("sha256(url[25:32]+address)",),
            None,
        ),
        (
            T + "?s=pepper7&h=34b5f83eeb2195127eb4680829f0d1d0517bc4dede3e2b1722fec21182d98173",
            ("sha256(key url[25:32], address)",),
            None,
        ),
    ],
)  # fmt: skip
def test_a_leak_names_its_chain_and_its_place(url: str, chain: tuple[str, ...] | None, piece: str | None) -> None:
    found = find_leaks(INDEX, url)
    assert [leak.chain for leak in found] == ([] if chain is None else [chain])
    assert all(verify_leak(leak, url) for leak in found)
    if piece is not None:
        assert [url[leak.start : leak.end] for leak in found] == [piece]


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


HASHED = b'{"h": "5bfcf2d8e394674550332640d72db509"}'
ESCAPED = b'["ada\\u0040example.org"]'
MAILED = b'{"mail": "ada@example.org", "id": 7}'


@pytest.mark.parametrize(
    ("url", "chain"),
    [
        (f"{T}{b64(json.dumps({'e': 'ada@example.org'}).encode())}/x", ("base64",)),
        (f"{T}?j=eyJhbGciOiJub25lIn0.{b64(json.dumps({'sub': 'ada@example.org'}).encode())}.x", ("base64",)),
        (f"{T}{b64(b64(b'ada@example.org').encode())}", ("base64", "base64")),
        (f"{T}{b64(b64(b64(b'ada@example.org').encode()).encode())}", ("base64", "base64", "base64")),
        (f"{T}{b64(b'ada@example.org').encode().hex()}", ("hex", "base64")),
        (f"{T}{b64(b'ada@example.org'.hex().encode())}", ("base64", "hex")),
        (f"{T}{b64(b'nqn@rknzcyr.bet')}", ("base64", "rot13")),
        (f"{T}{b64(b'ada@example.org')[::-1]}", ("reverse", "base64")),
        (f"{T}{b64(zlib.compress(MAILED))}", ("base64", "zlib")),
        (f"{T}{gzip.compress(b'to=ada%40example.org').hex()}", ("hex", "gzip", "percent")),
        (f"{T}{b64(ESCAPED)}", ("base64", "json")),
        (f"{T}?q={quote(b64(HASHED))}", ("base64", "md5")),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_beforehand_is_decoded(url: str, chain: tuple[str, ...]) -> None:
    assert chains(url) == [chain]


PROGRAMS = {"md5": "md5sum", "sha1": "sha1sum", "sha224": "sha224sum", "sha384": "sha384sum", "sha512": "sha512sum"}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_coreutils_hash_is_found(name: str) -> None:
    program = shutil.which(PROGRAMS[name])
    if program is None:
        pytest.skip(f"{PROGRAMS[name]} is not on this machine")
    ran = subprocess.run([program], input=b"ada@example.org", capture_output=True, check=True)
    assert chains(f"{T}i/{ran.stdout.split()[0].decode()}.png") == [(name,)]


@pytest.mark.parametrize(
    "url",
    [
        T,
        "",
        "https://example.org/ada",
        T + "?e=eve@example.org",
        T + "?e=mona.ada@example.org",
        T + "?e=ada@example.org.uk",
        T + "?e=ada@example.organic",
        T + "?e=YWRhQGV4YW1wbGUuY29t",  # ada@example.com
        T + "?e=bW9uYWRhQGV4YW1wbGUub3Jn",  # monada@example.org
        T + "?c=x91bfaac6",
        T + "?c=91bfaac61",
        T + "?d=5bfcf2d8e394674550332640d72db50",
        T + "5bfcf2d8e394674500000000d72db509",
        T + "?h=2cf0000ace18d786197c4afe3b329f6cddedc32dc798a5214c0db9f478ca0271",
    ],
)
def test_near_misses_are_no_leaks(url: str) -> None:
    assert chains(url) == []


def test_a_local_part_counts_only_when_it_is_rare_and_stands_alone() -> None:
    index = build_leak_index([Address("ada.lovelace", "example.org"), Address("info", "example.org")])
    (leak,) = find_leaks(index, T + "u/ada.lovelace/open")
    assert (leak.chain, proof_of(leak)) == (("local-part",), "local")
    # printf ada.lovelace | md5sum
    (leak,) = find_leaks(index, T + "?u=43804d20db9f0e5b5f90727652740a2d")
    assert (leak.chain, proof_of(leak)) == (("md5", "local-part"), "local")
    assert find_leaks(index, T + "info/ada.lovelaces") == ()
    whole = find_leaks(index, T + "?e=ada.lovelace@example.org")
    assert [proof_of(leak) for leak in whole] == ["whole"]


def test_two_addresses_in_one_url_are_two_leaks() -> None:
    index = build_leak_index([ADA], aliases=[Address("grace", "example.net")])
    found = find_leaks(index, T + "?a=ada@example.org&b=Z3JhY2VAZXhhbXBsZS5uZXQ")  # printf grace@example.net | base64
    assert [(str(leak.address), leak.chain) for leak in found] == [
        ("ada@example.org", ()),
        ("grace@example.net", ("base64",)),
    ]


def test_letters_beyond_ascii_keep_their_places() -> None:
    url = "https://t.example.net/ü/é?e=ada@example.org"
    (leak,) = find_leaks(INDEX, url)
    assert url[leak.start : leak.end] == "ada@example.org"
    jose = build_leak_index([Address("josé", "example.org")])
    (leak,) = find_leaks(jose, T + "?e=jos%C3%A9%40example.org")
    assert leak.chain == ("percent",)


HOSTILE = [
    T + "a" * 60_000,
    T + "%" * 60_000,
    T + "?x=" + "5bfcf2d8e39467455033264" * 2_500,
    T + "eyJ" * 20_000,
    T + "eyJhYWFh." * 6_000,
    T + "YWRhQGV4YW1wbGUub3" * 3_000,
    T + "/" + "A/" * 30_000,
    T + "?" + "&#64;" * 12_000,
    T + "?p=" + b64(zlib.compress(b"A" * 40_000_000, 9)),
    T + "?p=" + b64(zlib.compress(b"YWRhQGV4YW1wbGUub3" * 2_000_000, 9)),
    T + "?p=" + quote(quote(quote("@" * 2_000))),
    T + "ada@example.orgx" * 3_500,
    T + "?" + "&".join(f"s{number}={number:032x}" for number in range(1_500)),
]


@pytest.mark.parametrize("url", HOSTILE, ids=lambda url: url[:50])
def test_hostile_urls_cost_no_more_than_a_moment(url: str) -> None:
    start = time.process_time()
    find_leaks(INDEX, url)
    assert time.process_time() - start < 2.0  # quadratic work on 60,000 characters takes minutes


ROT13 = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    b"NOPQRSTUVWXYZABCDEFGHIJKLMnopqrstuvwxyzabcdefghijklm",
)
WAYS: dict[str, Callable[[bytes], bytes]] = {
    "base64": base64.urlsafe_b64encode,
    "hex": binascii.hexlify,
    "percent": lambda raw: quote(raw, safe="").encode(),
    "reverse": lambda raw: raw[::-1],
    "rot13": lambda raw: raw.translate(ROT13),
    "zlib": zlib.compress,
}
STEPS = st.sampled_from(sorted(WAYS))


PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12).map(str.encode)


@given(st.binary(max_size=12), st.binary(max_size=12))
def test_an_address_among_any_bytes_in_base64_is_found(before: bytes, after: bytes) -> None:
    url = f"{T}x/{b64(before + b' ada@example.org ' + after)}.png"
    assert [leak.address for leak in find_leaks(INDEX, url)] == [ADA]


def test_an_escaped_blank_before_an_address_that_stands_backwards_ends_there() -> None:
    (leak,) = find_leaks(INDEX, f"{T}?x=02%gro.elpmaxe04%ada02%")
    assert leak.chain == ("reverse", "percent")
    assert find_leaks(INDEX, f"{T}?x=02%gro.elpmaxe04%ada16%") == ()  # %61 is an a: that is aada@example.org


@given(PRINTABLE, PRINTABLE, st.lists(STEPS, max_size=2))
def test_an_address_in_a_text_under_three_encodings_is_found_and_proven(
    before: bytes, after: bytes, steps: list[str]
) -> None:
    assume(steps != ["zlib", "percent"])  # bytes of a compressed text are looked for in base64 and hexadecimal only
    raw = before + b" ada@example.org " + after
    for step in steps:
        raw = WAYS[step](raw)
    url = T + "?x=" + base64.urlsafe_b64encode(raw).decode()
    found = find_leaks(INDEX, url)
    assert all(verify_leak(leak, url) for leak in found)
    if raw.isascii() or not steps:
        assert found


@given(st.text(max_size=300))
def test_any_text_is_searched_without_an_error(text: str) -> None:
    assert all(verify_leak(leak, text) for leak in find_leaks(INDEX, text))
