"""The dashboard for each test that asks, and browsers in which somebody is logged in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.serve.board.hall import Hall, open_hall


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    with open_hall(tmp_path) as opened:
        yield opened


@pytest.fixture
def owner(hall: Hall) -> Iterator[TestClient[Litestar]]:
    with hall.browser("ann") as client:
        yield client


@pytest.fixture
def analyst(hall: Hall) -> Iterator[TestClient[Litestar]]:
    with hall.browser("ben") as client:
        yield client
