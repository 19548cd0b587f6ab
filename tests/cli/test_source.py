"""Messages are found and cut in every kind of mailbox, as other programs that read them find them."""

from __future__ import annotations

import io
import mailbox
import sys
from pathlib import Path

import pytest

from overt.cli.source import LARGEST, STDIN, Item, find_items, is_maildir, read_item, total_size
from overt.errors import Malformed
from overt.testing import make_mail

FIRST, SECOND = make_mail(subject="One", newline="\n"), make_mail(subject="Two\n", newline="\n")


def test_a_file_is_one_message(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(FIRST)
    assert [(item.label, read_item(item)) for item in find_items([path])] == [(str(path), FIRST)]


def test_an_mbox_is_cut_as_the_standard_library_cuts_it(tmp_path: Path) -> None:
    path = tmp_path / "inbox"
    box = mailbox.mbox(str(path))
    tricky = make_mail(None, "From here on\n\nFrom there on\n", subject="Three", newline="\n")
    for raw in (FIRST, SECOND, tricky):
        box.add(raw)
    box.flush()
    items = list(find_items([path]))
    assert [item.label for item in items] == [f"{path}#1", f"{path}#2", f"{path}#3"]
    for item, message in zip(items, box, strict=True):
        assert message["Subject"].encode() in read_item(item)
    assert b"".join(map(read_item, items)) == path.read_bytes()


def test_an_mbox_with_carriage_returns_is_cut_too(tmp_path: Path) -> None:
    path = tmp_path / "inbox"
    path.write_bytes(b"From - Mon\r\nSubject: 1\r\n\r\nx\r\n\r\nFrom - Tue\r\nSubject: 2\r\n\r\ny\r\nFrom nobody\r\n")
    assert len(list(find_items([path]))) == 2


def test_a_maildir_gives_new_and_cur_and_its_subfolders_but_nothing_half_delivered(tmp_path: Path) -> None:
    box = mailbox.Maildir(str(tmp_path / "Mail"))
    box.add(FIRST)
    box.add_folder("Sent").add(SECOND)
    (tmp_path / "Mail" / "tmp" / "half").write_bytes(b"Subject: half\n\n")
    assert is_maildir(tmp_path / "Mail")
    assert sorted(map(read_item, find_items([tmp_path]))) == sorted([FIRST, SECOND])


def test_a_folder_gives_what_looks_like_mail(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "saved").write_bytes(FIRST)
    (tmp_path / "page.html").write_bytes(b"<!doctype html><p>x")
    (tmp_path / "Inbox.msf").write_bytes(b"// index: of a mailbox")
    (tmp_path / "noise").write_bytes(bytes(range(256)))
    assert sorted(Path(item.path).name for item in find_items([tmp_path])) == ["page.html", "saved"]


def test_a_message_of_apple_mail_is_cut_out_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "1.emlx"
    path.write_bytes(b"%d        \n" % len(FIRST) + FIRST + b'<?xml version="1.0"?><plist/>')
    assert [read_item(item) for item in find_items([path])] == [FIRST]
    path.write_bytes(FIRST)
    assert [read_item(item) for item in find_items([path])] == [FIRST]


def test_links_that_run_in_circles_end(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(FIRST)
    (tmp_path / "again").symlink_to(tmp_path)
    assert len(list(find_items([tmp_path]))) == 1


def test_stdin_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(FIRST)))
    (item,) = find_items([Path(STDIN)])
    assert read_item(item) == FIRST


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="no such file"):
        list(find_items([tmp_path / "nothing"]))


def test_a_message_larger_than_mail_can_be_is_not_read() -> None:
    with pytest.raises(Malformed, match="256 MiB"):
        read_item(Item("big", "/dev/zero", 0, LARGEST + 1))


def test_sizes_are_those_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"x" * 10)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c.eml").write_bytes(b"x" * 5)
    assert total_size([tmp_path]) == 15
    assert total_size([tmp_path / "a.eml"]) == 10
