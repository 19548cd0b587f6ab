"""The URLs of the how-to page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = (Path(__file__).resolve().parents[3] / "docs/how-to/django.md").read_text(encoding="utf-8")
SETTINGS, MESSAGE, URLS, RECEIVER = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def run_block(block: str) -> dict[str, Any]:
    """What a block of the page makes."""
    names: dict[str, Any] = {}
    exec(compile(block, "docs/how-to/django.md", "exec"), names)
    return names


urlpatterns = run_block(URLS)["urlpatterns"]
