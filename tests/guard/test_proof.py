"""Proofs are recomputed: true ones hold, and any other address, place or chain does not."""

from __future__ import annotations

import pytest

from overt.guard.finding import Leak
from overt.guard.proof import proof_of, verify_leak
from overt.message import Address

ADA = Address("ada", "example.org")
MD5 = "5bfcf2d8e394674550332640d72db509"  # printf 'ada@example.org' | md5sum
URL = f"https://t.example.net/o/{MD5}.gif?k=pepper7"
AT = URL.index(MD5)


def test_a_true_proof_holds_and_its_neighbours_do_not() -> None:
    assert verify_leak(Leak(ADA, ("md5",), AT, AT + 32), URL)
    for wrong in (
        Leak(Address("eve", "example.org"), ("md5",), AT, AT + 32),
        Leak(ADA, ("sha1",), AT, AT + 32),
        Leak(ADA, ("md5",), AT + 1, AT + 32),
        Leak(ADA, ("md5", "upper"), AT, AT + 32),
        Leak(ADA, ("no-such-step",), AT, AT + 32),
        Leak(ADA, ("base64",), AT, AT + 32),
        Leak(ADA, (), AT, AT + 32),
        Leak(ADA, ("md5",), -1, AT + 32),
        Leak(ADA, ("md5",), AT, len(URL) + 1),
    ):
        assert not verify_leak(wrong, URL)


@pytest.mark.parametrize(
    ("written", "chain"),
    [
        # printf 'pepper7ada@example.org' | sha256sum
        ("2cf0000ace18d786197c4afe3b329f6cddedc32dc798a5214c0db9f478ca0271", "sha256(url[{}:{}]+address)"),
        # printf 'ada@example.org' | openssl dgst -sha256 -hmac pepper7
        ("34b5f83eeb2195127eb4680829f0d1d0517bc4dede3e2b1722fec21182d98173", "sha256(key url[{}:{}], address)"),
    ],
)
def test_a_salt_is_read_from_the_same_url(written: str, chain: str) -> None:
    url = f"https://t.example.net/?s=pepper7&h={written}"
    start = url.index("pepper7")
    leak = Leak(ADA, (chain.format(start, start + 7),), url.index(written), len(url))
    assert verify_leak(leak, url)
    assert not verify_leak(leak, url.replace("pepper7", "pepper8"))


def test_a_local_part_alone_is_the_weaker_proof() -> None:
    url = "https://t.example.net/?u=8c8d357b5e872bbacd45197626bd5759"  # printf ada | md5sum
    leak = Leak(ADA, ("md5", "local-part"), url.index("8c"), len(url))
    assert verify_leak(leak, url)
    assert proof_of(leak) == "local"
    assert proof_of(Leak(ADA, ("md5",), 0, 1)) == "whole"
