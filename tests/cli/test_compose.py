"""The wiring: settings arrive where they matter. That the whole runs is in `test_up`."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from overt.cli.compose import address_key, make_account, running_delivery
from overt.cli.house import open_house
from overt.cli.route import open_atlas, open_signer
from overt.cli.settings import load_settings
from overt.errors import Malformed
from overt.measure import Language, Mode, new_keyring
from overt.store import Envelope, Queue
from overt.testing import make_mail
from tests.serve.post import reach
from tests.serve.test_place import write as write_database
from tests.serve.test_signature import pem, verifies

SETTINGS = """
base_url = "https://t.example.org/"
[sender]
addresses = ["me@shop.example.org"]
[relay]
campaign_field = "X-Campaign"
[modes]
opens = "shared"
links = "off"
[links]
text = true
app = true
exclude = ["*.example.net"]
[unsubscribe]
add = true
[pages]
base_url = "https://you.example.org"
[disclosure]
language = "de"
sentence = "Wir zählen."
link_text = "Mehr"
"""


def test_every_setting_of_the_account_arrives(folder: Path) -> None:
    (folder / "overt.toml").write_text(SETTINGS, encoding="utf-8")
    account = make_account(load_settings())
    assert account.base_url == "https://t.example.org"
    assert (account.opens, account.links) == (Mode.SHARED, Mode.OFF)
    assert account.own_addresses == ("me@shop.example.org",)
    assert account.campaign_field == "X-Campaign"
    assert (account.leave, account.pages_url) == (True, "https://you.example.org")
    assert (account.text_links, account.app_links, account.exclude) == (True, True, ("*.example.net",))
    assert (account.disclosure.language, account.disclosure.sentence, account.disclosure.link_text) == (
        Language.GERMAN,
        "Wir zählen.",
        "Mehr",
    )


def test_a_rotation_changes_no_hash_of_an_address() -> None:
    keyring = new_keyring(lambda size: b"\1" * size)
    rotated = keyring.rotate(lambda size: b"\2" * size)
    assert address_key(keyring) == address_key(rotated)
    assert 16 <= len(address_key(keyring)) <= 64


def test_other_keys_give_other_hashes() -> None:
    first, second = (address_key(new_keyring(lambda size, n=n: bytes([n]) * size)) for n in (1, 2))  # type: ignore[misc]
    assert first != second


def test_what_leaves_the_queue_is_signed(folder: Path) -> None:
    (folder / "dkim.pem").write_bytes(pem(Ed25519PrivateKey.generate()))
    (folder / "overt.toml").write_text(
        f'[relay]\nnext_hop = "maildir://{folder}/mail"\n'
        f'[dkim]\ndomain = "shop.example.org"\nselector = "overt"\nkey = "{folder}/dkim.pem"\n'
    )
    settings = load_settings()
    arrived = folder / "mail" / "new"

    async def deliver() -> None:
        with open_house(settings, make_keys=True) as house:
            Queue(house.engine).put(Envelope("news@shop.example.org", "robin@example.org"), make_mail())
            async with running_delivery(house):
                await reach(lambda: arrived.is_dir() and any(arrived.iterdir()))

    asyncio.run(deliver())
    (file,) = arrived.iterdir()
    signer = open_signer(settings)
    assert signer is not None
    assert verifies(file.read_bytes(), signer)


def test_places_of_hits_are_looked_up_in_the_files_that_are_named(folder: Path) -> None:
    write_database(folder / "country.mmdb", {"192.0.2.0/24": {"country": {"iso_code": "DE"}}})
    (folder / "overt.toml").write_text(f'[places]\ndatabase = "{folder}/country.mmdb"\n')
    atlas = open_atlas(load_settings())
    assert atlas is not None
    assert atlas(ip_address("192.0.2.1")).name == "DE"
    (folder / "overt.toml").write_text('[places]\nnetworks = "none.mmdb"\n')
    with pytest.raises(Malformed, match=r"none\.mmdb"):
        open_atlas(load_settings())
    (folder / "overt.toml").write_text("")
    assert open_atlas(load_settings()) is None
