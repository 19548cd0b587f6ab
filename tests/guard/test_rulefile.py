"""Rules as text: what is read, what is refused and where, and that our own tables are whole."""

from __future__ import annotations

import pytest

from overt.guard.rulefile import COLUMNS, load_rules, read_adblock, read_table

HEAD = "\t".join(COLUMNS)
ROW = "a-open\tA\tbeacon\ta.example\t/open\ta.example/docs\tcounts opens"


def test_a_table_is_read_and_remarks_are_passed_over() -> None:
    found = read_table(f"{HEAD}\n# remark\n\n{ROW}\n")
    assert found.mistakes == ()
    (rule,) = found.rules
    assert (rule.id, rule.kind, rule.pattern) == ("a-open", "beacon", "||a.example/open")


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("a\tb", 4, "2 columns"),
        (ROW.replace("a-open", "A open", 1), 1, "kebab-case"),
        (ROW.replace("beacon", "bacon"), 10, "no kind"),
        (ROW.replace("\tA\t", "\t\t"), 8, "vendor is empty"),
        (ROW.replace("a.example\t", "\t", 1), 18, "six characters"),
    ],
)
def test_a_bad_row_is_refused_with_its_place_and_the_good_ones_are_kept(row: str, column: int, words: str) -> None:
    found = read_table(f"{HEAD}\n{row}\n{ROW}\n")
    assert [rule.id for rule in found.rules] == ["a-open"]
    (mistake,) = found.mistakes
    assert (mistake.line, mistake.column) == (2, column)
    assert words in mistake.because
    assert str(mistake).splitlines()[2].index("^") == column + 1


def test_a_table_without_its_columns_is_refused_whole() -> None:
    assert read_table("").mistakes[0].line == 1
    assert read_table("id\tvendor\n").rules == ()


def test_a_second_row_of_one_id_is_refused() -> None:
    assert "taken" in read_table(f"{HEAD}\n{ROW}\n{ROW}\n").mistakes[0].because


def test_adblock_lists_are_read_without_their_cosmetic_rules() -> None:
    text = (
        "[Adblock Plus 2.0]\n! remark\n"
        "||a.example^$third-party,image\n@@||a.example/fine\nb.example##.ad\n/pixel.gif?\n"
    )
    found = read_adblock(text, "mine")
    assert found.mistakes == ()
    assert [(rule.id, rule.pattern, rule.allows) for rule in found.rules] == [
        ("mine-3", "||a.example^", False),
        ("mine-4", "||a.example/fine", True),
        ("mine-6", "/pixel.gif?", False),
    ]
    assert found.rules[0].limits.third_party is True
    assert found.rules[0].limits.resources == {"image"}


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (r"/a(b|c)+d/", 1),
        ("||a.example^$rewrite=x", 14),
        ("ab", 1),
        ("||ä.example^", 1),
        ("||a.example^$domain=x*", 14),
    ],
)
def test_what_cannot_be_honoured_is_refused_with_its_column(line: str, column: int) -> None:
    found = read_adblock(line, "mine")
    assert found.rules == ()
    (mistake,) = found.mistakes
    assert (mistake.line, mistake.column) == (1, column)


def test_our_own_rules_are_whole_and_each_names_its_source() -> None:
    rules = load_rules()
    assert len(rules) > 150
    assert all(rule.source and rule.reason and rule.vendor for rule in rules.rules)
    assert len({rule.id for rule in rules.rules}) == len(rules)
    assert rules.version.startswith(f"overt-{len(rules)}-")
