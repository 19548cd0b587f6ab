"""What programs are told stands for every one that `overt init` knows."""

from __future__ import annotations

from typing import get_args

from overt.cli.init import Program
from overt.cli.program import CAMPAIGN_FIELDS, PROGRAMS


def test_every_program_has_its_lines() -> None:
    assert set(PROGRAMS) == set(get_args(Program))
    assert set(CAMPAIGN_FIELDS) <= set(PROGRAMS)
