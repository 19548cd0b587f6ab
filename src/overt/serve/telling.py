"""Tells webhooks of hits: one signed request each, tried again for three days, by the Standard Webhooks specification.

Looking through the log and sending are apart: a webhook that does not answer holds up nothing but itself.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore
from standardwebhooks import Webhook as Signer

from overt import __version__
from overt.clock import Clock
from overt.errors import Malformed, OvertError
from overt.measure import Hit, Mode, RecipientNumber, recipient_of
from overt.measure.event import EVENTS, SAID, About, tell_event, type_of
from overt.serve.backoff import Backoff
from overt.serve.outside import Outside
from overt.store import Fate, Parcel, Webhook, Webhooks
from overt.store.tail import Tail

_LOG = logging.getLogger(__name__)

# Seconds until it is tried again, after the specification's example: ten attempts in 75 hours.
RETRIES: Final = (5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
SECONDS = 15.0  # for a whole answer; the specification says 15 to 30
ANSWER_BYTES = 65_536  # read of an answer, so that the connection can be used again; none of it is kept
AT_ONCE = 4  # requests under way to one webhook
RESTS: Final = (1.0, 5.0, 30.0, 120.0, 300.0)  # seconds in which a webhook that failed is left alone, ever longer
LOOK_SECONDS = 1.0
# A look that comes later than this after the one before may have missed a segment that was compacted in between.
MISSED = timedelta(seconds=5)
MARGIN = timedelta(hours=1)  # looked at again then, for a hit lies in the log some time after its moment
FURTHEST = timedelta(days=3)  # looked back by itself; `overt webhook replay` goes further
TIDY = timedelta(minutes=1)  # between two notes of how far the log was looked through, where nothing came
SLICE = timedelta(hours=6)  # of hits that are in memory at once
LONGEST_URL = 2000
MAILTO = "mailto:"
LONGEST_ADDRESS = 254 + len(MAILTO)  # RFC 5321 section 4.5.3.1.3, less its brackets
MAIL_SECONDS = 10.0  # between two mails to one address: somebody is to read them
GONE = 410

_ADDRESS: Final = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+")
_BROKEN: Final = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError)

Between = Callable[[datetime, datetime], Iterable[Hit]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a webhook said: a status and a word for people. Without a status it was not reached."""

    said: str
    status: int = 0

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


def check_url(url: str, *, private: bool) -> str:
    """The URL, if it can be told anything; raises `Malformed` with the reason."""
    if url.startswith(MAILTO):
        if not _ADDRESS.fullmatch(url.removeprefix(MAILTO)) or len(url) > LONGEST_ADDRESS:
            raise Malformed(f"{url[:100]!r} is no address; write mailto:me@example.org")
        return url
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Malformed(f"{url[:100]!r} is no URL: {error}") from error
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise Malformed(f"a webhook's URL has up to {LONGEST_URL} printable ASCII characters and no space")
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise Malformed("a webhook's URL begins with https://; http:// needs --private")
    if not parts.hostname or port == 0 or parts.username is not None or parts.fragment:
        raise Malformed("a webhook's URL has a host, and neither a user name nor a fragment")
    return url


def sign(secrets: Sequence[str], id_: str, at: datetime, body: str) -> dict[str, str]:
    """The three header fields, with a signature by each secret."""
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Signer(secret).sign(id_, at, body) for secret in secrets),
    }


