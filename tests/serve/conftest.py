"""The surroundings of a relay, for each test that asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serve.post import Post, open_post


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    opened = open_post(tmp_path)
    yield opened
    opened.engine.dispose()
