"""Web servers for people, each in a process of its own: served until its parent goes, started again when it dies.

They may take their time and memory; beacons and links never wait for them.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from overt.cli.value import Endpoint

_LOG = logging.getLogger(__name__)
RESTS = (1.0, 5.0, 30.0, 60.0)  # seconds until it is started again, longer each time
STEADY_SECONDS = 60.0  # who ran so long may begin with the shortest rest again
LOOK_SECONDS = 0.5  # between two looks whether it is over
MOST_CONNECTIONS = 200  # at once; each has a form of 16 KiB at most, a program with a key a megabyte
IDLE_SECONDS = 5


async def serve_web(app: Any, listen: Endpoint, parent: int, *, closing: Callable[[], None] = lambda: None) -> int:
    """Serve an ASGI application until a signal, or until `parent` (0 is nobody) is no longer the one that started us.

    `closing` is called when that comes, before connections are waited for. Returns the process's exit code.
    """
    import uvicorn

    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=listen.host,
            port=listen.port,
            access_log=False,  # it would hold tickets
            log_config=None,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=IDLE_SECONDS,
        )
    )
    # uvicorn raises a signal again once it has stopped, for whoever had it before: that must not end us before we
    # have tidied up.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: setattr(server, "should_exit", True))
    watching = asyncio.create_task(_watch_end(parent, server, closing))
    try:
        await server.serve()
    except SystemExit:  # uvicorn's way to say that it could not listen; it has logged why
        return 1
    finally:
        watching.cancel()
    return 0 if server.started else 1


async def _watch_end(parent: int, server: Any, closing: Callable[[], None]) -> None:
    """Nobody stops us once our parent was killed."""
    while not server.should_exit:
        await asyncio.sleep(LOOK_SECONDS)
        if parent and os.getppid() != parent:
            server.should_exit = True
    closing()


class WebProcess:
    """Starts the command and starts it again when it ends. `name` is what it is called in the log."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._name = name
        self._command = tuple(command)
        self._environment = dict(environment)
        self.starts = 0

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Until cancelled; the process is ended then."""
        clock, failures = asyncio.get_running_loop().time, 0
        while True:
            began = clock()
            code, said = await self._once()
            failures = 0 if clock() - began >= STEADY_SECONDS else failures + 1
            rest = RESTS[min(failures, len(RESTS)) - 1] if failures else RESTS[0]
            _LOG.error("%s ended (%s), started again in %s s: %s", self._name, code, rest, said)
            await sleep(rest)

    async def _once(self) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            env=self._environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        self.starts += 1
        last = b""
        try:
            assert process.stderr is not None
            async for line in process.stderr:  # its warnings are ours
                last = line
                sys.stderr.write(line.decode("utf-8", "replace"))
            return await process.wait(), last.decode("utf-8", "replace").strip()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise


def can_serve_web() -> bool:
    """Whether what serves pages is installed."""
    return importlib.util.find_spec("litestar") is not None and importlib.util.find_spec("uvicorn") is not None


def web_command(name: str, settings: Path | None) -> tuple[str, ...]:
    """The process that runs the subcommand `name` (its words), with the settings file of the process that starts it."""
    chosen = () if settings is None else ("--settings", str(settings))
    return (sys.executable, "-m", "overt.cli.main", *name.split(), "--parent", str(os.getpid()), *chosen)
