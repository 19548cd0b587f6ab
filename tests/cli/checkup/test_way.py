"""The way out, and the key that receivers look up."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from overt.cli.checkup.outcome import Outcome
from overt.cli.checkup.way import check_hop, check_signature
from overt.cli.option import Settings
from overt.cli.route import open_signer
from overt.serve.hop import Tls, Verdict, greet, parse_next_hop
from tests.serve.post import Sink
from tests.serve.test_signature import pem


def signing(folder: Path) -> Settings:
    (folder / "dkim.pem").write_bytes(pem(Ed25519PrivateKey.generate()))
    dkim = {"domain": "example.org", "selector": "overt", "key": str(folder / "dkim.pem")}
    return Settings(folder=folder, dkim=dkim)  # type: ignore[arg-type]


def test_a_next_hop_that_is_there_is_greeted_and_gets_no_mail() -> None:
    async def go() -> tuple[Verdict, list[tuple[str, str, bytes]]]:
        async with Sink().listening() as sink:
            attempt = await greet(parse_next_hop(f"smtp://127.0.0.1:{sink.port}"))
            return attempt.verdict, sink.taken

    assert asyncio.run(go()) == (Verdict.DELIVERED, [])


def test_a_next_hop_that_is_not_there_is_wrong(folder: Path) -> None:
    settings = Settings(folder=folder, relay={"next_hop": "smtp://127.0.0.1:9"})  # type: ignore[arg-type]
    found = check_hop(settings)
    assert found.outcome is Outcome.WRONG
    assert "does not let us in" in found.said
    assert parse_next_hop("smtp://127.0.0.1:9").tls is Tls.AUTO


def test_a_maildir_needs_a_folder_that_can_be_written(folder: Path) -> None:
    settings = Settings(folder=folder, relay={"next_hop": f"maildir://{folder}/new/box"})  # type: ignore[arg-type]
    assert check_hop(settings).outcome is Outcome.GOOD
    (folder / "file").write_text("")
    settings = Settings(folder=folder, relay={"next_hop": f"maildir://{folder}/file/box"})  # type: ignore[arg-type]
    assert check_hop(settings).outcome is Outcome.WRONG


def test_the_published_key_has_to_be_ours(folder: Path) -> None:
    settings = signing(folder)
    signer = open_signer(settings)
    assert signer is not None
    assert check_signature(settings, lambda name: (signer.record,)).outcome is Outcome.GOOD
    assert check_signature(settings, lambda name: ("v=spf1 -all", signer.record)).outcome is Outcome.GOOD
    other = check_signature(settings, lambda name: (signer.record.replace("p=", "p=AAAA"),))
    assert (other.outcome, "another key" in other.said) == (Outcome.WRONG, True)
    missing = check_signature(settings, lambda name: ())
    assert missing.mend == f"Publish there: {signer.record}"
    assert check_signature(settings, lambda name: None).outcome is Outcome.LOOK


@pytest.mark.parametrize("record", ["", "v=DKIM1; p=%%%", ";;;=;p", "p"])
def test_a_record_that_is_none_is_no_key(folder: Path, record: str) -> None:
    assert check_signature(signing(folder), lambda name: (record,)).outcome is Outcome.WRONG


def test_who_signs_nothing_is_not_asked(folder: Path) -> None:
    assert check_signature(Settings(folder=folder), lambda name: None).outcome is Outcome.SKIPPED
