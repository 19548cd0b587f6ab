"""What Prometheus is told: numbers that are right, and nothing of anybody."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import cast

import pytest

from overt.errors import Unavailable
from overt.serve.collector import Collector
from overt.serve.deliver import Delivery
from overt.serve.deliver import Tally as DeliveryTally
from overt.serve.edge import Tally
from overt.serve.metrics import Metrics, serving_metrics
from overt.serve.relay import Relay
from overt.store import Queue, State
from overt.testing import FixedClock


def told(metrics: Metrics) -> Mapping[str, float]:
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in metrics.collect()
        for sample in family.samples
    }


@pytest.fixture
def parts() -> SimpleNamespace:
    edge = SimpleNamespace(tally=Tally(beacons=3, hits=1), dropped=2, is_well=lambda: False)
    return SimpleNamespace(
        relay=SimpleNamespace(accepted=5, put_off=1),
        delivery=SimpleNamespace(tally=DeliveryTally(delivered=4, deferred=3, failed=2, down=1, reports=6)),
        collector=SimpleNamespace(edge=edge, late=7, refused=8),
        queue=SimpleNamespace(count=lambda: {State.WAITING: 9}),
        clock=FixedClock(),
    )


def make(parts: SimpleNamespace) -> Metrics:
    return Metrics(
        cast("Relay", parts.relay),
        cast("Delivery", parts.delivery),
        cast("Collector", parts.collector),
        cast("Queue", parts.queue),
        parts.clock,
    )


def test_every_number_is_the_one_that_its_name_says(parts: SimpleNamespace) -> None:
    found = told(make(parts))
    assert {name: found[name] for name in found if not name.startswith("overt_build_info")} == {
        "overt_relay_messages_total accepted": 5,
        "overt_relay_messages_total put_off": 1,
        "overt_queue_messages waiting": 9,
        "overt_queue_messages failed": 0,
        "overt_deliveries_total delivered": 4,
        "overt_deliveries_total deferred": 3,
        "overt_deliveries_total failed": 2,
        "overt_reports_total": 6,
        "overt_next_hop_down_total": 1,
        "overt_collector_beacons_total": 3,
        "overt_collector_links_total": 0,
        "overt_collector_unsigned_total": 0,
        "overt_collector_hits_total": 1,
        "overt_collector_counts_total": 0,
        "overt_collector_withheld_total": 0,
        "overt_collector_up": 0,
        "overt_collector_lost_total": 2,
        "overt_collector_late_total": 7,
        "overt_collector_refused_total": 8,
        "overt_collector_faults_total": 0,
    }


def test_numbers_of_requests_move_with_the_hour_so_that_no_single_one_has_a_time(parts: SimpleNamespace) -> None:
    metrics = make(parts)
    seen = [told(metrics)["overt_collector_beacons_total"]]
    for _ in range(12):
        parts.clock.advance(minutes=10)
        parts.collector.edge.tally.beacons += 1
        seen.append(told(metrics)["overt_collector_beacons_total"])
    assert len(set(seen)) == 3
    assert seen[0] == 3
    assert seen[-1] > 12


def test_a_port_that_is_taken_is_said(parts: SimpleNamespace) -> None:
    with (
        serving_metrics(make(parts), "127.0.0.1", 0) as port,
        pytest.raises(Unavailable, match="for metrics"),
        serving_metrics(make(parts), "127.0.0.1", port()),
    ):
        pass
