"""The wiring: settings arrive where they matter. That the whole runs is in `test_up`."""

from __future__ import annotations

from pathlib import Path

from overt.cli.compose import address_key, make_account
from overt.cli.settings import load_settings
from overt.measure import Language, Mode, new_keyring

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
