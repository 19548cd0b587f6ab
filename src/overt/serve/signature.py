"""DKIM signatures (RFC 6376, RFC 8463) over messages as they go out, after everything was put in.

Signs only for the domain it has a key for, and only what nobody signed for that domain before. Knows no queue and no
recipient, and asks no DNS whether the public key is published.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import dkim
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from overt.errors import Malformed, Refused
from overt.message import Message, find_addresses, parse

_LOG = logging.getLogger(__name__)

FEWEST_BITS = 1024  # RFC 8301 section 3.2: shorter RSA keys must not be used
# What a change of would show: RFC 6376 section 5.4.1, with what RFC 8058 section 4 wants covered.
SIGNED = (
    "from", "reply-to", "subject", "date", "to", "cc", "message-id", "in-reply-to", "references", "mime-version",
    "content-type", "content-transfer-encoding", "list-id", "list-unsubscribe", "list-unsubscribe-post",
)  # fmt: skip
# Signed once more than they stand there, so that nobody adds a second one that is shown (RFC 6376 section 8.15).
SEALED = frozenset({"from", "reply-to", "subject", "date", "to", "cc", "content-type", "list-unsubscribe"})


@dataclass(frozen=True, slots=True)
class Signer:
    """A key and the name it is published under: `selector._domainkey.domain`.

    `domain` is in A-labels; `key` is what dkimpy takes: PKCS #1 in PEM for RSA, the seed in base64 for Ed25519.
    """

    domain: str
    selector: str
    algorithm: str
    key: bytes = field(repr=False)
    public: bytes = field(repr=False)

    @property
    def record(self) -> str:
        """The TXT record to publish (RFC 6376 section 3.6.1)."""
        kind = "ed25519" if self.algorithm.startswith("ed25519") else "rsa"
        return f"v=DKIM1; k={kind}; p={base64.b64encode(self.public).decode()}"

    @property
    def name(self) -> str:
        """Where the record stands in DNS."""
        return f"{self.selector}._domainkey.{self.domain}"

    def reason_not_to(self, message: Message) -> str:
        """Why this message is not ours to sign, or an empty string."""
        authors = [address for found in message.root.fields if found.name.lower() == "from"
                   for address in find_addresses(found.text)]  # fmt: skip
        if not authors:
            return "it has no author"
        for author in authors:
            domain = to_ascii(author.domain)
            if domain != self.domain and not domain.endswith("." + self.domain):  # RFC 7489 section 3.1.1, relaxed
                return f"its author is not at {self.domain}"
        for found in message.root.fields:
            if found.name.lower() == "dkim-signature" and f"d={self.domain};" in "".join(found.text.split()) + ";":
                return f"it is signed for {self.domain} already"
        return ""

    def sign(self, raw: bytes) -> bytes:
        """`raw` with a signature above it, over body and header relaxed. Raises `Refused` where that cannot be."""
        signing = dkim.DKIM(raw)
        present = [bytes(name).decode("latin-1").lower() for name, _ in signing.headers]
        try:
            made = signing.sign(
                self.selector.encode(),
                self.domain.encode(),
                self.key,
                signature_algorithm=self.algorithm.encode(),
                canonicalize=(b"relaxed", b"relaxed"),
                include_headers=_names(present),
            )
        except dkim.DKIMException as error:
            raise Refused(f"it cannot be signed: {type(error).__name__}") from error
        return bytes(made) + raw

    def seal(self, raw: bytes) -> bytes:
        """`raw` as it goes out: signed where it is ours to sign. Mail comes first: a fault leaves it unsigned."""
        try:
            return raw if self.reason_not_to(parse(raw)) else self.sign(raw)
        except Exception:  # noqa: BLE001 whatever it is
            _LOG.exception("a message goes out unsigned")
            return raw


def read_signer(domain: str, selector: str, pem: bytes) -> Signer:
    """The signer of a private key in PEM, as openssl, opendkim-genkey and rspamadm write it; raises `Malformed`."""
    domain = to_ascii(domain)
    if not domain or not selector.isascii() or not all(map(_is_label, [*selector.split("."), *domain.split(".")])):
        raise Malformed("a DKIM key needs a domain and a selector, such as example.org and overt")
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Malformed("that is no private key in PEM without a password") from error
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    if isinstance(key, RSAPrivateKey):
        if key.key_size < FEWEST_BITS:
            raise Malformed(f"an RSA key for DKIM has {FEWEST_BITS} bits or more (RFC 8301), better 2048")
        text = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(serialization.Encoding.DER, form)
        return Signer(domain, selector, "rsa-sha256", text, public)
    if isinstance(key, Ed25519PrivateKey):
        return Signer(
            domain, selector, "ed25519-sha256",
            base64.b64encode(key.private_bytes_raw()), key.public_key().public_bytes_raw(),
        )  # fmt: skip
    raise Malformed("a DKIM key is of RSA or Ed25519")


def to_ascii(domain: str) -> str:
    """A domain in A-labels and small letters (RFC 5890); an empty string where it has no such form."""
    try:
        return domain.rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        return ""


def _names(present: Sequence[str]) -> list[bytes]:
    """The names for `h=`: as often as each stands there, and once more where it is sealed."""
    names: list[bytes] = []
    for name in SIGNED:
        names += [name.encode()] * (present.count(name) + (name in SEALED))
    return names


def _is_label(label: str) -> bool:
    return bool(label) and label.replace("-", "").replace("_", "").isalnum() and not label.startswith("-")
