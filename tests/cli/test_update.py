"""`overt update`: from a server, from a file, and what stays when either is bad."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from overt.cli.egress import FILE, find_egress
from overt.cli.main import main
from overt.cli.settings import load_settings
from overt.cli.update import renew
from overt.measure.clues.egress import Standing
from overt.testing import FixedClock
from tests.cli.made import NOON
from tests.measure.rows import ROWS
from tests.serve.mirror import Mirror, running_mirror, say


@pytest.fixture
def mirror(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """A mirror that the machine trusts."""
    with running_mirror(folder, say(ROWS, "200 OK", 'ETag: "v1"')) as found:
        monkeypatch.setenv("SSL_CERT_FILE", str(found.cert.authority))
        yield found


def data() -> Path:
    return load_settings().folder


def test_the_list_is_fetched_into_the_data_folder(mirror: Mirror, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["update", "--url", mirror.url, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["changed"] is True
    assert (told["rows"], told["rejected"], told["ranges"]) == (7, 0, {"ipv4": 3, "ipv6": 2})
    assert told["sha256"] == hashlib.sha256(ROWS).hexdigest()
    assert told["source"] == mirror.url
    found = find_egress(data())
    assert found is not None
    assert found.version == told["version"]
    assert found.find("104.28.40.9") is Standing.LISTED
    assert (data() / FILE).stat().st_mode & 0o777 == 0o600


def test_what_is_there_is_asked_for_by_its_version_and_kept(mirror: Mirror, capsys: pytest.CaptureFixture[str]) -> None:
    main(["update", "--url", mirror.url])
    before = (data() / FILE).read_bytes()
    mirror.answer = say(b"", "304 Not Modified")
    assert main(["update", "--url", mirror.url]) == 0
    assert b'If-None-Match: "v1"' in mirror.asked[1]
    assert "Nothing new" in capsys.readouterr().out
    assert (data() / FILE).read_bytes() == before


def test_the_same_list_from_elsewhere_is_nothing_new(folder: Path, mirror: Mirror) -> None:
    main(["update", "--url", mirror.url])
    before = (data() / FILE).read_bytes()
    (folder / "list.csv").write_bytes(ROWS)
    assert main(["update", "--from", "list.csv"]) == 0
    assert (data() / FILE).read_bytes() == before
    other = mirror.url + "?other"
    main(["update", "--url", other])
    assert b"If-None-Match" not in mirror.asked[-1]  # a version's name means nothing to another address


def test_a_server_that_fails_leaves_the_list_and_is_to_be_tried_later(
    mirror: Mirror, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["update", "--url", mirror.url])
    before = (data() / FILE).read_bytes()
    mirror.answer = say(ROWS[:-30], length=len(ROWS))
    assert main(["update", "--url", mirror.url]) == 75
    assert "127.0.0.1" in capsys.readouterr().err
    assert (data() / FILE).read_bytes() == before


@pytest.mark.parametrize("raw", [b"<html>Sign in to the hotel's network</html>", b"", ROWS + b"10.0.0.0/8,US,,,\n"])
def test_a_file_that_is_not_the_list_leaves_the_one_that_is_there(
    mirror: Mirror, raw: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["update", "--url", mirror.url])
    before = (data() / FILE).read_bytes()
    mirror.answer = say(raw)
    assert main(["update", "--url", mirror.url]) == 2
    assert "not Apple's list" in capsys.readouterr().err
    assert (data() / FILE).read_bytes() == before
    assert [path.name for path in data().iterdir()] == [FILE]


def test_a_few_bad_rows_are_left_out_and_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = b"".join(b"172.224.%d.%d/32,US,US-CA,X,\n" % (high, low) for high in range(12) for low in range(256))
    (folder / "list.csv").write_bytes(good + b"10.0.0.0/24,US,US-CA,X,\n" * 25)
    assert main(["update", "--from", "list.csv"]) == 1
    printed = capsys.readouterr()
    assert "row 3073 was left out: not a network of the public internet" in printed.err
    assert "5 more rows" in printed.err
    assert "1 ranges of IPv4" in printed.out


def test_a_list_by_hand_is_dated_and_a_damaged_one_is_replaced(folder: Path) -> None:
    (folder / "list.csv").write_bytes(ROWS)
    (folder / FILE).write_bytes(b"broken")
    head, listing = renew(folder / FILE, from_=Path("list.csv"), clock=FixedClock(NOON))
    assert listing is not None
    assert (head.day, head.source, head.etag) == ("2026-11-24", "list.csv", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "gone.csv"], "no such file"),
        (["--url", "http://example.org/"], "no https address"),
    ],
)
def test_a_wrong_source_is_said(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["update", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_file_that_is_too_large_is_not_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (folder / "list.csv").open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    assert main(["update", "--from", "list.csv"]) == 2
    assert "larger than" in capsys.readouterr().err
