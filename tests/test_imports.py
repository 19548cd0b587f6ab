"""What a process loads: import-linter reads the source, these run it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ANALYTICS = ("pyarrow", "duckdb", "numpy", "scipy", "altair")
SERVERS = ("aiosmtpd", "aiosmtplib", "sqlalchemy", "alembic", "httptools", "uvloop")


def loaded(statement: str) -> set[str]:
    """The top-level modules a fresh interpreter holds after `statement`."""
    code = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, timeout=60)
    return set(ran.stdout.split())


@pytest.mark.parametrize("module", ["overt.serve.collector", "overt.serve.relay", "overt.serve.deliver", "overt.wire"])
def test_what_carries_traffic_loads_no_analytics(module: str) -> None:
    assert loaded(f"import {module}").isdisjoint(ANALYTICS)


def test_statistics_that_sending_needs_load_no_analytics() -> None:
    names = ("arm", "bounds", "pool", "sequence")
    assert loaded(f"import {', '.join(f'overt.measure.{name}' for name in names)}").isdisjoint(ANALYTICS)


@pytest.mark.parametrize("module", ["overt.message", "overt.guard", "overt.measure"])
def test_reading_and_instrumenting_one_message_loads_no_server_and_no_database(module: str) -> None:
    assert loaded(f"import {module}").isdisjoint({*ANALYTICS, *SERVERS})


def test_the_layers_hold() -> None:
    linter = shutil.which("lint-imports", path=str(Path(sys.executable).parent)) or shutil.which("lint-imports")
    if linter is None:
        pytest.skip("import-linter is not installed")
    ran = subprocess.run([linter], capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)
    assert ran.returncode == 0, ran.stdout
