"""What stands behind the dashboard has everything that it asks for."""

from __future__ import annotations

import inspect

import pytest

from overt.cli.gallery import Gallery
from overt.serve.board import Source

METHODS = [name for name, _ in inspect.getmembers(Source, inspect.isfunction) if not name.startswith("_")]


@pytest.mark.parametrize("name", METHODS)
def test_the_gallery_answers_it_with_the_same_arguments(name: str) -> None:
    asked, has = (inspect.signature(getattr(kind, name)) for kind in (Source, Gallery))
    assert list(has.parameters) == list(asked.parameters)


def test_there_is_something_to_answer() -> None:
    assert {"snapshot", "people", "live"} <= set(METHODS)
