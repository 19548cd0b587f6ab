"""Command-line tests run in a folder of their own, without the caller's settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.desk import Desk, running_desk


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and no variable that overt reads."""
    for name in [name for name in os.environ if name.upper().startswith("OVERT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A server that takes mail down."""
    with running_desk() as found:
        yield found
