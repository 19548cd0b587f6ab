"""Any text is HTML: every place cuts out what it names, and content put at the end of the content is in the tree."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["overt"]):
    from overt.message.html import parse_html
    from overt.message.hypertext import find_mentions

SEEDS = Path(__file__).parent / "seeds" / "html"


def check(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    html = parse_html(text)
    assert len(html.text) == len(text)
    text = html.text
    for element in html.elements():
        assert text[element.start] == "<"
        for attribute in element.attributes:
            assert text[attribute.value_start : attribute.value_end] == attribute.source
            assert attribute.offset(len(attribute.value)) == attribute.value_end
    assert all(0 <= mention.start <= mention.end <= len(text) for mention in find_mentions(html))
    end = html.content_end
    put = parse_html(f"{text[:end]}<img>{text[end:]}")
    assert any(element.start == end for element in put.elements({"img"})) or put.tree.find("frameset") is not None


if __name__ == "__main__":
    # What the run learns goes to the first folder, so the seeds stay as they are.
    atheris.Setup([*sys.argv, tempfile.mkdtemp(), str(SEEDS)], check)
    atheris.Fuzz()
