"""The whole demonstration with few people: it ends well, and its report has what was acted out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_demonstration_runs_to_its_end(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "demo", "--people", "12", "--folder", str(tmp_path / "demo")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "That was all of it." in ran.stdout
