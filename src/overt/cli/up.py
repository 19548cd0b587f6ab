"""`overt up`: relay, collector, delivery and compaction in one process, until it is told to stop.

Nothing listens before everything is open, and the end comes in the order that loses nothing: first nothing new is
taken, then what is under way is finished and written.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from overt import __version__
from overt.cli.compaction import Compaction, Need, can_compact, compact_command
from overt.cli.log import start_logging
from overt.cli.option import PREFIX, Endpoint, Settings
from overt.cli.plot import can_draw
from overt.cli.settings import load_settings
from overt.cli.web import WebProcess, can_serve_web, web_command
from overt.cli.webhook import TELLING, can_tell
from overt.errors import Unavailable

if TYPE_CHECKING:
    from overt.cli.house import House

_LOG = logging.getLogger(__name__)


def up(*, settings: Path | None = None) -> int:
    """Run relay, collector, delivery, compaction and the recipients' pages, until Ctrl-C.

    Parameters
    ----------
    settings
        The settings file.
    """
    from overt.serve.collector import new_loop

    loaded = load_settings(settings, needed=("base_url",))
    start_logging()
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(run_until_signal(loaded, settings))


async def run_until_signal(settings: Settings, file: Path | None = None) -> int:
    """Everything, until SIGINT or SIGTERM; a second one ends it at once, as ever."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def end(number: int) -> None:
        loop.remove_signal_handler(number)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    await serve(settings, stop, file=file, ready=lambda lines: print("\n".join(lines), flush=True))
    print("overt: stopped; everything taken is on disk", flush=True)
    return 0


async def serve(
    settings: Settings, stop: asyncio.Event, *, file: Path | None = None, ready: Callable[[Sequence[str]], None]
) -> None:
    """Everything, until `stop`; `ready` gets the lines that say what listens where. Raises what a part died of."""
    from overt.cli import compose
    from overt.cli.house import open_house
    from overt.serve.systemd import notify, take_socket
    from overt.store import finish_erasures

    sock = take_socket(os.environ, os.getpid())
    with open_house(settings, make_keys=True) as house:
        finish_erasures(house.engine)
        async with AsyncExitStack() as stack:
            tasks: list[asyncio.Task[None]] = []
            delivery = await stack.enter_async_context(compose.running_delivery(house))
            collector = await stack.enter_async_context(compose.running_collector(house, sock))
            relay = await stack.enter_async_context(compose.running_relay(house, delivery.delivery.wake))
            if settings.metrics.enabled:
                stack.enter_context(compose.running_metrics(house, relay, delivery.delivery, collector))
            if can_compact():
                tasks.append(asyncio.create_task(_compaction(house, file).run(), name="compaction"))
            else:
                _LOG.warning("hits are not compacted, and nothing old goes: pip install 'overt[report]'")
            beside = tuple(_processes(house))
            for name, what in beside:
                web = WebProcess(what, web_command(name, file), _environment(house))
                tasks.append(asyncio.create_task(web.run(), name=name))
            for task in tasks:
                stack.push_async_callback(compose.cancel, task)
            ready(say_ready(settings, relay.addresses, collector.addresses, tuple(name for name, _ in beside)))
            notify(os.environ, "READY=1")
            await _wait(stop, [*tasks, delivery.task])
            notify(os.environ, "STOPPING=1")


async def _wait(stop: asyncio.Event, tasks: Sequence[asyncio.Task[None]]) -> None:
    """Until `stop`; a task that ends before it had no right to, and ends everything."""
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    for task in done:
        if task is not stopping:
            raise Unavailable(f"{task.get_name()} ended: {task.exception()!r}") from task.exception()


def _compaction(house: House, file: Path | None) -> Compaction:
    return Compaction(compact_command(file), _environment(house), Need(house).is_due, house.settings.compact_every)


def _processes(house: House) -> Iterator[tuple[str, str]]:
    """The subcommands that run beside, and what each is called: none that would be of use to nobody."""
    from overt.store import Accounts, Webhooks

    if can_tell() and Webhooks(house.engine).all():
        yield TELLING, "telling webhooks"
    if not can_serve_web():
        return
    if house.settings.pages.enabled:
        yield "pages", "the recipients' pages"
    if house.settings.dashboard.enabled and can_draw() and Accounts(house.engine).all():
        yield "dashboard", "the dashboard"


def _environment(house: House) -> dict[str, str]:
    """What a process of ours is started with."""
    return {**os.environ, f"{PREFIX}FOLDER": str(house.settings.folder)}


def say_ready(
    settings: Settings,
    relay: Sequence[tuple[str, int]],
    collector: Sequence[tuple[str, int]],
    web: Sequence[str] = (),
) -> tuple[str, ...]:
    """What listens where, for the operator."""
    return (
        f"overt {__version__}",
        f"  relay      smtp {_join(relay)}, mail goes on to {settings.relay.next_hop}",
        f"  collector  http {_join(collector)}, reached by recipients as {settings.base_url}",
        *(
            [f"  pages      http {settings.pages.listen}, reached as {settings.pages_url}/you"]
            if "pages" in web
            else []
        ),
        f"  dashboard  http {settings.dashboard.listen}, reached as {settings.dashboard_url}"
        if "dashboard" in web
        else "  dashboard  not running; it wants an account: overt account add NAME",
        *(["  webhooks   are told of hits; see overt webhook list"] if TELLING in web else []),
        *([f"  metrics    http {settings.metrics.listen}/metrics"] if settings.metrics.enabled else []),
        f"  modes      opens at most {settings.modes.opens}, links at most {settings.modes.links}",
        f"  data       {settings.folder}",
        "Ctrl-C stops it.",
    )


def _join(addresses: Sequence[tuple[str, int]]) -> str:
    return ", ".join(str(Endpoint(host, port)) for host, port in addresses)
