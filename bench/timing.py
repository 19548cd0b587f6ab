"""Times things in turns, so that a busy moment of the machine falls on all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def time_in_turns(
    things: Mapping[str, Callable[[], object]], *, rounds: int = 15, least: float = 0.02
) -> dict[str, float]:
    """Median CPU seconds of one call of each thing.

    Each round calls every thing often enough to last about `least` seconds: shorter spans drown in the clock's own
    grain. CPU time, not wall time: the machine may be shared.
    """
    repeats = {name: _repeats(call, least) for name, call in things.items()}
    spans: dict[str, list[float]] = {name: [] for name in things}
    for _ in range(rounds):
        for name, call in things.items():
            start = time.process_time()
            for _ in range(repeats[name]):
                call()
            spans[name].append((time.process_time() - start) / repeats[name])
    return {name: statistics.median(seconds) for name, seconds in spans.items()}


def _repeats(call: Callable[[], object], least: float) -> int:
    call()
    start = time.process_time()
    call()
    once = time.process_time() - start
    return max(1, min(10_000, int(least / once) if once > 0 else 10_000))
