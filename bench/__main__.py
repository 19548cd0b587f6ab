"""Run every benchmark: `make bench`, or one of them by name: `python -m bench instrument`."""

from __future__ import annotations

import sys

from bench import instrument, leak

BENCHMARKS = {"instrument": instrument.run, "leak": leak.run}


def main(names: list[str]) -> int:
    """Run the named benchmarks, all of them without a name; unknown names are an error."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.stderr.write(f"no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}\n")
        return 2
    for name in names or BENCHMARKS:
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
