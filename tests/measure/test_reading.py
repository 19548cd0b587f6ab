"""The words of a reading."""

from __future__ import annotations

from overt.measure.reading import Actor, Client


def test_actors_are_the_words_of_the_design() -> None:
    assert [actor.value for actor in Actor] == ["human", "proxy", "prefetch", "machine", "unknown"]


def test_classes_are_the_words_of_the_design() -> None:
    words = {"mail program", "browser", "image proxy", "scanner", "link preview", "library", "crawler", "sync agent"}
    assert words <= {client.value for client in Client}
