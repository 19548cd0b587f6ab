"""How `overt up` is doing, for Prometheus: numbers of mail, of requests and of trouble, and nothing of anybody.

Labels are words of ours: no campaign, address or URL is one. Numbers of requests move once an hour, for a scraper asks
every few seconds, and who keeps its answers could tell when a single message was read (law 5; in `shared` the hour is
the finest time that is left). Exposition and process figures are those of prometheus_client, loaded by whoever starts
this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector as Source

from overt import __version__
from overt.clock import Clock, SystemClock
from overt.errors import Unavailable
from overt.measure.hit import hour_of
from overt.serve.collector import Collector
from overt.serve.deliver import Delivery
from overt.serve.relay import Relay
from overt.store import Queue, State

REQUESTS: Final[dict[str, tuple[str, Callable[[Collector], int]]]] = {
    "beacons": ("Requests for beacons.", lambda it: it.edge.tally.beacons),
    "links": ("Links followed.", lambda it: it.edge.tally.links),
    "unsigned": ("Beacons and links whose token did not verify.", lambda it: it.edge.tally.unsigned),
    "hits": ("Hits written, of recipients who granted it.", lambda it: it.edge.tally.hits),
    "counts": ("Counts written, of everybody else.", lambda it: it.edge.tally.counts),
    "withheld": ("Requests of which nothing was kept, for the recipient withdrew.", lambda it: it.edge.tally.withheld),
    "lost": ("Hits and counts lost, because the disk took too long.", lambda it: it.edge.dropped),
    "late": ("Answers given before they were on disk.", lambda it: it.late),
    "refused": ("Connections closed, because there were too many.", lambda it: it.refused),
    "faults": ("Requests not kept by a fault in the program.", lambda it: it.edge.tally.faults),
}


class Metrics(Source):
    """All of one process. Each is a number that a part keeps anyway; reading them disturbs nobody."""

    def __init__(
        self, relay: Relay, delivery: Delivery, collector: Collector, queue: Queue, clock: Clock | None = None
    ) -> None:
        self._relay = relay
        self._delivery = delivery
        self._collector = collector
        self._queue = queue
        self._clock = clock or SystemClock()
        self._hour = -1
        self._requests: dict[str, int] = {}

    def collect(self) -> Iterator[Metric]:
        """Every metric, as it is now."""
        yield _gauge("overt_build_info", "The version that runs.", {"version": {__version__: 1}})
        yield from self._mail()
        yield from self._asked()

    def _mail(self) -> Iterator[Metric]:
        relay, tally = self._relay, self._delivery.tally
        yield _counter(
            "overt_relay_messages",
            "Messages handed in, by what was answered: accepted, or put off until the queue can be written.",
            {"result": {"accepted": relay.accepted, "put_off": relay.put_off}},
        )
        waiting = self._queue.count()
        states = {state.value: waiting.get(state, 0) for state in State}
        yield _gauge("overt_queue_messages", "Messages in the queue, a recipient each.", {"state": states})
        outcomes = {"delivered": tally.delivered, "deferred": tally.deferred, "failed": tally.failed}
        yield _counter("overt_deliveries", "Attempts to hand a message on, by their outcome.", {"outcome": outcomes})
        yield _counter("overt_reports", "Delivery reports made.", tally.reports)
        yield _counter("overt_next_hop_down", "How often the next hop could not be used at all.", tally.down)

    def _asked(self) -> Iterator[Metric]:
        yield _gauge(
            "overt_collector_up", "1 while hits and counts can be written.", int(self._collector.edge.is_well())
        )
        hour = hour_of(int(self._clock.now().timestamp() * 1000))
        if hour != self._hour:
            self._hour, self._requests = hour, {name: read(self._collector) for name, (_, read) in REQUESTS.items()}
        for name, (about, _) in REQUESTS.items():
            yield _counter(f"overt_collector_{name}", f"{about} Moves once an hour.", self._requests[name])


@contextmanager
def serving_metrics(metrics: Metrics, host: str, port: int) -> Iterator[Callable[[], int]]:
    """Answer on host and port, in a thread, with `metrics` and figures of the process; gives the port.

    Raises `Unavailable` where the port cannot be had.
    """
    registry = CollectorRegistry()
    registry.register(metrics)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise Unavailable(f"cannot listen on {host}:{port} for metrics: {error.strerror or error}") from error
    try:
        yield lambda: int(server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _counter(name: str, about: str, value: int | dict[str, dict[str, int]]) -> Metric:
    return _fill(CounterMetricFamily, name, about, value)


def _gauge(name: str, about: str, value: int | dict[str, dict[str, int]]) -> Metric:
    return _fill(GaugeMetricFamily, name, about, value)


def _fill(
    family: type[CounterMetricFamily | GaugeMetricFamily],
    name: str,
    about: str,
    value: int | dict[str, dict[str, int]],
) -> Metric:
    """A metric with one value, or one for each word of one label."""
    if isinstance(value, int):
        return family(name, about, value=value)
    ((label, values),) = value.items()
    made = family(name, about, labels=[label])
    for word, number in values.items():
        made.add_metric([word], number)
    return made
