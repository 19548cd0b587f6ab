"""Keys of people: what is sealed is read by whoever has the key and the master key, and by nobody once it is gone."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine

from overt.errors import Malformed
from overt.store import open_database, parse_master, read_master, reading
from overt.store.vault import MOST_ASKED, Vault, vault_of

ROBIN = "robin@example.org"


@pytest.fixture
def vault(engine: Engine) -> Vault:
    with reading(engine) as connection:
        return vault_of(connection)


def row_of(vault: Vault, number: int) -> tuple[bytes, bytes, bytes]:
    with vault.engine.connect() as connection:
        found = connection.exec_driver_sql(f"SELECT lookup, key, address FROM person WHERE number = {number}").one()
    return bytes(found[0]), bytes(found[1]), bytes(found[2])


def test_it_is_aes_gcm_under_a_key_under_the_master_key(vault: Vault, tmp_path: Path) -> None:
    """Opened by hand: a nonce of 12 bytes, the rest sealed with the number as associated data."""
    vault.admit(7, ROBIN, "Robin@example.org")
    (sealed,) = vault.seal(7, "words")
    assert sealed is not None
    _, key, address = row_of(vault, 7)
    about = (7).to_bytes(8)
    own = AESGCM(AESGCM(read_master(tmp_path / "master.key")).decrypt(key[:12], key[12:], about))
    assert own.decrypt(address[:12], address[12:], about) == b"Robin@example.org"
    assert own.decrypt(sealed[:12], sealed[12:], about) == b"words"


def test_what_was_sealed_comes_back_to_whom_it_belongs(vault: Vault) -> None:
    vault.admit(7, ROBIN, ROBIN)
    vault.admit(9, "kim@example.org", "kim@example.org")
    one, empty, odd = vault.seal(7, "a reference", "", "\udcff\u0000😀")
    assert vault.seal(7, "a reference")[0] != one  # equal words cannot be told to be equal
    assert (empty, vault.seal(8, "nobody's")) == (None, (None,))
    assert vault.unseal([(7, one), (7, odd), (9, None), (8, b"whatever")]) == ["a reference", "\udcff\u0000😀", "", ""]
    with pytest.raises(InvalidTag):
        vault.unseal([(9, one)])
    assert vault.names() == {7: ROBIN, 9: "kim@example.org"}
    assert vault.names([9, 8]) == {9: "kim@example.org"}
    assert vault.names(range(MOST_ASKED + 1)) == vault.names()
    assert (vault.find(ROBIN), vault.find("Robin@example.org")) == (7, None)


def test_without_the_key_nothing_comes_back(vault: Vault, tmp_path: Path) -> None:
    vault.admit(7, ROBIN, ROBIN)
    (sealed,) = vault.seal(7, "words")
    rows = row_of(vault, 7)
    vault.forget(7, at=5)
    vault.forget(7, at=6)
    assert vault.unseal([(7, sealed)]) == [""]
    assert (vault.find(ROBIN), vault.names(), vault.numbers()) == (None, {}, frozenset())
    assert vault.knows(7)
    assert vault.later().erased == ((7, 5),)
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("people.db*"))
    assert not [secret for secret in rows if secret in raw]


def test_what_is_later_is_the_last_of_each(vault: Vault) -> None:
    vault.note_withdrawal(7, "opens", 1)
    vault.note_withdrawal(7, "opens", 2)
    vault.note_leaver(b"a", 3, "page")
    vault.note_leaver(b"a", 4, "page")
    vault.note_leaver(b"b", 5, "page")
    vault.lift_leaver(b"b")
    later = vault.later()
    assert (later.withdrawn, later.left) == (((7, "opens", 2),), ((b"a", 3, "page"),))


def test_another_master_key_is_refused(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "overt.db")
    with reading(engine) as connection:
        vault_of(connection).admit(7, ROBIN, ROBIN)
    engine.dispose()
    with pytest.raises(Malformed, match="not the one"):
        open_database(tmp_path / "overt.db", bytes(32))
    open_database(tmp_path / "overt.db", read_master(tmp_path / "master.key")).dispose()


def test_a_master_key_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "master.key"
    code = f"import pathlib; from overt.store import read_master; print(read_master(pathlib.Path({str(path)!r})).hex())"
    started = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert len({process.communicate(timeout=60)[0] for process in started}) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(read_master(path)) == 32
    assert [each.name for each in path.parent.iterdir()] == ["master.key"]


@pytest.mark.parametrize("text", ["", "x" * 64, "0" * 63, "0" * 66, "\ufffd"])
def test_what_is_no_master_key_is_malformed(text: str) -> None:
    with pytest.raises(Malformed, match="64 hexadecimal digits"):
        parse_master(text)
    assert parse_master(" " + "0f" * 32 + "\n") == b"\x0f" * 32
