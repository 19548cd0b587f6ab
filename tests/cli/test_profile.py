"""Profiles are found where Thunderbird puts them, and only those that hold mail."""

from __future__ import annotations

from pathlib import Path

from overt.cli.profile import find_profiles, mail_folders


def test_profiles_with_mail_are_found_in_every_usual_place(tmp_path: Path) -> None:
    for place in (".thunderbird/a.default", "snap/thunderbird/common/.thunderbird/b", "Library/Thunderbird/Profiles/c"):
        (tmp_path / place / "ImapMail").mkdir(parents=True)
    (tmp_path / ".thunderbird" / "Crash Reports").mkdir()
    found = list(find_profiles({"HOME": str(tmp_path)}))
    assert [path.name for path in found] == ["a.default", "b", "c"]
    assert mail_folders(found[0]) == (found[0] / "ImapMail",)


def test_without_a_home_there_is_none() -> None:
    assert list(find_profiles({})) == []
