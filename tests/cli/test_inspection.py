"""Judging messages in processes: order, failures that cost only their message, bounded waiting."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from overt.cli import inspection
from overt.cli.inspection import Wish, inspect_all, inspect_item, read_address, ruleset_of
from overt.cli.source import Item, find_items
from overt.errors import Malformed
from tests.cli.mailbox import quiet, telling


def test_a_message_that_cannot_be_read_is_an_error_and_not_the_end(folder: Path) -> None:
    (folder / "a.eml").write_bytes(telling())
    items = [Item("gone.eml", str(folder / "gone.eml"), 0, 5), *find_items([folder / "a.eml"])]
    gone, read = inspect_all(items, Wish(), 1)
    assert gone.summary is None
    assert "gone.eml" in gone.error
    assert read.summary is not None


def test_items_are_taken_only_a_little_ahead(folder: Path) -> None:
    (folder / "a.eml").write_bytes(quiet())
    (item,) = find_items([folder / "a.eml"])
    taken = 0

    def endless() -> Iterator[Item]:
        nonlocal taken
        for _ in range(100_000):
            taken += 1
            yield item

    results = inspect_all(endless(), Wish(), 2)
    next(results)
    assert taken <= inspection.CHUNK * (2 * inspection.AHEAD + 1)
    results.close()  # type: ignore[attr-defined]


def _die_on(item: Item, wish: Wish) -> inspection.Inspected:
    if "deadly" in item.label:
        os.kill(os.getpid(), signal.SIGKILL)
    return inspect_item(item, wish)


def _chunk(chunk: list[Item], wish: Wish) -> list[inspection.Inspected]:
    return [_die_on(item, wish) for item in chunk]


def test_a_message_that_kills_its_process_is_named_and_the_others_are_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "deadly", "z"):
        (folder / f"{name}.eml").write_bytes(telling())
    monkeypatch.setattr(inspection, "_inspect_chunk", _chunk)
    results = list(inspect_all(find_items([folder]), Wish(), 2))
    assert [Path(result.label).stem for result in results] == ["a", "deadly", "z"]
    assert [result.summary is None for result in results] == [False, True, False]
    assert "report this message" in results[1].error


def test_an_address_of_ones_own_is_one_address() -> None:
    assert str(read_address("me@example.org")) == "me@example.org"
    with pytest.raises(Malformed, match="--address"):
        read_address("me")


def test_the_ruleset_names_what_judged() -> None:
    assert ruleset_of(Wish(rules=False)) == "none"
    assert ruleset_of(Wish()).startswith("overt-")
