"""Telling webhooks: signed, once, in time, tried again, and nothing of anybody who said no meanwhile."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from standardwebhooks import Webhook as Standard

from overt.clock import SystemClock
from overt.errors import Malformed, Unavailable
from overt.measure import Hit, Kind, Link, Mode, Purpose, RecipientNumber, recipient_of
from overt.measure.event import CLICKED, EVENTS, OPENED, About, tell_test
from overt.serve.backoff import Backoff
from overt.serve.telling import (
    RETRIES,
    Answer,
    Post,
    Telling,
    check_kinds,
    check_url,
    choose_hits,
    sign,
    write_note,
)
from overt.store import Fate, Layout, Ledger, Webhook, Webhooks, open_database
from overt.store.tail import Tail
from overt.testing import FixedClock
from overt.testing.clock import MORNING
from tests.serve.cert import make_cert
from tests.serve.post import reach
from tests.serve.receiver import HANG, Receiver, receiving
from tests.store.made import make_hit, write_segments

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"


@dataclass
class Desk:
    """A ledger, its webhooks, a log, and what tells them."""

    folder: Path
    engine: Engine
    clock: FixedClock
    past: list[Hit] = field(default_factory=list)
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)
    gone: set[RecipientNumber] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.engine, self.clock)
        self.webhooks = Webhooks(self.engine, self.clock)
        self.tail = Tail(Layout(self.folder))

    def hit(self, address: str = "ann@example.org", **changes: object) -> Hit:
        self.ledger.grant(address, Purpose.OPENS, way="form", reference="form-1")
        number = self.ledger.campaign("spring")
        sending = self.ledger.new_sending(number, self.ledger.recipient(address), opens=Mode.INDIVIDUAL, grant="form-1")
        at_ms = int(self.clock.now().timestamp() * 1000)
        return replace(make_hit(at_ms=at_ms, campaign=number, user_agent=FIREFOX), sending=sending, **changes)  # type: ignore[arg-type]

    def write(self, *hits: Hit) -> None:
        with ThreadPoolExecutor(1) as elsewhere:  # it runs a loop of its own
            elsewhere.submit(write_segments, Layout(self.folder), hits).result()

    def telling(self, post: Post, retries: tuple[float, ...] = RETRIES) -> Telling:
        def between(first: datetime, last: datetime) -> Iterable[Hit]:
            self.asked.append((first, last))
            return [hit for hit in self.past if first.timestamp() * 1000 <= hit.at_ms < last.timestamp() * 1000]

        return Telling(
            self.webhooks,
            post,
            self.clock,
            tail=self.tail,
            between=between,
            about=lambda hit: About("spring", self.ledger.address_of(recipient_of(hit.sending)) or ""),
            withdrawn=lambda: self.gone,
            backoff=Backoff(retries),
            rests=(0.05,),
        )

    def fates(self, webhook: Webhook) -> dict[Fate, int]:
        return dict(self.webhooks.counts().get(webhook.id, {}))


@pytest.fixture
def desk(tmp_path: Path) -> Iterable[Desk]:
    engine = open_database(tmp_path / "overt.db")
    yield Desk(tmp_path, engine, FixedClock(SystemClock().now()))  # a signature is good for five minutes
    engine.dispose()


async def until(desk: Desk, telling: Telling, holds: Callable[[], bool]) -> None:
    """Look and send, as `run` does, until something holds."""
    stop = asyncio.Event()
    running = asyncio.create_task(telling.run(stop))
    await reach(holds)
    stop.set()
    await running


def test_a_hit_is_told_once_signed_and_with_its_reading(desk: Desk) -> None:
    async def story() -> None:
        post = Post()
        async with receiving() as receiver:
            hook = desk.webhooks.add("shop", receiver.url, EVENTS, private=True)
            telling = desk.telling(post)
            desk.write(desk.hit(), desk.hit("ben@example.org", kind=Kind.BEACON, link=Link(0)))
            await until(desk, telling, lambda: desk.fates(hook) == {Fate.SENT: 2})
            events = receiver.events(hook.secrets[0])
        await post.close()
        assert sorted((event["type"], event["data"]["recipient"]) for event in events) == [
            (CLICKED, "ann@example.org"),
            (OPENED, "ben@example.org"),
        ]
        assert {headers["content-type"] for headers, _ in receiver.heard} == {"application/json"}
        assert len({headers["webhook-id"] for headers, _ in receiver.heard}) == 2

    asyncio.run(story())


def test_what_is_not_taken_is_tried_again_under_the_same_id(desk: Desk) -> None:
    async def story() -> Receiver:
        post = Post()
        async with receiving() as receiver:
            hook = desk.webhooks.add("shop", receiver.url, EVENTS, private=True)
            receiver.answers = [500, 302, 204]
            receiver.more = b"location: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n"
            desk.write(desk.hit())
            telling = desk.telling(post, (0.0, 0.0, 0.0))
            await until(desk, telling, lambda: desk.fates(hook) == {Fate.SENT: 1})
        await post.close()
        return receiver

    receiver = asyncio.run(story())
    assert len(receiver.heard) == 3
    assert len({headers["webhook-id"] for headers, _ in receiver.heard}) == 1


def test_after_the_last_attempt_it_is_given_up(desk: Desk) -> None:
    async def story() -> Receiver:
        post = Post()
        async with receiving() as receiver:
            hook = desk.webhooks.add("shop", receiver.url, EVENTS, private=True)
            receiver.answers = [500] * 9
            desk.write(desk.hit())
            await until(desk, desk.telling(post, (0.0, 0.0)), lambda: desk.fates(hook) == {Fate.FAILED: 1})
            assert desk.webhooks.last_said() == {hook.id: "answered 500"}
        await post.close()
        return receiver

    assert len(asyncio.run(story()).heard) == 3


def test_retries_go_on_for_three_days() -> None:
    assert timedelta(days=3) < timedelta(seconds=sum(RETRIES)) < timedelta(days=7)


def test_gone_is_told_nothing_more(desk: Desk) -> None:
    async def story() -> None:
        post = Post()
        async with receiving() as receiver:
            hook = desk.webhooks.add("shop", receiver.url, EVENTS, private=True)
            receiver.answers = [410]
            desk.write(desk.hit())
            telling = desk.telling(post, (0.0,))
            await until(desk, telling, lambda: bool(desk.webhooks.need("shop").stopped))
            assert "410" in desk.webhooks.need("shop").stopped
            await telling.send_due()
            assert len(receiver.heard) == 1
            assert desk.fates(hook) == {Fate.WAITING: 1}
        await post.close()

    asyncio.run(story())


def test_one_that_does_not_answer_holds_up_no_other(desk: Desk) -> None:
    async def story() -> None:
        post = Post()
        async with receiving() as slow, receiving() as quick:
            slow.answers = [HANG] * 50
            desk.webhooks.add("slow", slow.url, EVENTS, private=True)
            hook = desk.webhooks.add("quick", quick.url, EVENTS, private=True)
            desk.write(*(desk.hit(at_ms=desk.hit().at_ms + number) for number in range(12)))
            telling = desk.telling(post)
            telling.look()
            for _ in range(40):
                await telling.send_due()
                await asyncio.sleep(0.05)
            assert desk.fates(hook) == {Fate.SENT: 12}
            assert len(slow.heard) == 4
        await post.close()

    asyncio.run(asyncio.wait_for(story(), 14))


@pytest.mark.parametrize("erase", [False, True])
def test_who_withdraws_while_it_waits_is_not_told_of(desk: Desk, erase: bool) -> None:
    async def story() -> None:
        post = Post()
        async with receiving() as receiver:
            hook = desk.webhooks.add("shop", receiver.url, EVENTS, private=True)
            telling = desk.telling(post)
            hit = desk.hit()
            desk.write(hit)
            telling.look()
            assert desk.fates(hook) == {Fate.WAITING: 1}
            desk.gone.add(recipient_of(hit.sending))
            if erase:
                telling.look()
            await telling.send_due()
            await reach(lambda: desk.fates(hook) == {Fate.DROPPED: 1})
            assert receiver.heard == []
        await post.close()

    asyncio.run(story())


def test_only_individual_hits_of_the_types_asked_for_since_it_was_added(desk: Desk) -> None:
    desk.clock.advance(hours=1)
    hook = desk.webhooks.add("shop", "https://shop.example.org/", [CLICKED])
    click = desk.hit()
    hits = [
        click,
        replace(click, kind=Kind.BEACON),
        replace(click, user_agent="curl/8"),
        replace(click, mode=Mode.HYGIENE),
        replace(click, at_ms=click.at_ms - 1),
    ]
    assert choose_hits([hook], hits) == {hook.id: [click]}
    assert choose_hits([hook], hits, always=True) == {hook.id: [click, hits[-1]]}


def test_a_start_after_a_pause_looks_back_and_tells_nothing_twice(desk: Desk) -> None:
    hook = desk.webhooks.add("shop", "https://shop.example.org/", EVENTS)
    first = desk.hit()
    desk.write(first)
    desk.telling(Post()).look()
    desk.past = [first, desk.hit()]
    desk.clock.advance(hours=20)
    desk.past.append(desk.hit())
    desk.clock.advance(hours=1)
    desk.asked.clear()
    telling = desk.telling(Post())
    telling.look()
    assert desk.fates(hook) == {Fate.WAITING: 3}
    assert desk.asked[0][0] == hook.told - timedelta(hours=1)
    assert desk.asked[-1][1] == desk.clock.now()
    assert [last for _, last in desk.asked[:-1]] == [first for first, _ in desk.asked[1:]]
    desk.asked.clear()
    desk.clock.advance(seconds=1)
    telling.look()
    assert desk.asked == []


def test_a_segment_that_went_while_it_was_open_makes_it_look_back(desk: Desk) -> None:
    desk.webhooks.add("shop", "https://shop.example.org/", EVENTS)
    telling = desk.telling(Post())
    telling.look()
    desk.asked.clear()
    desk.tail.missed = True
    telling.look()
    assert desk.asked == []
    telling.look()
    assert len(desk.asked) == 1


def test_what_fails_on_the_way_is_looked_at_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = desk.webhooks.add("shop", "https://shop.example.org/", EVENTS)
    telling = desk.telling(Post())
    telling.look()
    hit = desk.hit()
    desk.write(hit)

    def busy(*_: object, **__: object) -> int:
        raise Unavailable("the database: locked")

    with monkeypatch.context() as patch:
        patch.setattr(desk.webhooks, "put", busy)
        with pytest.raises(Unavailable):
            telling.look()
    desk.past = [hit]
    desk.clock.advance(seconds=1)
    telling.look()
    assert desk.fates(hook) == {Fate.WAITING: 1}


def test_an_inner_address_is_not_reached_but_where_that_was_said(desk: Desk) -> None:
    async def story() -> None:
        post = Post()
        async with receiving() as receiver:
            hook = desk.webhooks.add("shop", receiver.url, EVENTS)
            answer = await post.send(hook, "msg_1", tell_test(MORNING), MORNING)
            assert (answer.is_taken, receiver.heard) == (False, [])
            assert "private network" in answer.said
        await post.close()

    asyncio.run(story())


def test_over_tls_with_an_authority_that_is_trusted(desk: Desk, tmp_path: Path) -> None:
    cert = make_cert(tmp_path / "tls")

    async def story() -> None:
        async with receiving(cert.server()) as receiver:
            hook = desk.webhooks.add("shop", receiver.url, EVENTS, private=True)
            trusting, wary = Post(trust=cert.client()), Post()
            assert await trusting.send(hook, "msg_1", tell_test(MORNING), MORNING) == Answer("answered 204", 204)
            answer = await wary.send(hook, "msg_2", tell_test(MORNING), MORNING)
            assert not answer.is_taken
            assert "certificate" in answer.said.lower()
            assert len(receiver.heard) == 1
            await trusting.close()
            await wary.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    "more", [b"content-length: 99999999\r\n\r\n" + b"x" * 300_000, b"no header\r\n\r\n", b"content-length: 5\r\n\r\nab"]
)
def test_an_odd_answer_costs_neither_time_nor_memory(desk: Desk, more: bytes) -> None:
    async def story() -> None:
        post = Post()
        async with receiving() as receiver:
            receiver.more = more
            hook = desk.webhooks.add("shop", receiver.url, EVENTS, private=True)
            sending = asyncio.create_task(post.send(hook, "msg_1", tell_test(MORNING), MORNING))
            await reach(lambda: len(receiver.heard) == 1)
            sending_done = await asyncio.wait_for(asyncio.shield(sending), 20)
            assert sending_done.said
        await post.close()

    asyncio.run(story())


def test_every_secret_signs() -> None:
    old, new = Standard("whsec_" + "b2xk" * 8), Standard("whsec_" + "bmV3" * 8)
    now = SystemClock().now()
    body = json.dumps({"type": "overt.test"})
    headers = sign(["whsec_" + "bmV3" * 8, "whsec_" + "b2xk" * 8], "msg_1", now, body)
    assert old.verify(body, headers) == new.verify(body, headers) == {"type": "overt.test"}
    assert len(headers["webhook-signature"].split(" ")) == 2


def test_a_mail_to_oneself_says_who_did_what_and_how_sure_that_is(desk: Desk) -> None:
    sent: list[tuple[str, bytes]] = []

    async def story() -> None:
        post = Post(mail=lambda address, raw: sent.append((address, raw)))
        hook = desk.webhooks.add("me", "mailto:news@shop.example.org", check_kinds([], "mailto:news@shop.example.org"))
        assert hook.kinds == {OPENED, CLICKED}
        desk.write(desk.hit(), desk.hit("ben@example.org", user_agent="curl/8"))
        await until(desk, desk.telling(post), lambda: desk.fates(hook) == {Fate.SENT: 1})
        await post.close()

    asyncio.run(story())
    ((address, raw),) = sent
    assert address == "news@shop.example.org"
    note = email.message_from_bytes(raw, policy=email.policy.default)
    assert (note["To"], note["Subject"]) == ("news@shop.example.org", "ann@example.org followed a link: spring")
    assert note["Auto-Submitted"] == "auto-generated"
    body = note.get_content()
    assert "It looks like human" in body
    assert "overt webhook pause me" in body


def test_what_a_stranger_wrote_stays_on_its_line() -> None:
    data = {
        "recipient": "ann@example.org",
        "campaign": "spring\r\nBcc: eve@example.org\u202e",
        "url": "https://shop.example.org/\n\nforged",
        "reading": {"actor": "human", "reason": "x\ny", "certainty": "low"},
    }
    told = {"type": CLICKED, "timestamp": "2026-11-02T08:00:00.000Z", "data": data}
    note = email.message_from_bytes(
        write_note(told, "me@example.org", "msg_1", "me", MORNING), policy=email.policy.default
    )
    assert note["Bcc"] is None
    assert note["Subject"] == "ann@example.org followed a link: spring  Bcc: eve@example.org "
    assert "https://shop.example.org/  forged" in note.get_content()


def test_without_a_way_for_mail_none_goes(desk: Desk) -> None:
    hook = desk.webhooks.add("me", "mailto:news@shop.example.org", [OPENED])

    async def story() -> Answer:
        post = Post()
        try:
            return await post.send(hook, "msg_1", tell_test(MORNING), MORNING)
        finally:
            await post.close()

    assert not asyncio.run(story()).is_taken


@pytest.mark.parametrize(
    "url",
    [
        "mailto:",
        "mailto:me",
        "mailto:me@example.org?bcc=eve@example.org",
        "mailto:me@example.org,eve@example.org",
        "mailto:me@example.org\r\nx",
        "mailto:" + "x" * 250 + "@example.org",
        "http://hook.example/",
        "ftp://hook.example/",
        "https://",
        "https:///x",
        "https://user@hook.example/",
        "https://user:pw@hook.example/",
        "https://hook.example/#x",
        "https://hook.example:0/",
        "https://hook.example:99999/",
        "https://hook.example/\r\nx: y",
        "https://hook.example/a b",
        "https://höök.example/",
        "https://[::1/",
        "https://hook.example/" + "x" * 2000,
        "hook.example",
    ],
)
def test_a_url_that_cannot_be_told_anything_is_said_to_be_so(url: str) -> None:
    with pytest.raises(Malformed):
        check_url(url, private=False)


def test_http_is_for_ones_own_network() -> None:
    assert check_url("http://127.0.0.1:8/x?y=1", private=True) == "http://127.0.0.1:8/x?y=1"
    assert check_url("https://hook.example/x?y=1", private=False) == "https://hook.example/x?y=1"


def test_types_are_checked() -> None:
    assert check_kinds([]) == set(EVENTS)
    assert check_kinds([CLICKED]) == {CLICKED}
    with pytest.raises(Malformed, match=r"message\.opened"):
        check_kinds(["opened"])
