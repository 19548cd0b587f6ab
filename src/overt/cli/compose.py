"""The only wiring of what carries traffic: settings and an open house become relay, delivery and collector.

Everything here exists to be handed to something else; nothing here decides. Loads no analytics.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass

from overt.cli.house import House
from overt.cli.option import Settings
from overt.cli.route import make_limits, open_atlas, open_logins, open_signer, open_tls, open_way_out
from overt.measure import Disclosure, Keyring, about_url, parse_mode
from overt.serve.allow import Account
from overt.serve.collector import Collector, Setup, open_collector, open_edge
from overt.serve.deliver import Delivery
from overt.serve.dispatch import Dispatch
from overt.serve.edge import Edge, nowhere
from overt.serve.permission import Withdrawals
from overt.serve.relay import Relay, open_relay
from overt.serve.room import Disk
from overt.store import Queue


def address_key(keyring: Keyring) -> bytes:
    """The key under which client addresses are hashed: of the first key, so that a rotation changes no hash."""
    return hashlib.blake2b(
        key=keyring.keys[min(keyring.keys)].secret, digest_size=32, person=b"overt addresses"
    ).digest()


def make_account(settings: Settings) -> Account:
    """What the settings decide for all mail."""
    return Account(
        base_url=settings.base_url,
        opens=parse_mode(settings.modes.opens),
        links=parse_mode(settings.modes.links),
        campaign_field=settings.relay.campaign_field,
        text_links=settings.links.text,
        app_links=settings.links.app,
        exclude=settings.links.exclude,
        own_addresses=settings.sender.addresses,
        fewest=settings.modes.fewest,
        pool_size=settings.pools.size,
        expected_rate=settings.pools.expected_rate,
        pages_url=settings.pages_url,
        leave=settings.unsubscribe.add,
        disclosure=Disclosure(
            settings.disclosure.language, settings.disclosure.sentence, settings.disclosure.link_text
        ),
    )


@dataclass(frozen=True, slots=True)
class RunningDelivery:
    """Delivery at work; `task` ends only with it, or by a fault."""

    delivery: Delivery
    task: asyncio.Task[None]


@asynccontextmanager
async def running_delivery(house: House) -> AsyncIterator[RunningDelivery]:
    """Delivery of what is in the queue; at the end what is under way is finished first."""
    out, signer = open_way_out(house.settings), open_signer(house.settings)
    delivery = Delivery(
        Queue(house.engine, house.clock),
        out.open_carrier,
        clock=house.clock,
        parallel=house.settings.hop.connections,
        notices=out.notices,
        seal=signer.seal if signer else None,
        final=out.hop.is_final,
    )
    stop = asyncio.Event()
    task = asyncio.create_task(delivery.run(stop), name="delivery")
    try:
        yield RunningDelivery(delivery, task)
    finally:
        stop.set()
        await asyncio.wait([task])


@asynccontextmanager
async def running_relay(house: House, on_queued: Callable[[], None]) -> AsyncIterator[Relay]:
    """The relay, listening; `on_queued` is called when something was put into the queue."""
    settings = house.settings.relay
    account = make_account(house.settings)
    queue = Queue(house.engine, house.clock)
    relay = Relay(
        Dispatch(house.ledger, queue, house.need_keyring(), account, house.clock),
        limits=make_limits(settings),
        clients=settings.clients,
        hostname=settings.hostname,
        on_queued=on_queued,
        logins=open_logins(house.settings),
        tls=open_tls(house.settings),
        why_full=Disk(queue, house.settings.folder, settings.max_queue, int(settings.min_free)).why_full,
    )
    async with open_relay(relay, settings.listen.host, settings.listen.port):
        yield relay


@asynccontextmanager
async def running_collector(house: House, sock: socket.socket | None = None) -> AsyncIterator[Collector]:
    """The collector, listening (on `sock` where there is one), with its logs and what it knows of withdrawals."""
    async with (
        _watching_withdrawals(house) as withdrawals,
        open_collector(_setup(house, withdrawals, sock=sock)) as collector,
    ):
        yield collector


@asynccontextmanager
async def running_edge(house: House, worker: str) -> AsyncIterator[Edge]:
    """What decides of requests, for a server that is not ours. `Refused` where another process writes for `worker`."""
    async with (
        _watching_withdrawals(house) as withdrawals,
        open_edge(_setup(house, withdrawals, worker=worker)) as edge,
    ):
        yield edge


@asynccontextmanager
async def _watching_withdrawals(house: House) -> AsyncIterator[Withdrawals]:
    withdrawals = Withdrawals(house.ledger.withdrawn_recipients, house.ledger.undated_recipients)
    await withdrawals.read_once()
    watching = asyncio.create_task(withdrawals.watch())
    try:
        yield withdrawals
    finally:
        await cancel(watching)


def _setup(house: House, withdrawals: Withdrawals, *, sock: socket.socket | None = None, worker: str = "0") -> Setup:
    settings, keyring = house.settings, house.need_keyring()
    return Setup(
        keyring=keyring,
        base_url=settings.base_url,
        host=settings.collector.listen.host,
        port=settings.collector.listen.port,
        segments=house.layout.segments,
        counts=house.layout.counts,
        permission=withdrawals,
        address_key=address_key(keyring),
        sender=settings.sender.name,
        contact=settings.sender.contact,
        opens=parse_mode(settings.modes.opens),
        links=parse_mode(settings.modes.links),
        own_page=about_url(settings.pages.base_url) if settings.pages.base_url else "",
        trusted_proxies=settings.collector.trusted_proxies,
        forwarded_field=settings.collector.forwarded_field,
        worker=worker,
        clock=house.clock,
        locate=open_atlas(settings) or nowhere,
        sock=sock,
    )


def running_metrics(
    house: House, relay: Relay, delivery: Delivery, collector: Collector
) -> AbstractContextManager[Callable[[], int]]:
    """What Prometheus asks for, listening."""
    from overt.serve.metrics import Metrics, serving_metrics

    listen = house.settings.metrics.listen
    metrics = Metrics(relay, delivery, collector, Queue(house.engine, house.clock), house.clock)
    return serving_metrics(metrics, listen.host, listen.port)


async def cancel(task: asyncio.Task[None]) -> None:
    """End a task and wait for its end."""
    task.cancel()
    await asyncio.wait([task])
