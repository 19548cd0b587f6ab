"""The API does what its description says: schemathesis asks it everything, over a socket, and finds nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.live.board import START_SECONDS, Site, running_dashboard

pytestmark = pytest.mark.live

EXAMPLES = 60  # requests a route in each phase


def await_count(site: Site) -> int:
    """Until the first count is there: before, everything says 503, as the description has it. A recipient's number."""
    until = time.monotonic() + START_SECONDS
    for path in ("campaigns", "engagement"):
        asked = Request(f"{site.base}/api/v1/{path}", headers={"Authorization": f"Bearer {site.key}"})
        while True:
            try:
                with urlopen(asked, timeout=10) as answer:
                    found = json.load(answer)["items"]
                break
            except OSError:
                assert time.monotonic() < until
                time.sleep(0.2)
    return int(found[0]["recipient"])


# A name that was drawn before stands for another body: 422, whatever that body is.
NAMED = """
[[operations]]
include-path = "/consent"
checks.positive_data_acceptance.expected-statuses = ["2xx", "409", "422"]
"""

# Numbers drawn at random name nothing, so one run is told what there is.
KNOWN = """
[[operations]]
include-path-regex = "^/campaigns/"
parameters = {{ "path.number" = {campaign} }}

[[operations]]
include-path-regex = "^/segments/"
parameters = {{ "path.name" = "busy" }}

[[operations]]
include-path-regex = "^/recipients/"
parameters = {{ "path.number" = {recipient} }}
"""


@pytest.mark.parametrize("known", [False, True])
def test_schemathesis_finds_nothing(tmp_path: Path, known: bool) -> None:
    with running_dashboard(tmp_path) as site:
        recipient = await_count(site)
        told = KNOWN.format(campaign=site.campaign, recipient=recipient) if known else ""
        (tmp_path / "schemathesis.toml").write_text(NAMED + told)
        command = [sys.executable, "-m", "schemathesis.cli", "run", f"{site.base}/api/v1/schema/openapi.json"]
        command += ["--header", f"Authorization: Bearer {site.key}", "--max-examples", str(EXAMPLES), "--seed", "1"]
        command += ["--no-color", "--generation-database", "none"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9 passed" in done.stdout, done.stdout
    assert ("404 Not Found, preventing" in done.stdout) is not known, done.stdout
