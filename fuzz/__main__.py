"""`python -m fuzz`: every harness of this folder, one after the other, each for the same time."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run them all; the exit code is that of the first that found something."""
    arguments = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    arguments.add_argument("--seconds", type=int, default=60, help="how long each harness runs")
    seconds = arguments.parse_args().seconds
    for harness in sorted(Path(__file__).parent.glob("fuzz_*.py")):
        print(f"overt: {harness.stem}, {seconds} seconds", file=sys.stderr)
        code = subprocess.run(
            [sys.executable, harness, f"-max_total_time={seconds}", "-verbosity=0"], check=False
        ).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
