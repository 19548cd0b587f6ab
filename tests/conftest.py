"""What every test may ask for: the real mail beside the checkout, and the golden messages."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples every time: a red build is a change's fault. New examples are `make fuzz`'s business.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"


def corpus_folder() -> Path | None:
    """Where the real mail lies (`OVERT_DATA`, or `../shared/data` beside the checkout), if it lies there."""
    folder = Path(os.environ.get("OVERT_DATA", ROOT.parent / "shared" / "data"))
    return folder if (folder / "manifest.tsv").exists() else None


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real mail; the test skips where it is absent, for the mail is not ours to ship."""
    folder = corpus_folder()
    if folder is None:
        pytest.skip("no real mail here; set OVERT_DATA to a folder with a manifest.tsv")
    return folder


@pytest.fixture(scope="session")
def golden() -> Mapping[str, bytes]:
    """The golden messages by the name of their oddity, without `.eml`."""
    return {path.stem: path.read_bytes() for path in sorted(GOLDEN.glob("*.eml"))}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real servers and browsers run in one worker: they are heavy, and two cores are enough for one of each."""
    for item in items:
        if (ROOT / "tests" / "live") in item.path.parents:
            item.add_marker(pytest.mark.live)
            item.add_marker(pytest.mark.xdist_group("live"))
