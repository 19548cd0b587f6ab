"""The documents' check: it finds dead links, headings, commands and pages, and finds none in this checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.docs import find_faults, slug

ROOT = Path(__file__).resolve().parents[2]


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_the_documents_of_this_checkout_are_true() -> None:
    assert find_faults(ROOT) == ()


def test_a_link_to_no_file_is_found(tmp_path: Path) -> None:
    write(tmp_path, "README.md", "see [there](docs/there.md) and `[not](here.md)` and [web](https://example.org/)")
    assert find_faults(tmp_path) == ("README.md: docs/there.md leads nowhere",)


def test_a_link_to_no_heading_is_found(tmp_path: Path) -> None:
    write(tmp_path, "README.md", "# Top\n\n## Two words\n\n[a](#two-words) [b](#three-words)\n")
    assert find_faults(tmp_path) == ("README.md: #three-words names no heading there",)


def test_a_page_without_a_link_to_it_is_found(tmp_path: Path) -> None:
    write(tmp_path, "docs/README.md", "# Documents\n")
    write(tmp_path, "docs/lost.md", "# Lost\n")
    assert find_faults(tmp_path) == ("docs/lost.md: no page links here",)


@pytest.mark.parametrize("text", ["    make tea\n", "`make tea`", "```\n$ make tea\n```"])
def test_a_make_target_that_is_none_is_found(tmp_path: Path, text: str) -> None:
    write(tmp_path, "Makefile", "coffee: ## black\n")
    write(tmp_path, "README.md", text)
    assert find_faults(tmp_path) == ("README.md: make tea is no target",)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("    overt frobnicate\n", "overt frobnicate is no command"),
        ("    overt report spring --frobnicate\n", "overt report has no --frobnicate"),
    ],
)
def test_a_command_that_is_none_is_found(tmp_path: Path, text: str, fault: str) -> None:
    write(tmp_path, "README.md", text)
    assert find_faults(tmp_path) == (f"README.md: {fault}",)


def test_an_anchor_is_written_as_the_host_of_the_documents_does() -> None:
    assert slug("What `overt` adds, exactly") == "what-overt-adds-exactly"
