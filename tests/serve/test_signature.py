"""DKIM signatures: what is covered, for whom, and with which keys."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import dkim
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from overt.errors import Malformed
from overt.message import parse
from overt.serve.signature import Signer, read_signer
from overt.testing import make_mail

MAIL = (
    b"From: Joe <joe@example.org>\r\nTo: kim@example.net\r\nSubject:  a   b \r\nX-Other: 1\r\n\r\nHi.  there \r\n\r\n"
)


def pem(key: rsa.RSAPrivateKey | Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def make_signer(domain: str) -> Signer:
    return read_signer(domain, "overt", pem(Ed25519PrivateKey.generate()))


def verifies(raw: bytes, signer: Signer) -> bool:
    """Whether somebody who looks the record up finds the signature good."""

    def txt(name: bytes, timeout: int = 5) -> bytes:
        del timeout
        assert name == f"{signer.name}.".encode()
        return signer.record.encode()

    return bool(dkim.verify(raw, dnsfunc=txt))


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def tags(signed: bytes) -> dict[str, str]:
    value = signed.split(b"\r\nFrom:")[0].decode().split(":", 1)[1]
    pairs = (tag.partition("=") for tag in "".join(value.split()).split(";"))
    return {name: text for name, _, text in pairs if name}


def relaxed(signed: bytes) -> bytes:
    """The header that MAIL's signature covers, by hand (RFC 6376 section 3.4.2)."""
    own = signed.split(b"\r\nFrom:")[0].decode()
    text = " ".join(re.sub(r"\bb=[^;]*$", "b=", own).split(":", 1)[1].split())
    return b"from:Joe <joe@example.org>\r\nsubject:a b\r\nto:kim@example.net\r\n" + f"dkim-signature:{text}".encode()


def test_an_rsa_signature_verifies_by_hand(rsa_key: rsa.RSAPrivateKey) -> None:
    signed = read_signer("example.org", "overt", pem(rsa_key)).sign(MAIL)
    assert signed.endswith(MAIL)
    found = tags(signed)
    body = base64.b64encode(hashlib.sha256(b"Hi. there\r\n").digest()).decode()  # RFC 6376 section 3.4.4
    assert (found["d"], found["s"], found["c"], found["a"]) == ("example.org", "overt", "relaxed/relaxed", "rsa-sha256")
    assert found["bh"] == body
    public = rsa_key.public_key()
    public.verify(base64.b64decode(found["b"]), relaxed(signed), padding.PKCS1v15(), hashes.SHA256())


def test_an_ed25519_signature_verifies_by_hand() -> None:
    key = Ed25519PrivateKey.generate()
    signed = read_signer("example.org", "overt", pem(key)).sign(MAIL)
    found = tags(signed)
    assert found["a"] == "ed25519-sha256"
    key.public_key().verify(base64.b64decode(found["b"]), hashlib.sha256(relaxed(signed)).digest())  # RFC 8463 3


def test_what_is_published_verifies_what_is_signed(rsa_key: rsa.RSAPrivateKey) -> None:
    signer = read_signer("example.org", "overt", pem(rsa_key))
    signed = signer.sign(make_mail())
    assert signer.name == "overt._domainkey.example.org"
    assert verifies(signed, signer)
    assert not verifies(signed.replace(b"\r\nSubject:", b"\r\nSubject: More"), signer)


def test_a_second_from_or_subject_breaks_the_signature() -> None:
    signer = make_signer("example.org")
    signed = signer.sign(MAIL)
    for added in (b"From: eve@example.com\r\n", b"Subject: pay now\r\n", b"List-Unsubscribe: <https://e.example/>\r\n"):
        assert not verifies(added + signed, signer)
    assert verifies(b"Received: by a.example\r\n" + signed, signer)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (b"From: joe@example.org\r\n", ""),
        (b"From: joe@news.example.org\r\n", ""),
        (b"From: joe@notexample.org\r\n", "its author is not at example.org"),
        (b"From: joe@example.org, eve@example.com\r\n", "its author is not at example.org"),
        (b"From: joe@example.org\r\nFrom: eve@example.com\r\n", "its author is not at example.org"),
        (b"Subject: x\r\n", "it has no author"),
        (
            b"From: joe@example.org\r\nDKIM-Signature: v=1; d=example.org; s=a; b=x\r\n",
            "signed for example.org already",
        ),
        (b"From: joe@example.org\r\nDKIM-Signature: v=1; d=esp.example; s=a; b=x\r\n", ""),
    ],
)
def test_only_its_own_domain_is_signed_for(rsa_key: rsa.RSAPrivateKey, fields: bytes, reason: str) -> None:
    found = read_signer("example.org", "overt", pem(rsa_key)).reason_not_to(parse(fields + b"\r\nHi\r\n"))
    assert reason in found
    assert bool(reason) is bool(found)


def test_a_domain_outside_ascii_is_signed_for_in_its_a_labels(rsa_key: rsa.RSAPrivateKey) -> None:
    signer = read_signer("bücher.example", "overt", pem(rsa_key))
    assert signer.domain == "xn--bcher-kva.example"
    assert signer.reason_not_to(parse("From: joe@bücher.example\r\n\r\nHi\r\n".encode())) == ""


def test_no_key_is_shown(rsa_key: rsa.RSAPrivateKey) -> None:
    assert "PRIVATE" not in repr(read_signer("example.org", "overt", pem(rsa_key)))


@pytest.mark.parametrize(
    ("domain", "selector"), [("", "overt"), ("example.org", ""), ("exa mple.org", "overt"), ("example.org", "a;b")]
)
def test_a_name_that_is_none_is_told(rsa_key: rsa.RSAPrivateKey, domain: str, selector: str) -> None:
    with pytest.raises(Malformed, match="domain and a selector"):
        read_signer(domain, selector, pem(rsa_key))


def test_keys_that_cannot_sign_are_told() -> None:
    with pytest.raises(Malformed, match="no private key"):
        read_signer("example.org", "overt", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    with pytest.raises(Malformed, match="RSA or Ed25519"):
        read_signer("example.org", "overt", pem(ec.generate_private_key(ec.SECP256R1())))


def test_a_signer_is_a_value(rsa_key: rsa.RSAPrivateKey) -> None:
    assert read_signer("Example.org.", "overt", pem(rsa_key)) == read_signer("example.org", "overt", pem(rsa_key))


def test_what_is_not_ours_to_sign_goes_out_as_it_is() -> None:
    signer = make_signer("shop.example.org")
    assert verifies(signer.seal(make_mail()), signer)
    assert make_signer("elsewhere.example").seal(make_mail()) == make_mail()


def test_where_signing_fails_the_mail_goes_out_unsigned_and_that_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    broken = replace(make_signer("shop.example.org"), key=b"none")
    assert broken.seal(make_mail()) == make_mail()
    assert "a message goes out unsigned" in caplog.text
