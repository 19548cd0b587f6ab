"""The key file: read, made when it is missing, rotated. The only place where key material touches the disk.

Whoever reads this file can make beacons and links that verify, so it is made with mode 0600 and a wider mode is said.
"""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from overt.cli.disk import create_file, replace_file
from overt.errors import Malformed
from overt.measure import Keyring, format_keyring, new_keyring, parse_keyring


def read_keyring(path: Path) -> Keyring:
    """The keyring in `path`; raises `Malformed` where it is missing or damaged."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise Malformed(f"There is no key file {path}. Make one with: overt keys new") from error
    except UnicodeDecodeError as error:
        raise Malformed(f"The key file {path} is damaged: it is not text. Put back a copy of it.") from error
    if path.stat().st_mode & 0o077:
        print(f"overt: others may read the key file {path}; run: chmod 600 {path}", file=sys.stderr)
    try:
        return parse_keyring(text)
    except Malformed as error:
        raise Malformed(f"The key file {path} is damaged: {error} Put back a copy of it.") from error


def open_keyring(path: Path) -> Keyring:
    """Like `read_keyring`, but a missing file is made, and that is said on stderr."""
    if not path.exists() and make_keyring(path):
        print(f"overt: made the key file {path}; keep a copy: links in sent mail need it forever", file=sys.stderr)
    return read_keyring(path)


def make_keyring(path: Path) -> bool:
    """Put a new keyring at `path` unless there is one; whether it was put."""
    return create_file(path, _format(new_keyring(secrets.token_bytes)))


def write_keyring(path: Path, keyring: Keyring) -> None:
    """Put `keyring` in place of what is there."""
    replace_file(path, _format(keyring))


def _format(keyring: Keyring) -> bytes:
    return (format_keyring(keyring).rstrip("\n") + "\n").encode("utf-8")
