"""The reference page of the Python API: its signatures are the code's, and its examples run."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import overt.errors

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "python.md"
TEXT = PAGE.read_text(encoding="utf-8")
SECTION = re.compile(r"^## (overt\.\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `(\w+)(\(.*\).*?)` \| .+ \|$", re.MULTILINE)
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_every_signature_on_the_page_is_the_codes() -> None:
    shown = [
        (module, name, signature.replace("\\|", "|"))
        for module, section in SECTION.findall(TEXT)
        for name, signature in ROW.findall(section)
    ]
    assert len(shown) > 20
    real = [
        (module, name, str(inspect.signature(getattr(importlib.import_module(module), name))).replace("'", ""))
        for module, name, _ in shown
    ]
    assert shown == real


def test_every_name_on_the_page_is_public() -> None:
    for module, section in SECTION.findall(TEXT):
        if module != "overt.errors":
            public = importlib.import_module(module).__all__
            assert [name for name, _ in ROW.findall(section) if name not in public] == []


def test_every_error_is_on_the_page() -> None:
    errors = {name for name, value in vars(overt.errors).items() if inspect.isclass(value)} - {"OvertError"}
    assert set(re.findall(r"^\| `([A-Z]\w+)` \|", TEXT, re.MULTILINE)) == errors


def test_every_block_runs_after_the_ones_before() -> None:
    names: dict[str, object] = {}
    for block in BLOCK.finditer(TEXT):
        lines_before = TEXT[: block.start(1)].count("\n")
        exec(compile("\n" * lines_before + block[1], str(PAGE), "exec"), names)
