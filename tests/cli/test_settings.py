"""Settings from a file and the environment; all mistakes at once; the reference page against the types."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from overt.cli.option import setting_fields
from overt.cli.settings import load_settings
from overt.errors import Malformed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "settings.md"


def write(folder: Path, text: str, name: str = "overt.toml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def complain(path: Path | None = None, needed: tuple[str, ...] = ()) -> str:
    with pytest.raises(Malformed) as caught:
        load_settings(path, needed=needed)
    return str(caught.value)


def test_an_empty_folder_has_settings_that_work(folder: Path) -> None:
    settings = load_settings()
    assert settings.folder == folder / "overt-data"
    assert settings.key_file == folder / "overt-data" / "keys.json"
    assert settings.relay.next_hop == "smtp://127.0.0.1:25"


def test_the_environment_wins_over_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, 'base_url = "https://t.example.org"\n[relay]\nlisten = "127.0.0.1:1"\nmax_size = "1MiB"\n')
    monkeypatch.setenv("OVERT_RELAY__LISTEN", "127.0.0.1:2")
    settings = load_settings()
    assert settings.relay.listen.port == 2
    assert settings.relay.max_size == 1_048_576
    assert settings.base_url == "https://t.example.org"


def test_relative_paths_count_from_the_settings_file(folder: Path) -> None:
    path = write(folder, 'folder = "data"', "etc/mine.toml")
    assert load_settings(path).folder == folder / "etc" / "data"


def test_the_file_may_be_named_by_a_variable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERT_SETTINGS", str(write(folder, "compact_every = 5", "other.toml")))
    assert load_settings().compact_every == 5


def test_a_named_file_that_is_missing_is_a_mistake(folder: Path) -> None:
    assert "absent.toml cannot be read: No such file" in complain(folder / "absent.toml")


def test_all_mistakes_come_at_once_with_line_and_caret(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, 'folderr = "x"\n[relay]\nlisten = "nowhere"\n[modes]\nopens = "everything"\n')
    monkeypatch.setenv("OVERT_COLLECTOR__TRUSTED_PROXIES", "pig")
    text = complain(needed=("base_url",))
    assert text.startswith("5 mistakes")
    assert "overt.toml:1:1: folderr: there is no such setting; did you mean folder?" in text
    assert "overt.toml:3:10: relay.listen:" in text
    assert '    3 | listen = "nowhere"\n      |          ^^^^^^^^^' in text
    assert "overt.toml:5:9: modes.opens: should be 'off', 'shared', 'pooled', 'hygiene' or 'individual'" in text
    assert "OVERT_COLLECTOR__TRUSTED_PROXIES=pig" in text
    assert "base_url is not set" in text


def test_a_variable_of_a_setting_that_does_not_exist_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERT_RELAY__LISTN", "127.0.0.1:1")
    assert "OVERT_RELAY__LISTN: there is no such setting; did you mean relay.listen?" in complain()


def test_a_table_given_as_a_word_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERT_RELAY", "yes")
    assert "OVERT_RELAY" in complain()


def test_a_word_in_place_of_a_table_is_a_mistake(folder: Path) -> None:
    write(folder, "relay = 3\n")
    assert "overt.toml:1:9: relay: is a table; write [relay] on a line" in complain()


def test_broken_toml_is_shown_where_it_breaks(folder: Path) -> None:
    write(folder, "a = 1\nb = = 2\n")
    text = complain()
    assert "overt.toml:2:5: not TOML" in text
    assert "    2 | b = = 2\n      |     ^" in text


def test_a_file_that_is_not_text_is_a_mistake(folder: Path) -> None:
    (folder / "overt.toml").write_bytes(b"\xff\xfe")
    assert "not UTF-8" in complain()


def test_a_needed_setting_says_what_to_write(folder: Path) -> None:
    assert 'base_url = "https://t.example.org"' in complain(needed=("base_url",))


def test_a_needed_setting_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERT_BASE_URL", "https://t.example.org")
    assert load_settings(needed=("base_url",)).base_url == "https://t.example.org"


def test_the_reference_page_lists_every_setting_with_its_default_and_meaning() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| (.*?) \| (.*?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    expected = [(name, f"`{_show(field.default)}`", field.description) for name, field in setting_fields().items()]
    assert rows == expected


def _show(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, str):
        return f'"{default}"'
    if isinstance(default, int | float):
        return str(default)
    if isinstance(default, dict):
        return "{}"
    if type(default) is tuple:
        return "[" + ", ".join(f'"{item}"' for item in default) + "]"
    return f'"{default}"'
