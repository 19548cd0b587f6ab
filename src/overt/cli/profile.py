"""Where Thunderbird keeps its mail on this machine, by the places that its makers document.

Reads folder names only. Which messages are in them is `overt.cli.source`'s matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

#: Below the home folder: Linux, Debian's and Ubuntu's packages, snap, flatpak, macOS, Windows
#: (support.mozilla.org/kb/profiles-where-thunderbird-stores-user-data).
PLACES: Final = (
    ".thunderbird",
    ".icedove",
    "snap/thunderbird/common/.thunderbird",
    ".var/app/org.mozilla.Thunderbird/.thunderbird",
    "Library/Thunderbird/Profiles",
    "AppData/Roaming/Thunderbird/Profiles",
)
MAIL: Final = ("Mail", "ImapMail")  # local folders and POP, IMAP


def find_profiles(environment: Mapping[str, str]) -> Iterator[Path]:
    """Every Thunderbird profile of this user that has mail in it."""
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or "/nonexistent")
    for place in PLACES:
        folder = home / place
        if folder.is_dir():
            yield from (path for path in sorted(folder.iterdir()) if any((path / name).is_dir() for name in MAIL))


def mail_folders(profile: Path) -> tuple[Path, ...]:
    """The folders of a profile that hold mailboxes."""
    return tuple(profile / name for name in MAIL if (profile / name).is_dir())
