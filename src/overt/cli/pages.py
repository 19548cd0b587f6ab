"""`overt pages`, and how `overt up` keeps it running: the recipients' pages, in a process of their own.

They are for people, so they may take their time and memory; beacons and links never wait for them.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from overt.cli.settings import load_settings

if TYPE_CHECKING:
    from overt.cli.house import House
    from overt.serve.pages import Desk

_LOG = logging.getLogger(__name__)
RESTS = (1.0, 5.0, 30.0, 60.0)  # seconds until it is started again, longer each time
STEADY_SECONDS = 60.0  # who ran so long may begin with the shortest rest again
PARENT_SECONDS = 1.0
MOST_CONNECTIONS = 200  # at once; each has a form of 16 KiB at most
IDLE_SECONDS = 5


def pages(*, settings: Path | None = None, parent: Annotated[int, Parameter(show=False, negative=())] = 0) -> int:
    """Run the recipients' pages: what is recorded about me, change it, unsubscribe. `overt up` does it by itself.

    Parameters
    ----------
    settings
        The settings file.
    parent
        Stop when this process is no longer the one that started us.
    """
    from overt.cli.house import open_house

    loaded = load_settings(settings, needed=("base_url",))
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    with open_house(loaded, make_keys=True) as house:
        return asyncio.run(_serve(house, parent))


async def _serve(house: House, parent: int) -> int:
    import uvicorn

    from overt.serve.pages import make_app

    listen = house.settings.pages.listen
    server = uvicorn.Server(
        uvicorn.Config(
            make_app(make_desk(house)),
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
    watching = asyncio.create_task(_watch_parent(parent, server))
    try:
        await server.serve()
    except SystemExit:  # uvicorn's way to say that it could not listen; it has logged why
        return 1
    finally:
        watching.cancel()
    return 0 if server.started else 1


async def _watch_parent(parent: int, server: object) -> None:
    """Nobody stops us once our parent was killed."""
    while parent:
        await asyncio.sleep(PARENT_SECONDS)
        if os.getppid() != parent:
            server.should_exit = True  # type: ignore[attr-defined]
            return


def make_desk(house: House) -> Desk:
    """The desk behind the pages, on what the house holds."""
    from overt.measure import Hit, RecipientNumber, parse_mode
    from overt.serve.pages import Desk, Sender
    from overt.store import Eraser, Queue, SuppressionList

    settings, keyring = house.settings, house.need_keyring()

    def read_hits(recipient: RecipientNumber) -> Sequence[Hit]:
        from overt.store.hits import load_hits

        return load_hits(house.layout, recipient=recipient, withdrawn=house.ledger.withdrawn_recipients())

    sender = Sender(
        name=settings.sender.name,
        contact=settings.sender.contact,
        address=settings.pages.address or next(iter(settings.sender.addresses), ""),
        base_url=settings.pages_url,
        opens=parse_mode(settings.modes.opens),
        links=parse_mode(settings.modes.links),
        language=settings.disclosure.language,
    )
    return Desk(
        house.ledger,
        Queue(house.engine, house.clock),
        SuppressionList(house.engine, keyring, house.clock),
        keyring,
        sender,
        read_hits=read_hits,
        eraser=Eraser(house.engine, keyring, house.layout.erased, house.clock),
        clock=house.clock,
    )


class PagesProcess:
    """Starts the command and starts it again when it ends."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
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
            _LOG.error("the recipients' pages ended (%s), started again in %s s: %s", code, rest, said)
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


def can_serve_pages() -> bool:
    """Whether what the pages stand on is installed."""
    return importlib.util.find_spec("litestar") is not None and importlib.util.find_spec("uvicorn") is not None


def pages_command(settings: Path | None) -> tuple[str, ...]:
    """The process that serves pages, with the settings file of the process that starts it."""
    chosen = () if settings is None else ("--settings", str(settings))
    return (sys.executable, "-m", "overt.cli.main", "pages", "--parent", str(os.getpid()), *chosen)
