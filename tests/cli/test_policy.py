"""`overt policy`: the notice says what the settings do, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from overt.cli.main import main

SENDER = '[sender]\nname = "Garden <Shop>"\ncontact = "privacy@shop.example.org"\n'


def written(folder: Path, capsys: pytest.CaptureFixture[str], settings: str, *arguments: str) -> str:
    (folder / "overt.toml").write_text(f'base_url = "https://t.example.org"\n{settings}')
    assert main(["policy", *arguments]) == 0
    return capsys.readouterr().out


def test_what_is_kept_and_how_long_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = written(folder, capsys, f"{SENDER}[retention]\nhits_days = 90\ncounts_days = 700\n")
    assert said.startswith("## Measuring of our e-mails\n")
    for words in (
        "90 days at most",
        "700 days",
        "t.example.org",
        "https://t.example.org/you",
        "privacy@shop.example.org",
    ):
        assert words in said
    assert "recorded permission" in said
    assert "looked up from the IP address" not in said


def test_settings_that_keep_less_say_less(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = written(folder, capsys, f'{SENDER}[modes]\nopens = "shared"\nlinks = "off"\n')
    assert "recorded permission" not in said
    assert "One is added to a number" in said
    assert "Nothing." in said
    nothing = written(folder, capsys, '[modes]\nopens = "off"\nlinks = "off"\n')
    assert nothing.count("\n\n") == 1
    assert "We do not measure" in nothing


def test_places_that_are_looked_up_are_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "looked up from the IP address" in written(folder, capsys, '[places]\ndatabase = "c.mmdb"\n')


def test_no_limit_is_said_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no fixed limit" in written(folder, capsys, "[retention]\nhits_days = 0\n")


@pytest.mark.parametrize(("language", "title"), [("de", "Messung unserer E-Mails"), ("fr", "Mesure de nos courriels")])
def test_it_comes_in_other_languages_and_as_html(
    folder: Path, capsys: pytest.CaptureFixture[str], language: str, title: str
) -> None:
    said = written(folder, capsys, SENDER, "--language", language, "--html")
    assert f"<h2>{title}</h2>" in said
    assert "Garden &lt;Shop&gt;" in said


def test_without_pages_one_writes_to_the_sender(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = written(folder, capsys, f"{SENDER}[pages]\nenabled = false\n")
    assert "by writing to privacy@shop.example.org" in said
    assert "/you" not in said
