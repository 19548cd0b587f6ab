"""Law 5 on the disk: of a campaign in `shared` or `pooled` no byte names a recipient or who asked.

A whole campaign goes through relay, delivery, collector, compaction and backup; then every byte is looked at, freed
pages and the write-ahead log too, for addresses and their parts in every spelling a program would use. The ledger
too: it knows people by numbers, and their names lie sealed in the vault.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

import ahocorasick
import pytest

from overt.cli.main import main
from overt.testing import make_mail
from overt.testing.reader import Simulation, client
from overt.testing.request import Door
from tests.cli.world import running_world

DATA = Path("overt-data")
READER = client("thunderbird")


def spellings(text: str) -> Iterator[bytes]:
    """A text as programs write it: plain, in any case, percent, hex, UTF-16, Base64 at any offset, hashed."""
    for form in dict.fromkeys((text, text.lower(), text.upper())):
        raw = form.encode()
        yield raw
        yield quote(form, safe="").encode()
        yield from (raw.hex().encode(), raw.hex().upper().encode())
        yield from (form.encode("utf-16-le"), form.encode("utf-16-be"))
        for shift in range(3):
            # Letters at both ends depend on the neighbours, those between do not.
            coded = base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4]
            yield from (coded, coded.translate(bytes.maketrans(b"+/", b"-_")))
        for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
            digest = hashlib.new(name, raw)
            yield from (digest.digest(), digest.hexdigest().encode(), base64.b64encode(digest.digest()))


class Finder:
    """Looks for addresses, their local parts and domains, in every spelling at once."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for address in addresses:
            local, _, domain = address.partition("@")
            for form in (form for word in (address, local, domain) for form in spellings(word)):
                self._automaton.add_word(form.decode("latin-1"), form)
        self._automaton.make_automaton()

    def find(self, raw: bytes) -> bytes | None:
        """The first spelling in `raw`; None where there is none."""
        return next((form for _, form in self._automaton.iter(raw.decode("latin-1"))), None)


def remains(folder: Path) -> dict[str, bytes]:
    """Every file's bytes, by name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.upper().startswith("OVERT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("people", "mode"), [(30, "shared"), (950, "pooled")])
def test_nothing_on_disk_says_who_got_or_opened_a_message(
    people: int, mode: str, folder: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    # Names that occur nowhere else: no English words, no hexadecimal digits alone.
    addresses = [f"Quixwort.{number:04d}.Zyp@mailbox{number:04d}.example" for number in range(people)]
    (folder / "news.eml").write_bytes(make_mail())
    (folder / "list.csv").write_text("email\n" + "".join(f"{address}\n" for address in addresses))
    with running_world(folder, "[pools]\nsize = 5\n") as world:
        assert main(["send", "news.eml", "list.csv", "--campaign", "spring"]) == 0
        copies = world.inbox(people)
        readers = Simulation(Door(world.base_url, port=world.http))

        async def read() -> None:
            for raw in copies[: people // 3]:
                await readers.display(raw, READER)
                await readers.click(raw, client("chrome"))

        asyncio.run(read())
    assert main(["compact"]) == 0
    assert main(["report", "spring", "--json"]) == 0
    told = capsys.readouterr().out
    assert f'"{mode}": {people}' in told
    names = Finder(addresses[:30])
    assert names.find((folder / "list.csv").read_bytes())  # what is looked for would be found
    assert main(["backup", "make", str(folder / "saved.tar")]) == 0

    kept = remains(DATA) | {"saved.tar": (folder / "saved.tar").read_bytes(), "log": caplog.text.encode()}
    kept["said"] = "\n".join(world.said).encode()
    assert {name: found for name, raw in kept.items() if (found := names.find(raw))} == {}
    pools = {match[1] for raw in copies for match in re.finditer(rb"/b/([\w-]+)\.gif", raw.replace(b"=\r\n", b""))}
    asker = READER.address
    askers = [READER.user_agent.encode(), b"Thunderbird/140", asker.encode(), ip_address(asker).packed]
    for name, raw in kept.items():
        assert not [one for one in (*pools, *askers) if one in raw], name
