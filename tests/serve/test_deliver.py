"""Delivery: everything is taken once, tried again in time, and given up when it is hopeless."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from overt.errors import Unavailable
from overt.measure import Outcome
from overt.serve.backoff import Backoff
from overt.serve.deliver import Delivery, deliver_forever
from overt.serve.hop import Attempt, Carrier, NextHop, Verdict, open_carrier
from overt.serve.notice import Notices
from overt.store import Envelope, Queued, State
from overt.testing import make_mail
from tests.serve.post import NEWS, Post, Sink, reach

DELIVERED = Attempt(Verdict.DELIVERED)


class Scripted:
    """A carrier that answers by a script for each recipient, then takes everything."""

    def __init__(self, script: dict[str, list[Attempt]] | None = None) -> None:
        self.script = script or {}
        self.carried: list[str] = []
        self.sent: list[tuple[str, bytes]] = []

    async def carry(self, envelope: Envelope, raw: bytes) -> Attempt:
        self.carried.append(envelope.recipient)
        self.sent.append((envelope.sender, raw))
        await asyncio.sleep(0)
        waiting = self.script.get(envelope.recipient, [])
        return waiting.pop(0) if waiting else DELIVERED

    async def close(self) -> None:
        return None


def put(post: Post, *recipients: str) -> None:
    campaign = post.ledger.campaign("spring")
    for recipient in recipients:
        sending = post.ledger.new_sending(campaign, post.ledger.recipient(recipient))
        post.queue.put(Envelope(NEWS, recipient, sending=sending), b"Subject: x\r\n\r\nx\r\n")


def outcomes(post: Post) -> dict[str, Outcome]:
    return {sent.recipient: sent.outcome for sent in post.ledger.sendings(post.ledger.campaign("spring"))}


def run(delivery: Callable[[], Delivery], until: Callable[[], bool]) -> Delivery:
    """Let it work until something holds."""

    async def story() -> Delivery:
        stop, working = asyncio.Event(), delivery()
        task = asyncio.create_task(deliver_forever(working, stop=stop))
        await reach(until)
        stop.set()
        await task
        return working

    return asyncio.run(story())


def make(post: Post, carrier: Carrier, **options: object) -> Callable[[], Delivery]:
    settings: dict[str, object] = {
        "rests": (0.01,),
        "backoff": Backoff(),
        "notices": Notices("relay.example.org"),
        **options,
    }
    return lambda: Delivery(post.queue, lambda: carrier, clock=post.clock, **settings)  # type: ignore[arg-type]


def test_everything_is_delivered_once_and_recorded(post: Post) -> None:
    everybody = [f"r{number}@example.org" for number in range(150)]
    put(post, *everybody)
    carrier = Scripted()
    working = run(make(post, carrier), lambda: not post.queue.all())
    assert sorted(carrier.carried) == sorted(everybody)
    assert working.tally.delivered == 150
    assert set(outcomes(post).values()) == {Outcome.DELIVERED}


def test_a_real_server_gets_it_over_as_many_connections_as_allowed(post: Post) -> None:
    put(post, *(f"r{number}@example.org" for number in range(20)))
    sink = Sink()

    async def story() -> None:
        stop = asyncio.Event()
        async with sink.listening():
            hop = NextHop("smtp", "127.0.0.1", sink.port)
            working = Delivery(post.queue, lambda: open_carrier(hop), clock=post.clock, parallel=2)
            task = asyncio.create_task(working.run(stop))
            await reach(lambda: not post.queue.all())
            stop.set()
            await task

    asyncio.run(story())
    assert len(sink.taken) == 20
    assert sink.sessions <= 2


def test_what_comes_in_later_goes_out_when_it_is_told(post: Post) -> None:
    carrier = Scripted()

    async def story() -> float:
        stop = asyncio.Event()
        working = make(post, carrier)()
        task = asyncio.create_task(working.run(stop))
        await asyncio.sleep(0.1)
        put(post, "late@example.org")
        began = asyncio.get_running_loop().time()
        working.wake()
        await reach(lambda: not post.queue.all())
        took = asyncio.get_running_loop().time() - began
        stop.set()
        await task
        return took

    assert asyncio.run(story()) < 1.0  # it would look by itself after two seconds


def test_a_temporary_refusal_is_tried_again_later_each_time(post: Post) -> None:
    put(post, "r@example.org")
    later = Attempt(Verdict.LATER, "451 greylisted")
    carrier = Scripted({"r@example.org": [later, later]})
    waits: list[timedelta] = []
    for _ in range(2):
        run(make(post, carrier), lambda: post.queue.due(post.clock.now()) == ())
        (queued,) = post.queue.all()
        waits.append(queued.due - post.clock.now())
        assert queued.reason == "451 greylisted"
        post.clock.set(queued.due)
    # RFC 5321 section 4.5.4.1: more often in the beginning
    assert waits == [timedelta(minutes=1), timedelta(minutes=5)]
    run(make(post, carrier), lambda: not post.queue.all())
    assert outcomes(post) == {"r@example.org": Outcome.DELIVERED}


def test_a_refusal_for_good_is_recorded_and_not_tried_again(post: Post) -> None:
    put(post, "r@example.org", "ok@example.org")
    carrier = Scripted({"r@example.org": [Attempt(Verdict.NEVER, "550 5.1.1 no such user")]})
    working = run(make(post, carrier), lambda: len(post.queue.all(State.WAITING)) == 0)
    assert outcomes(post) == {"r@example.org": Outcome.FAILED, "ok@example.org": Outcome.DELIVERED}
    assert [queued.reason for queued in post.queue.all(State.FAILED)] == ["550 5.1.1 no such user"]
    assert (working.tally.failed, working.tally.reports, working.tally.delivered) == (1, 1, 2)  # the report, too
    assert carrier.carried.count("r@example.org") == 1


def test_after_five_days_it_is_given_up(post: Post) -> None:
    put(post, "r@example.org")
    post.clock.advance(days=5, seconds=1)
    carrier = Scripted({"r@example.org": [Attempt(Verdict.LATER, "451 not now")]})
    run(make(post, carrier), lambda: len(post.queue.all()) == 1 and post.queue.all(State.FAILED) != ())
    assert post.queue.all()[0].reason == "given up after 5 days: 451 not now"
    assert outcomes(post) == {"r@example.org": Outcome.FAILED}


def test_while_the_next_hop_is_down_nothing_is_counted_against_a_message(post: Post) -> None:
    put(post, "a@example.org", "b@example.org")
    down = Attempt(Verdict.DOWN, "connection refused")
    carrier = Scripted({"a@example.org": [down] * 5, "b@example.org": [down] * 5})
    attempts: set[int] = set()

    def settled() -> bool:
        attempts.update(queued.attempts for queued in post.queue.all())
        return not post.queue.all()

    working = run(make(post, carrier), settled)
    assert attempts == {0}
    assert working.tally.down >= 5
    assert set(outcomes(post).values()) == {Outcome.DELIVERED}


def test_a_fault_in_a_carrier_costs_one_attempt_and_no_mail(post: Post) -> None:
    put(post, "r@example.org", "ok@example.org")

    class Faulty(Scripted):
        async def carry(self, envelope: Envelope, raw: bytes) -> Attempt:
            if envelope.recipient == "r@example.org" and not self.script:
                self.script["r@example.org"] = []
                raise ZeroDivisionError
            return await super().carry(envelope, raw)

    carrier = Faulty()
    run(make(post, carrier), lambda: [queued.attempts for queued in post.queue.all()] == [1])
    assert "ZeroDivisionError" in post.queue.all()[0].reason
    post.clock.advance(minutes=1)
    run(make(post, carrier), lambda: not post.queue.all())


def test_a_message_that_was_taken_does_not_go_out_twice_because_the_disk_is_full(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(post, "r@example.org")
    done, failures = post.queue.done, [Unavailable("disk full")] * 3

    def full(queued: Queued, at: object = None, **named: object) -> None:
        if failures:
            raise failures.pop()
        done(queued)

    monkeypatch.setattr(post.queue, "done", full)
    carrier = Scripted()
    run(make(post, carrier), lambda: not post.queue.all())
    assert carrier.carried == ["r@example.org"]


def test_what_was_dropped_meanwhile_is_not_sent(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    put(post, "r@example.org")
    queued = post.queue.all()
    monkeypatch.setattr(post.queue, "due", lambda *arguments, **named: queued if post.queue.all() else ())
    raw = post.queue.raw

    def drop_first(each: Queued) -> bytes:
        post.queue.drop(each)
        return raw(each)

    monkeypatch.setattr(post.queue, "raw", drop_first)
    carrier = Scripted()
    run(make(post, carrier), lambda: not post.queue.all())
    assert carrier.carried == []


def test_stopping_lets_what_is_under_way_finish(post: Post) -> None:
    put(post, "r@example.org")

    class Slow(Scripted):
        async def carry(self, envelope: Envelope, raw: bytes) -> Attempt:
            await asyncio.sleep(0.2)
            return await super().carry(envelope, raw)

    async def story() -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(make(post, Slow())().run(stop))
        await asyncio.sleep(0.1)
        stop.set()
        await task

    asyncio.run(story())
    assert post.queue.all() == ()


def test_an_attempt_that_hangs_does_not_stop_the_end_and_the_message_stays(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("overt.serve.deliver.STOP_SECONDS", 0.1)
    put(post, "r@example.org")

    class Hanging(Scripted):
        async def carry(self, envelope: Envelope, raw: bytes) -> Attempt:
            await asyncio.sleep(60)
            return DELIVERED

    async def story() -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(make(post, Hanging())().run(stop))
        await asyncio.sleep(0.1)
        stop.set()
        async with asyncio.timeout(5):
            await task

    asyncio.run(story())
    assert len(post.queue.all(State.WAITING)) == 1


def test_a_fault_of_delivery_itself_comes_to_light(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **named: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(post.queue, "due", broken)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(make(post, Scripted())().run(asyncio.Event()))


def test_a_message_put_in_by_the_relay_reaches_a_real_mailbox(post: Post) -> None:
    sink = Sink()
    post.send("r@example.org", raw=make_mail())

    async def story() -> None:
        stop = asyncio.Event()
        async with sink.listening():
            hop = NextHop("smtp", "127.0.0.1", sink.port)
            task = asyncio.create_task(Delivery(post.queue, lambda: open_carrier(hop), clock=post.clock).run(stop))
            await reach(lambda: not post.queue.all())
            stop.set()
            await task

    asyncio.run(story())
    ((sender, recipient, raw),) = sink.taken
    assert (sender, recipient) == (NEWS, "r@example.org")
    assert raw.startswith(b"Overt-Notice: opens=shared; links=shared;\r\n")


def reports(carrier: Scripted) -> list[bytes]:
    return [raw for sender, raw in carrier.sent if sender == ""]


def refused(notify: str = "", *, sender: str = NEWS, ret: str = "") -> tuple[Envelope, list[Attempt]]:
    envelope = Envelope(sender, "r@example.org", notify=notify, ret=ret)
    return envelope, [Attempt(Verdict.NEVER, "550 5.1.1 no such user")]


def test_a_failure_is_reported_to_the_envelope_sender_from_the_null_path(post: Post) -> None:
    envelope, script = refused()
    post.queue.put(envelope, b"Subject: x\r\n\r\nsecret body\r\n")
    carrier = Scripted({"r@example.org": script})
    run(make(post, carrier), lambda: not post.queue.all(State.WAITING))
    (report,) = reports(carrier)
    assert carrier.carried == ["r@example.org", NEWS]
    assert b"Final-Recipient: rfc822; r@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n" in report
    assert b"secret body" not in report  # nobody asked for RET=FULL
    assert post.ledger.campaigns() == {}  # a report is not tracked


@pytest.mark.parametrize(("notify", "told"), [("", 1), ("FAILURE,DELAY", 1), ("NEVER", 0), ("SUCCESS", 0)])
def test_notify_says_whether_a_failure_is_told(post: Post, notify: str, told: int) -> None:
    envelope, script = refused(notify)
    post.queue.put(envelope, b"Subject: x\r\n\r\nx\r\n")
    carrier = Scripted({"r@example.org": script})
    run(make(post, carrier), lambda: not post.queue.all(State.WAITING))
    assert len(reports(carrier)) == told


def test_a_report_that_fails_is_not_reported(post: Post) -> None:
    envelope, script = refused(sender="")
    post.queue.put(envelope, b"Subject: report\r\n\r\nx\r\n")
    carrier = Scripted({"r@example.org": script})
    run(make(post, carrier), lambda: not post.queue.all(State.WAITING))
    assert carrier.carried == ["r@example.org"]
    assert [queued.state for queued in post.queue.all()] == [State.FAILED]


def test_giving_up_is_reported_too(post: Post) -> None:
    put(post, "r@example.org")
    post.clock.advance(days=5, seconds=1)
    carrier = Scripted({"r@example.org": [Attempt(Verdict.LATER, "451 4.2.0 not now")]})
    run(make(post, carrier), lambda: not post.queue.all(State.WAITING))
    (report,) = reports(carrier)
    assert b"given up after 5 days: 451 4.2.0 not now" in report


@pytest.mark.parametrize(("reports_itself", "told"), [(True, 0), (False, 1)])
def test_success_is_told_here_where_the_next_hop_sends_no_reports(post: Post, reports_itself: bool, told: int) -> None:
    post.queue.put(Envelope(NEWS, "r@example.org", notify="SUCCESS"), b"Subject: x\r\n\r\nx\r\n")
    carrier = Scripted({"r@example.org": [Attempt(Verdict.DELIVERED, reports=reports_itself)]})
    run(make(post, carrier), lambda: not post.queue.all())
    assert [b"Action: relayed" in report for report in reports(carrier)] == [True] * told


def test_a_delay_is_told_once_where_it_was_asked_for(post: Post) -> None:
    post.queue.put(Envelope(NEWS, "r@example.org", notify="DELAY"), b"Subject: x\r\n\r\nx\r\n")
    later = Attempt(Verdict.LATER, "451 4.2.0 not now")
    carrier = Scripted({"r@example.org": [later, later]})
    for _ in range(2):
        post.clock.advance(hours=5)
        run(make(post, carrier), lambda: [queued.due > post.clock.now() for queued in post.queue.all()] == [True])
    (report,) = reports(carrier)
    assert b"Action: delayed" in report
    assert b"Will-Retry-Until: Sat, 07 Nov 2026 08:00:00 +0000" in report  # five days after it was handed in


def test_a_domain_that_puts_everything_off_is_left_in_peace(post: Post) -> None:
    slow = [f"r{number}@slow.example" for number in range(30)]
    put(post, *slow, "ok@example.org")
    later = Attempt(Verdict.LATER, "421 4.7.0 try later")
    carrier = Scripted({recipient: [later] for recipient in slow})
    delivery = make(post, carrier, backoff=Backoff(patience=5), parallel=1)
    run(delivery, lambda: post.queue.due(post.clock.now()) == ())
    assert len([each for each in carrier.carried if each.endswith("@slow.example")]) == 5
    assert "ok@example.org" in carrier.carried
    assert {queued.attempts for queued in post.queue.all()} == {0, 1}
    post.clock.advance(minutes=2)
    run(make(post, Scripted()), lambda: not post.queue.all())  # when its time has come everything is tried


def test_what_goes_out_is_sealed_and_what_is_queued_is_not(post: Post) -> None:
    put(post, "r@example.org")
    carrier = Scripted()
    run(make(post, carrier, seal=lambda raw: b"Seal: yes\r\n" + raw), lambda: not post.queue.all())
    assert carrier.sent == [(NEWS, b"Seal: yes\r\nSubject: x\r\n\r\nx\r\n")]


def test_what_failed_long_ago_goes(post: Post) -> None:
    put(post, "r@example.org")
    post.queue.fail(post.queue.all()[0], "550 no")
    post.clock.advance(days=31)
    run(make(post, Scripted()), lambda: not post.queue.all())
