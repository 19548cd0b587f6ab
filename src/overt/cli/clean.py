"""`overt clean` and `overt restore`: take out what reports back, and put it in again.

stdin to stdout, files into a folder or in place, a Maildir in place; originals are kept. What comes out differs from
what went in by the edits alone. Exit codes: 0 done, 1 some could not be done, 2 wrong input, 75 try later.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from overt.cli.disk import create_file, replace_file
from overt.cli.inspection import Wish, judge, ruleset_of
from overt.cli.source import STDIN, Item, find_items, is_maildir, read_item
from overt.cli.stream import read_stdin, write_stdout
from overt.errors import Malformed, OvertError, Refused
from overt.guard import Cleaned, Policy, restore
from overt.guard import clean as clean_message
from overt.message import apply_edits, parse

KEPT = "overt-originals"  # in a Maildir; no dot in front, so that no mail program takes it for a folder
LEFT = {
    "destination-unknown": "links stay: where they lead only their owner knows",
    "sealed": "references stay: they are in signed or encrypted parts",
    "unwritable": "references stay: their text cannot be written back",
    "nested": "links stay: they stand in a document within an attribute",
    "plain-text": "references stay: they are plain text",
    "attached": "references stay: they are in attached documents",
}
PolicyName = Literal["trackers", "identified", "strict"]
Keep = Literal["undo", "attach", "nothing"]


def clean(
    *paths: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    policy: PolicyName = "trackers",
    keep: Keep = "undo",
    output: Path | None = None,
    in_place: Annotated[bool, Parameter(negative=())] = False,
    backup: Path | None = None,
    rules: bool = True,
    lists: Annotated[tuple[Path, ...], Parameter(name="--list", negative=())] = (),
) -> int:
    """Take out of mail what reports back. Without paths: stdin to stdout.

    Parameters
    ----------
    paths
        Messages, or a Maildir.
    policy
        trackers: beacons, wrapped and tagged links, receipts. identified: pictures that name you too. strict: nothing
        loads by itself.
    keep
        How a message remembers its original: undo (what was replaced, compressed), attach (all of it), nothing.
    output
        A folder for the cleaned files.
    in_place
        Change the files themselves; the originals go to --backup.
    backup
        Where originals go; overt-originals beside the files by itself.
    rules
        Use what is known of vendors; --no-rules judges by structure alone.
    lists
        A list in Adblock syntax to use as well; may be given more than once.
    """
    wish, chosen = Wish(rules, tuple(str(path) for path in lists)), Policy(policy)
    ruleset_of(wish)
    if not paths or list(paths) == [Path(STDIN)]:
        raw, done = _clean_raw(read_stdin(), wish, chosen, keep)
        write_stdout(raw)
        _say_left(done.left)
        return 0
    if in_place == (output is not None):
        raise Malformed("Say where the cleaned mail goes: --output FOLDER, or --in-place.")
    return _clean_files(paths, wish, chosen, keep, output, backup)


def restore_command(
    *paths: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    in_place: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Undo overt clean. Without paths: stdin to stdout.

    Parameters
    ----------
    paths
        Cleaned messages.
    in_place
        Change the files themselves.
    """
    if not paths or list(paths) == [Path(STDIN)]:
        write_stdout(restore(parse(read_stdin())))
        return 0
    if not in_place:
        raise Malformed("Say --in-place to change the files, or give one message on stdin.")
    failures = 0
    for item in find_items(paths):
        try:
            _check_whole(item)
            _replace(Path(item.path), restore(parse(read_item(item))))
        except OvertError as error:
            failures += 1
            print(f"overt: {item.label}: {error}", file=sys.stderr)
    return 1 if failures else 0


def _clean_files(
    paths: Iterable[Path], wish: Wish, policy: Policy, keep: Keep, output: Path | None, backup: Path | None
) -> int:
    failures, changed, seen = 0, 0, 0
    left: Counter[str] = Counter()
    for path in paths:
        for item in find_items([path]):
            seen += 1
            try:
                raw = read_item(item)
                cleaned, done = _clean_raw(raw, wish, policy, keep)
                left.update(done.left)
                changed += cleaned != raw
                if output is not None:
                    _put(output / _name_of(item), cleaned)
                elif cleaned != raw:
                    _check_whole(item)
                    _in_place(path, item, raw, cleaned, backup)
            except OvertError as error:
                failures += 1
                print(f"overt: {item.label}: {error}", file=sys.stderr)
    print(f"overt: {changed} of {seen} messages changed", file=sys.stderr)
    _say_left(left)
    return 1 if failures else 0


def _clean_raw(raw: bytes, wish: Wish, policy: Policy, keep: Keep) -> tuple[bytes, Cleaned]:
    message = parse(raw)
    done = clean_message(message, judge(message, wish), policy, ruleset=ruleset_of(wish), keep=keep)
    return apply_edits(raw, done.edits), done


def _in_place(root: Path, item: Item, raw: bytes, cleaned: bytes, backup: Path | None) -> None:
    path = Path(item.path)
    maildir = root.is_dir() and is_maildir(path.parent.parent)
    beside = path.parent.parent if maildir else path.parent
    folder = backup if backup is not None else beside / KEPT
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = folder / path.name
    if not create_file(kept, raw) and kept.read_bytes() != raw:
        raise Refused(f"{kept} holds another original already; name a folder with --backup.")
    _replace(path, cleaned)


def _replace(path: Path, content: bytes) -> None:
    """New content under the same name; the time stays, which is when a Maildir's message was received."""
    status = path.stat()
    replace_file(path, content, mode=status.st_mode & 0o777)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _put(path: Path, content: bytes) -> None:
    if not create_file(path, content):
        raise Refused(f"{path} is there already.")


def _name_of(item: Item) -> str:
    name = Path(item.label).name
    return name if "#" not in name else f"{name.replace('#', '-')}.eml"


def _check_whole(item: Item) -> None:
    if "#" in Path(item.label).name or item.start or Path(item.path).suffix.lower() == ".emlx":
        raise Refused("an mbox or Apple Mail's file cannot be changed in place; write copies with --output")


def _say_left(left: Mapping[str, int]) -> None:
    for reason, count in left.items():
        print(f"overt: {count} {LEFT[reason]}", file=sys.stderr)
