"""Where messages lie: files, bare HTML, mbox, Maildir, Apple Mail, folders of all these; each message by its bytes.

Finds and cuts, one message at a time, so that memory does not grow with the mailbox. Nothing is written, locked or
marked as read. What a message says it does not ask.
"""

from __future__ import annotations

import mmap
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from overt.errors import Malformed

STDIN: Final = "-"
LARGEST: Final = 256 * 1024 * 1024  # bytes of one message; mail servers stop at 25 to 150 MB
_SNIFF: Final = 4096  # bytes; the first field of real mail ends within a line or two
_FIELD: Final = re.compile(rb"(?:>?From [^\r\n]*[\r\n]+)?[!-9;-~]{1,76}[ \t]*:")
_HTML: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|!--|html|head|body|table|div|p\b|meta)", re.IGNORECASE
)
_MBOX_LINE: Final = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\r\n]*\r?\n")
#: What Thunderbird and others keep beside their mailboxes.
_NO_MAIL: Final = frozenset(
    {".msf", ".dat", ".json", ".sqlite", ".lock", ".tsv", ".csv", ".py", ".js", ".css", ".png", ".jpg", ".gif", ".pdf",
     ".zip", ".gz", ".md"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One message: `label` names it to people, its bytes are `[start, end)` of the file; an empty path is stdin."""

    label: str
    path: str
    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


def find_items(paths: Iterable[Path]) -> Iterator[Item]:
    """Every message under the paths, in a fixed order. A path that is not there raises `Malformed` when reached."""
    for path in paths:
        if str(path) == STDIN:
            yield Item(STDIN, "", 0, 0)
        elif path.is_dir():
            yield from _of_folder(path)
        elif path.is_file():
            yield from _of_file(path)
        else:
            raise Malformed(f"{path}: there is no such file or folder.")


def total_size(paths: Iterable[Path]) -> int:
    """Bytes of all files under the paths, for a progress bar; messages that are not mail count too."""
    return sum(path.stat().st_size if path.is_file() else _folder_size(path) for path in paths if path.exists())


def read_item(item: Item) -> bytes:
    """The bytes of one message. Raises `Malformed` where it is larger than any mail server takes."""
    if not item.path:
        raw = sys.stdin.buffer.read(LARGEST + 1)
        size = len(raw)
    else:
        size = len(item)
        if size <= LARGEST:
            with Path(item.path).open("rb") as file:
                file.seek(item.start)
                raw = file.read(size)
    if size > LARGEST:
        raise Malformed(
            f"{item.label}: larger than {LARGEST // 1024 // 1024} MiB; no mail server takes such a message."
        )
    return raw


def is_maildir(path: Path) -> bool:
    """Whether the folder is a Maildir: it has `cur` and `new`."""
    return (path / "cur").is_dir() and (path / "new").is_dir()


def _of_folder(folder: Path) -> Iterator[Item]:
    for root, folders, files in os.walk(folder):
        here = Path(root)
        folders.sort()
        if is_maildir(here):
            folders.remove("cur")
            folders.remove("new")
            if "tmp" in folders:
                folders.remove("tmp")  # half delivered (https://cr.yp.to/proto/maildir.html)
            for name in ("new", "cur"):
                for path in sorted((here / name).iterdir()):
                    if path.is_file() and not path.name.startswith("."):
                        yield _whole(path)
            continue
        for name in sorted(files):
            path = here / name
            if path.suffix.lower() not in _NO_MAIL and path.is_file() and _looks_like_mail(path):
                yield from _of_file(path)


def _of_file(path: Path) -> Iterator[Item]:
    size = path.stat().st_size
    if path.suffix.lower() == ".emlx":
        yield _of_emlx(path, size)
        return
    with path.open("rb") as file:
        is_mbox = file.read(5) == b"From "
        if not is_mbox or size == 0:
            yield Item(str(path), str(path), 0, size)
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            number, start = 0, -1
            for match in _MBOX_LINE.finditer(view):
                if start >= 0:
                    number += 1
                    yield Item(f"{path}#{number}", str(path), start, match.start())
                start = match.start()
    if start < 0:
        yield Item(str(path), str(path), 0, size)
    else:
        label = f"{path}#{number + 1}" if number else str(path)
        yield Item(label, str(path), start, size)


def _of_emlx(path: Path, size: int) -> Item:
    """Apple Mail's file: the message's length in a line, the message, then what the program knows of it."""
    with path.open("rb") as file:
        first = file.readline(32)
    length = first.strip()
    if not length.isdigit():
        return Item(str(path), str(path), 0, size)
    return Item(str(path), str(path), len(first), min(size, len(first) + int(length)))


def _whole(path: Path) -> Item:
    return Item(str(path), str(path), 0, path.stat().st_size)


def _looks_like_mail(path: Path) -> bool:
    if path.suffix.lower() in (".eml", ".emlx", ".mbox"):
        return True
    try:
        with path.open("rb") as file:
            start = file.read(_SNIFF)
    except OSError:
        return False
    return _FIELD.match(start) is not None or _HTML.match(start) is not None


def _folder_size(folder: Path) -> int:
    total = 0
    for root, _, files in os.walk(folder):
        for name in files:
            try:
                total += (Path(root) / name).stat().st_size
            except OSError:
                continue  # delivered elsewhere meanwhile
    return total
