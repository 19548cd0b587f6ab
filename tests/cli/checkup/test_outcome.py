"""What a check found, as a value."""

from __future__ import annotations

from overt.cli.checkup.outcome import Check, Outcome, good, look, skipped, wrong


def test_what_is_good_needs_no_mending() -> None:
    assert good("keys", "there") == Check("keys", Outcome.GOOD, "there", "")
    assert skipped("keys", "none").mend == ""
    assert (look("a", "b", "c").outcome, wrong("a", "b", "c").outcome) == (Outcome.LOOK, Outcome.WRONG)
