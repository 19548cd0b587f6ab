"""One message from stdin, and bytes to stdout: how commands stand in a pipe."""

from __future__ import annotations

import sys
from pathlib import Path

from overt.cli.source import STDIN, Item, find_items, read_item
from overt.errors import Malformed


def read_stdin() -> bytes:
    """A whole message; says so where a terminal is waited for. Raises `Malformed` where there is none."""
    if sys.stdin.isatty():
        print("overt: reading a message from the terminal; end it with Ctrl-D", file=sys.stderr)
    raw = read_item(Item(STDIN, "", 0, 0))
    if not raw:
        raise Malformed("There is no message on stdin.")
    return raw


def read_one(path: Path) -> bytes:
    """The one message of a file, or of stdin for `-`."""
    if str(path) == STDIN:
        return read_stdin()
    items = find_items([path])
    item = next(items, None)
    if item is None or next(items, None) is not None:
        raise Malformed(f"{path}: name one message, not a mailbox.")
    return read_item(item)


def write_stdout(raw: bytes) -> None:
    """Bytes as they are."""
    sys.stdout.buffer.write(raw)
    sys.stdout.buffer.flush()
