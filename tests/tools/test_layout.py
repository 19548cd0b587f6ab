"""The layout check: it finds what it is for, and finds nothing in this checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.layout import Fault, find_faults

ROOT = Path(__file__).resolve().parents[2]


def write(root: Path, name: str, text: str = "") -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def sentences(root: Path) -> list[str]:
    return [str(fault) for fault in find_faults(root)]


def test_this_checkout_has_no_fault() -> None:
    assert [str(fault) for fault in find_faults(ROOT) if not fault.advice] == []


def test_a_source_file_without_a_test_file_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path, "src/overt/wire/beacon.py")
    assert sentences(tmp_path) == ["src/overt/wire/beacon.py: has no tests/wire/test_beacon.py"]
    write(tmp_path, "tests/wire/test_beacon.py")
    assert sentences(tmp_path) == []


def test_a_package_file_and_a_migration_need_no_test_file(tmp_path: Path) -> None:
    write(tmp_path, "src/overt/wire/__init__.py")
    write(tmp_path, "src/overt/store/migrations/versions/first.py")
    assert sentences(tmp_path) == []


@pytest.mark.parametrize(("lines", "advice"), [(301, True), (501, False)])
def test_a_long_module_is_advice_and_a_very_long_one_a_fault(tmp_path: Path, lines: int, advice: bool) -> None:
    write(tmp_path, "tests/test_long.py", "\n" * lines)
    (fault,) = find_faults(tmp_path)
    assert fault.advice is advice


def test_a_module_of_three_hundred_lines_is_fine(tmp_path: Path) -> None:
    write(tmp_path, "tests/test_long.py", "\n" * 300)
    assert find_faults(tmp_path) == ()


@pytest.mark.parametrize("name", ["tests/utils.py", "demo/common/mail.py", "tools/helpers.py"])
def test_a_name_that_says_nothing_is_a_fault(tmp_path: Path, name: str) -> None:
    write(tmp_path, name)
    assert len(find_faults(tmp_path)) == 1


def test_a_class_that_is_no_thing_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path, "tests/test_mail.py", "class Mail" + "Manager:\n    pass\n")
    assert len(find_faults(tmp_path)) == 1


def test_work_left_for_later_is_a_fault_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, "docs/page.md", "# Page\n\nTO" + "DO: write\n")
    assert find_faults(tmp_path) == (Fault("docs/page.md:3", "is left for later; do it, or open an issue"),)


def test_a_thirteenth_make_target_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path, "Makefile", "".join(f"{letter}: ## target\n" for letter in "abcdefghijklm"))
    assert sentences(tmp_path) == ["Makefile: has 13 targets, more than 12"]
