"""Where rules come from: ours, the user's folder, lists for once; bad ones are refused with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from overt.cli.rulebook import add_book, added_files, choose_rules, read_book, remove_book, rules_folder
from overt.errors import Malformed, Refused
from overt.guard.rulefile import COLUMNS

HEAD = "\t".join(COLUMNS)
OWN = f"{HEAD}\nmine-open\tMine\tbeacon\tt.example.net\t/open\tmy own mail\tcounts opens\n"


def test_the_folder_is_where_the_environment_says() -> None:
    assert rules_folder({"OVERT_RULES": "/r"}) == Path("/r")
    assert rules_folder({"XDG_CONFIG_HOME": "/c"}) == Path("/c/overt/rules")
    assert rules_folder({"HOME": "/h"}) == Path("/h/.config/overt/rules")


def test_added_lists_are_used_and_no_rules_means_none(folder: Path) -> None:
    environment = {"OVERT_RULES": str(folder / "rules")}
    (folder / "mine.tsv").write_text(OWN)
    (folder / "list.txt").write_text("||u.example.net^\n")
    add_book(folder / "mine.tsv", environment)
    chosen = choose_rules(True, [folder / "list.txt"], environment)
    assert chosen is not None
    assert [getattr(chosen.match(f"https://{host}.example.net/open"), "id", None) for host in "tuv"] == [
        "mine-open", "list-1", None,
    ]  # fmt: skip
    assert choose_rules(False, [], environment) is None
    only = choose_rules(False, [folder / "list.txt"], environment)
    assert only is not None
    assert len(only) == 1


def test_a_list_is_added_once_and_removed_by_its_name(folder: Path) -> None:
    environment = {"OVERT_RULES": str(folder / "rules")}
    (folder / "list.txt").write_text("||u.example.net^\n")
    add_book(folder / "list.txt", environment)
    with pytest.raises(Refused, match="overt rules remove"):
        add_book(folder / "list.txt", environment)
    assert [path.name for path in added_files(environment)] == ["list.txt"]
    remove_book("list", environment)
    assert added_files(environment) == ()
    with pytest.raises(Malformed, match="no such list"):
        remove_book("list", environment)


def test_a_table_of_ones_own_with_a_mistake_is_refused_with_its_place(folder: Path) -> None:
    (folder / "mine.tsv").write_text(OWN.replace("beacon", "bacon"))
    with pytest.raises(Malformed, match=r"line 2.*bacon"):
        read_book(folder / "mine.tsv")


def test_a_list_of_which_nothing_can_be_used_is_refused(folder: Path) -> None:
    (folder / "list.txt").write_text("! nothing\n/regular(expression)/\n")
    with pytest.raises(Malformed, match="no rule in it"):
        read_book(folder / "list.txt")
