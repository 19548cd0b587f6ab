"""Any text may be a URL: what is read reads as itself again, every pair lies in it, no host makes the list fail."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["overt"]):
    from overt.message.srcset import cut_commas, cut_refresh, cut_srcset, cut_words
    from overt.message.url import find_text_urls, query_pairs, registrable_domain, resolve_url, split_url

SEEDS = Path(__file__).parent / "seeds" / "url"


def check(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    found = split_url(text)
    assert found is None or split_url(found.href) == found
    assert resolve_url(text) == (None if found is None else found.href)
    registrable_domain(text if found is None else found.host)
    assert all(text[pair.start : pair.end] for pair in query_pairs(text))
    for ranges in (
        cut_srcset(text),
        cut_refresh(text),
        cut_words(text),
        cut_commas(text),
        find_text_urls(text, wide=True),
    ):
        assert all(0 <= start < end <= len(text) for start, end in ranges)


if __name__ == "__main__":
    # What the run learns goes to the first folder, so the seeds stay as they are.
    atheris.Setup([*sys.argv, tempfile.mkdtemp(), str(SEEDS)], check)
    atheris.Fuzz()
