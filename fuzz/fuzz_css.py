"""Any text is a style sheet: a URL that is replaced reads as the new one, and the others stay."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["overt"]):
    from overt.message.css import find_urls, write_url

SEEDS = Path(__file__).parent / "seeds" / "css"


def check(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    urls = find_urls(text)
    for number, url in enumerate(urls[:8]):
        assert 0 <= url.start <= url.value_start <= url.value_end <= url.end <= len(text)
        again = find_urls(text[: url.start] + write_url(url, "a'b)\\") + text[url.end :])
        assert [other.value for other in again] == [
            "a'b)\\" if place == number else other.value for place, other in enumerate(urls)
        ]


if __name__ == "__main__":
    # What the run learns goes to the first folder, so the seeds stay as they are.
    atheris.Setup([*sys.argv, tempfile.mkdtemp(), str(SEEDS)], check)
    atheris.Fuzz()
