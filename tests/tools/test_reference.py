"""The reference is what the program says of itself, and is the same in the documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from overt.cli.option import setting_fields
from tools.reference import pages, settings_page

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("path", sorted(pages()), ids=str)
def test_the_page_in_the_documents_is_the_one_the_code_makes(path: Path) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == pages()[path], "run: make docs"


def test_every_setting_is_on_its_page() -> None:
    page = settings_page()
    assert [name for name in setting_fields() if f"| `{name}` |" not in page] == []
