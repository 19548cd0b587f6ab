"""Whether a log keeps addresses beside requests of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from overt.cli.checkup.log import check_logs
from overt.cli.checkup.outcome import Outcome

BEACON = "/b/" + "A" * 32 + ".gif"


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (f'192.0.2.7 - - [27/Nov/2026:03:00:00 +0000] "GET {BEACON} HTTP/1.1" 200 43', Outcome.WRONG),
        (f'2001:db8::7 - - [27/Nov/2026:03:00:00 +0000] "GET {BEACON} HTTP/1.1" 200 43', Outcome.WRONG),
        (f'{{"request":{{"remote_ip":"192.0.2.7","uri":"/c/{"A" * 36}?u=https://shop.example.org/"}}}}', Outcome.WRONG),
        (f'- - - [27/Nov/2026:03:00:00 +0000] "GET {BEACON} HTTP/1.1" 200 43', Outcome.GOOD),
        ('192.0.2.7 - - [27/Nov/2026:03:00:00 +0000] "GET /index.html HTTP/1.1" 200 43', Outcome.SKIPPED),
    ],
)
def test_addresses_beside_requests_of_ours_are_wrong(tmp_path: Path, line: str, outcome: Outcome) -> None:
    path = tmp_path / "access.log"
    path.write_text(line + "\n")
    (found,) = check_logs([path])
    assert found.outcome is outcome


def test_only_the_end_of_a_long_log_is_read(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    path.write_text(f'192.0.2.7 "GET {BEACON}"\n' + "x" * 2_000_000)
    (found,) = check_logs([path])
    assert found.outcome is Outcome.SKIPPED


def test_a_log_that_was_named_and_is_not_there_is_told(tmp_path: Path) -> None:
    assert [check.outcome for check in check_logs([tmp_path / "none"])] == [Outcome.WRONG, Outcome.SKIPPED]
