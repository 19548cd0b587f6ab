"""Run every benchmark: `make bench`, or one of them by name: `python -m bench instrument`."""

from __future__ import annotations

import importlib
import sys

# Loaded by name: each stands on other rivals, and none needs those of another.
BENCHMARKS = (
    "instrument",
    "detect",
    "label",
    "leak",
    "store",
    "collector",
    "relay",
    "board",
    "readings",
)


def main(names: list[str]) -> int:
    """Run the named benchmarks, all of them without a name; unknown names are an error."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.stderr.write(f"no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}\n")
        return 2
    for name in names or BENCHMARKS:
        importlib.import_module(f"bench.{name}").run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
