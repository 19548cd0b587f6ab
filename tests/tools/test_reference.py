"""The reference is what the program says of itself, and is the same in the documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from overt.cli.main import COMMANDS
from tools.reference import pages

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("path", sorted(pages()), ids=str)
def test_the_page_in_the_documents_is_the_one_the_code_makes(path: Path) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == pages()[path], "run: make docs"


def test_every_command_is_on_its_page() -> None:
    page = pages()[Path("docs/reference/commands.md")]
    assert [name for name, _, _ in COMMANDS if f"## overt {name}" not in page] == []
