"""The file of an unfinished scan: whole lines count, half ones are written again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from overt.cli.resume import Output
from overt.errors import Refused


def line(path: str) -> str:
    return json.dumps({"path": path})


def test_a_half_line_is_cut_off_and_its_message_is_not_done(folder: Path) -> None:
    file = folder / "out.jsonl"
    file.write_text(line("a") + "\n" + line("b")[:5])
    with Output(file, resume=True) as out:
        assert out.has("a")
        assert not out.has("b")
        out.write("b", line("b"))
    assert file.read_text().splitlines() == [line("a"), line("b")]


def test_another_files_lines_are_refused(folder: Path) -> None:
    (folder / "out.jsonl").write_text("{}\n")
    with pytest.raises(Refused, match="no scan wrote"), Output(folder / "out.jsonl", resume=True):
        pass


def test_a_file_is_begun_where_there_is_none_and_kept_where_there_is(folder: Path) -> None:
    with Output(folder / "new.jsonl", resume=True) as out:
        out.write("a", line("a"))
    with pytest.raises(Refused), Output(folder / "new.jsonl", resume=False):
        pass
