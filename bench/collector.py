"""Requests a CPU second: the collector beside nginx, granian, and Starlette with a database.

Every server has one worker; the ones to be compared take turns in each round, so that a busy moment of the machine
falls on all of them. The collector runs as `overt up` wires it: tokens verified, withdrawals read from a ledger, hits
durable. Ratios are of medians.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import rivals
from bench.load import Load, run_wrk, write_requests
from overt.clock import SystemClock
from overt.measure import Kind, Mode, format_keyring, new_keyring, parse_keyring

ROUNDS = 5
SECONDS = 3
CONNECTIONS = 256
KEYS, FOLDER, PATIENCE = "OVERT_BENCH_KEYS", "OVERT_BENCH_FOLDER", "OVERT_BENCH_PATIENCE"
AIMS = {"hits, durable first": 0.55, "hits, answered first": 0.75}


def run() -> None:
    """Print one table: requests a CPU second, and the ratio to nginx and to Starlette."""
    keyring = new_keyring(secrets.token_bytes)
    with tempfile.TemporaryDirectory(prefix="overt-bench-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        keys = folder / "keys.json"
        keys.write_text(format_keyring(keyring))
        hits = write_requests(folder / "hits", keyring, Mode.INDIVIDUAL)
        counts = write_requests(folder / "counts", keyring, Mode.SHARED)
        links = write_requests(folder / "links", keyring, Mode.INDIVIDUAL, kind=Kind.LINK)
        durable = stack.enter_context(collector("overt", folder / "durable", keys, patience=0.05))
        at_once = stack.enter_context(collector("overt, answers first", folder / "at_once", keys, patience=0.0))
        ceiling = stack.enter_context(rivals.nginx(folder))
        runs = {
            "nginx empty_gif": (ceiling, hits),
            "hits, durable first": (durable, hits),
            "hits, answered first": (at_once, hits),
            "counts, durable first": (durable, counts),
            "links, durable first": (durable, links),
            "granian RSGI, keeps nothing": (stack.enter_context(rivals.granian(folder)), hits),
            "Starlette, insert, durable": (stack.enter_context(rivals.starlette(folder)), hits),
        }
        found: dict[str, list[Load]] = {what: [] for what in runs}
        for turn in range(int(os.environ.get("OVERT_BENCH_ROUNDS", ROUNDS))):
            for what, (server, requests) in runs.items():
                load = run_wrk(
                    server.port,
                    server.pids,
                    requests,
                    seconds=SECONDS,
                    connections=CONNECTIONS,
                    start=turn * 3001,
                )
                found[what].append(load)
        print_table(found)


def print_table(found: dict[str, list[Load]]) -> None:
    table = Table(title=f"Requests a CPU second, {CONNECTIONS} connections, medians of {len(found['nginx empty_gif'])}")
    for column in ("what", "a CPU second", "of nginx", "aim", "of Starlette", "p50 ms", "p99 ms", "failed"):
        table.add_column(column, justify="left" if column == "what" else "right")
    speed = {what: statistics.median(load.per_cpu_second for load in loads) for what, loads in found.items()}
    for what, loads in found.items():
        table.add_row(
            what,
            f"{speed[what]:,.0f}",
            f"{speed[what] / speed['nginx empty_gif']:.0%}",
            f"{AIMS[what]:.0%}" if what in AIMS else "",
            f"{speed[what] / speed['Starlette, insert, durable']:.1f}",
            f"{statistics.median(load.p50 for load in loads):.1f}",
            f"{statistics.median(load.p99 for load in loads):.1f}",
            str(sum(load.failed for load in loads)),
        )
    Console(width=120).print(table)
    Console().print(f"load of the machine at the end (1, 5, 15 minutes): {os.getloadavg()}")


@contextlib.contextmanager
def collector(name: str, folder: Path, keys: Path, *, patience: float) -> Iterator[rivals.Server]:
    folder.mkdir()
    port = rivals.free_port()
    told = {KEYS: str(keys), FOLDER: str(folder), PATIENCE: str(patience)}
    with rivals.running(name, [sys.executable, "-m", "bench.collector", str(port)], port, **told) as server:
        yield server


def serve(port: int) -> None:
    """One collector as `overt up` wires it, in this process, until it is ended."""
    from overt.serve.collector import Setup, new_loop, serve_collector
    from overt.serve.connection import Limits
    from overt.serve.permission import Withdrawals
    from overt.store import Ledger, open_database

    folder = Path(os.environ[FOLDER])
    ledger = Ledger(open_database(folder / "overt.db"), SystemClock())
    withdrawals = Withdrawals(ledger.withdrawn_recipients)
    setup = Setup(
        keyring=parse_keyring(Path(os.environ[KEYS]).read_text()),
        base_url="https://t.example.org",
        segments=folder / "segments",
        counts=folder / "counts",
        permission=withdrawals,
        address_key=bytes(32),
        trusted_proxies=("127.0.0.1",),
        port=port,
        limits=Limits(durable_seconds=float(os.environ[PATIENCE]), requests=1_000_000_000),
    )

    async def until_ended() -> None:
        await withdrawals.read_once()
        watching = asyncio.create_task(withdrawals.watch())
        try:
            await serve_collector(setup)
        finally:
            watching.cancel()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(until_ended())


if __name__ == "__main__":
    serve(int(sys.argv[1]))
