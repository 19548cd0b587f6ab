"""Which files count."""

from __future__ import annotations

from pathlib import Path

import pytest

from overt.errors import Malformed
from overt.store.manifest import NAME, Manifest, read_manifest, write_manifest


def test_what_was_written_is_read(tmp_path: Path) -> None:
    manifest = Manifest((("hits-1.parquet", 3),), frozenset({"b", "a"}), "abc")
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest


def test_where_there_is_none_nothing_counts(tmp_path: Path) -> None:
    assert read_manifest(tmp_path / "nowhere") == Manifest()


@pytest.mark.parametrize(
    "text", ["", "{}", '{"format": "other/1"}', "[]", '{"format": "overt-parquet/1", "files": [1]}']
)
def test_a_file_of_somebody_else_is_malformed(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text)
    with pytest.raises(Malformed):
        read_manifest(tmp_path)


def test_a_replacement_that_did_not_finish_changes_nothing(tmp_path: Path) -> None:
    write_manifest(tmp_path, Manifest(withdrawn="old"))
    (tmp_path / f".{NAME}").write_text('{"half')
    assert read_manifest(tmp_path).withdrawn == "old"
