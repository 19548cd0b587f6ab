"""Law 4: inverting the edits of `instrument` gives back the message, byte for byte; on golden and on all real mail."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from overt.measure import Campaign, Key, Keyring, Mode, Plan, Sending, Variant, prepare
from overt.message import apply_edits, invert_edits, parse

KEYRING = Keyring({1: Key(1, hashlib.sha256(b"law 4").digest())}, 1)
PLAN = Plan(
    base_url="https://t.example.org",
    campaign=Campaign(7),
    variant=Variant(1),
    opens=Mode.INDIVIDUAL,
    links=Mode.INDIVIDUAL,
    sending=Sending(1 << 40),
    grant="form-1",
    text_links=True,
)


def _undone(raw: bytes) -> bool:
    prepared = prepare(parse(raw), PLAN)
    edits = prepared.edits(KEYRING, PLAN.sending)
    out = apply_edits(raw, edits)
    assert apply_edits(out, invert_edits(raw, edits)) == raw
    assert prepared.render(KEYRING, PLAN.sending) == out
    return bool(edits)


def test_golden_messages_come_back_byte_for_byte(golden: Mapping[str, bytes]) -> None:
    changed = {name for name, raw in golden.items() if _undone(raw)}
    assert "quoted-printable-with-mso-comments-and-vml" in changed
    assert changed.isdisjoint({"multipart-signed-smime", "multipart-encrypted-pgp", "pgp-inline"})


@pytest.mark.corpus
@pytest.mark.parametrize("folder", ["clean", "tracked", "phishing", "mime"])
def test_real_mail_comes_back_byte_for_byte_and_nothing_raises(corpus: Path, folder: str) -> None:
    changed = sum(_undone(path.read_bytes()) for path in (corpus / folder).rglob("*") if path.is_file())
    assert changed > 50
