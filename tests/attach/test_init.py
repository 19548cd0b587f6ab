"""The package imports no framework, so that whoever has one needs no other."""

from __future__ import annotations

import subprocess
import sys


def test_the_collector_for_others_loads_no_framework() -> None:
    frameworks = ("django", "starlette", "fastapi", "litestar")
    code = f"import sys, overt.attach.asgi; print([name for name in {frameworks} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == "[]"