def write_note(payload: Mapping[str, Any], address: str, id_: str, name: str, at: datetime) -> bytes:
    """A mail that says what a payload says, to somebody who sent the message it is about."""
    data = payload["data"]
    did = SAID.get(payload["type"], "")
    who, what = (_line(str(data.get(key, ""))) for key in ("recipient", "campaign"))
    note = EmailMessage(policy=SMTP)
    note["From"] = note["To"] = address
    note["Subject"] = f"{who} {did}: {what}" if did else "overt can reach this address"
    note["Date"] = at
    note["Message-ID"] = f"<{id_}@overt.invalid>"
    note["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer, please
    lines = [f"{note['Subject']}", f"at {payload['timestamp']}"]
    if did:
        reading = data["reading"]
        lines += [_line(data["url"])] if data["url"] else []
        lines += [
            "",
            f"It looks like {reading['actor']}: {_line(reading['reason'])} (certainty: {reading['certainty']}).",
        ]
        lines += ["This is the first look at one request; the report may know better, later."]
    lines += ["", f"No more of these: overt webhook pause {name}"]
    note.set_content("\n".join(lines) + "\n")
    return note.as_bytes()


def _line(text: str) -> str:
    """What a stranger may have written, on one line of a mail."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:200]


class Post:
    """Sends signed payloads, and mail to oneself. To be closed after use.

    `mail` takes an address and a message for it, and blocks; without it no mail can be sent. A `trust` beside the
    system's is for tests and own authorities.
    """

    def __init__(
        self, *, mail: Callable[[str, bytes], None] | None = None, trust: ssl.SSLContext | None = None
    ) -> None:
        self._mail = mail
        context = trust or ssl.create_default_context()
        self._pools = {
            private: httpcore.AsyncConnectionPool(
                ssl_context=context,
                max_connections=64,
                max_keepalive_connections=16,
                keepalive_expiry=30.0,
                network_backend=Outside(private=private),
            )
            for private in (False, True)
        }

    async def send(self, webhook: Webhook, id_: str, payload: Mapping[str, Any], at: datetime) -> Answer:
        """One attempt; whatever goes wrong is an answer too. A redirect is no success, and is not followed."""
        if webhook.is_mail:
            address = webhook.url.removeprefix(MAILTO)
            if self._mail is None:
                return Answer("no mail can be sent from here")
            await asyncio.to_thread(self._mail, address, write_note(payload, address, id_, webhook.name, at))
            return Answer("the relay has it", 202)
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        content = body.encode("utf-8", "replace")
        headers = [
            *sign(webhook.secrets, id_, at, content.decode()).items(),
            ("content-type", "application/json"),
            ("content-length", str(len(content))),
            ("host", urlsplit(webhook.url).netloc),
            ("user-agent", f"overt/{__version__}"),
        ]
        try:
            async with (
                asyncio.timeout(SECONDS),
                self._pools[webhook.private].stream("POST", webhook.url, headers=headers, content=content) as response,
            ):
                read = 0
                async for chunk in response.aiter_stream():
                    read += len(chunk)
                    if read > ANSWER_BYTES:
                        break
                return Answer(f"answered {response.status}", response.status)
        except TimeoutError:
            return Answer(f"no answer in {SECONDS:.0f} seconds")
        except (httpcore.ConnectError, httpcore.UnsupportedProtocol) as error:
            return Answer(str(error) or "cannot be reached")
        except _BROKEN as error:
            return Answer(f"the connection failed: {type(error).__name__}")

    async def close(self) -> None:
        """Close what is open."""
        for pool in self._pools.values():
            await pool.aclose()


@dataclass(slots=True)
class _Line:
    """What is under way to one webhook."""

    tasks: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    failures: int = 0
    rests_until: float = 0.0


class Telling:
    """Looks through the log and tells the webhooks.

    `tail` gives the hits since the last look, `between` those of a time that is past (from what is compacted too),
    `about` what the ledger knows of a hit, `withdrawn` of whom nothing may be told.
    """

    def __init__(
        self,
        webhooks: Webhooks,
        post: Post,
        clock: Clock,
        *,
        tail: Tail,
        between: Between,
        about: Callable[[Hit], About | None],
        withdrawn: Callable[[], AbstractSet[RecipientNumber]],
        backoff: Backoff | None = None,
        rests: Sequence[float] = RESTS,
    ) -> None:
        self._webhooks = webhooks
        self._post = post
        self._clock = clock
        self._tail = tail
        self._between = between
        self._about = about
        self._withdrawn = withdrawn
        self._backoff = backoff or Backoff(RETRIES)
        self._rests = rests
        self._lines: dict[int, _Line] = {}
        self._looked: datetime | None = None
        self._noted = datetime.min.replace(tzinfo=UTC)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; what is under way is finished first."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._finish)
            looking = asyncio.create_task(_every(LOOK_SECONDS, stop, self._look))
            sending = asyncio.create_task(_every(LOOK_SECONDS / 2, stop, self.send_due))
            await asyncio.gather(looking, sending)

    async def _look(self) -> None:
        await asyncio.to_thread(self.look)

    def look(self) -> None:
        """Put what is new on its way. Blocks while it reads."""
        now, hooks, looked = self._clock.now(), self._webhooks.all(), self._looked
        self._looked = None  # what fails on the way is looked at again
        if hooks and (looked is None or now - looked > MISSED):
            first = max(min(hook.told for hook in hooks) - MARGIN, now - FURTHEST)
            for slice_ in _slices(first, now):
                self._put(hooks, self._between(*slice_))
        if self._put(hooks, self._tail.hits()) or now - self._noted > TIDY:
            self._webhooks.note_told(hooks, now)
            self._webhooks.sweep()
            self._noted = now
        self._webhooks.drop(self._withdrawn())
        self._looked, self._tail.missed = None if self._tail.missed else now, False

    def _put(self, hooks: Sequence[Webhook], hits: Iterable[Hit]) -> int:
        chosen = choose_hits(hooks, hits)
        return sum(self._webhooks.put(hook, chosen[hook.id]) for hook in hooks)

    async def send_due(self) -> None:
        """Begin to send what is due, as far as each webhook may get more at once."""
        hooks = await asyncio.to_thread(self._webhooks.all)
        now = asyncio.get_running_loop().time()
        for hook in hooks:
            line = self._lines.setdefault(hook.id, _Line())
            free = AT_ONCE - len(line.tasks)
            if hook.stopped or now < line.rests_until or free <= 0:
                continue
            for parcel in await asyncio.to_thread(self._webhooks.due, hook, free, without=tuple(line.tasks)):
                line.tasks[parcel.number] = asyncio.create_task(self._tell(hook, line, parcel))

    async def _tell(self, hook: Webhook, line: _Line, parcel: Parcel) -> None:
        try:
            await self._attempt(hook, line, parcel)
        except OvertError as error:  # the database is busy or full: it is due still
            _LOG.warning("a webhook waits: %s", error)
            line.rests_until = asyncio.get_running_loop().time() + self._rests[-1]
        finally:
            del line.tasks[parcel.number]

    async def _attempt(self, hook: Webhook, line: _Line, parcel: Parcel) -> None:
        hit = parcel.hit
        about = None
        if hit is not None and recipient_of(hit.sending) not in await asyncio.to_thread(self._withdrawn):
            about = await asyncio.to_thread(self._about, hit)
        if hit is None or about is None:
            await asyncio.to_thread(self._webhooks.settle, parcel, Fate.DROPPED, "")
            return
        answer = await self._post.send(hook, parcel.id, tell_event(hit, about), self._clock.now())
        if answer.is_taken:
            line.failures = 0
            if hook.is_mail:
                line.rests_until = asyncio.get_running_loop().time() + MAIL_SECONDS
            await asyncio.to_thread(self._webhooks.settle, parcel, Fate.SENT, answer.said)
            return
        line.rests_until = asyncio.get_running_loop().time() + self._rests[min(line.failures, len(self._rests) - 1)]
        line.failures += 1
        if answer.status == GONE:
            _LOG.warning("the webhook %s is gone, and is told nothing more", hook.name)
            await asyncio.to_thread(self._webhooks.stop, hook, "it answered 410: gone")
        last = parcel.attempts >= len(self._backoff.retries)
        due = self._clock.now() + timedelta(seconds=self._backoff.wait(parcel.attempts))
        fate = Fate.FAILED if last else Fate.WAITING
        await asyncio.to_thread(self._webhooks.settle, parcel, fate, answer.said, due=None if last else due)
        if last:
            _LOG.warning("the webhook %s took a hit in none of its attempts: %s", hook.name, answer.said)

    async def _finish(self) -> None:
        tasks = [task for line in self._lines.values() for task in line.tasks.values()]
        if tasks:
            await asyncio.wait(tasks)


def choose_hits(hooks: Sequence[Webhook], hits: Iterable[Hit], *, always: bool = False) -> dict[int, list[Hit]]:
    """Which hits are for whom: those of `individual` sendings, of a type that is asked for, and from when it was added
    on, or `always`."""
    chosen: dict[int, list[Hit]] = {hook.id: [] for hook in hooks}
    for hit in hits:
        if hit.mode is not Mode.INDIVIDUAL:
            continue
        kind = type_of(hit)
        for hook in hooks:
            if kind in hook.kinds and (always or hit.at_ms >= hook.at.timestamp() * 1000):
                chosen[hook.id].append(hit)
    return chosen


def check_kinds(kinds: Iterable[str], url: str = "") -> frozenset[str]:
    """Types of events; where none is named all of them, or what people did for a mail. Raises `Malformed`."""
    chosen = frozenset(kinds) or frozenset(SAID if url.startswith(MAILTO) else EVENTS)
    for kind in sorted(chosen - set(EVENTS)):
        raise Malformed(f"there is no event {kind[:100]!r}; there are {', '.join(EVENTS)}")
    return chosen


async def _every(seconds: float, stop: asyncio.Event, what: Callable[[], Any]) -> None:
    while not stop.is_set():
        try:
            await what()
        except OvertError as error:
            _LOG.warning("webhooks: %s", error)
        try:
            await asyncio.wait_for(stop.wait(), seconds)
        except TimeoutError:
            pass


def _slices(first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
    while first < last:
        yield first, min(first + SLICE, last)
        first += SLICE
