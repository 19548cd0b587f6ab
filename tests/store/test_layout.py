"""Where everything lies."""

from __future__ import annotations

from pathlib import Path

from overt.store import Layout


def test_the_paths_are_those_that_the_description_promises() -> None:
    layout = Layout(Path("/data"))
    paths = (layout.database, layout.segments, layout.parquet, layout.counts)
    assert [str(path) for path in paths] == [
        "/data/overt.db",
        "/data/hits/segments",
        "/data/hits/parquet",
        "/data/counts",
    ]


def test_asking_for_a_path_makes_nothing(tmp_path: Path) -> None:
    assert Layout(tmp_path).segments.parent.parent == tmp_path
    assert list(tmp_path.iterdir()) == []
