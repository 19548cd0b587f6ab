"""Who is told of hits as they come, and the hits that are on their way to them.

A hit waits sealed under its recipient's key, and what is said of it is made when it is sent: a withdrawal in between
counts. A hash of the hit makes it known again, so that looking at it twice tells it once. Knows no HTTP.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import astuple, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, Update, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from overt.clock import Clock, SystemClock
from overt.errors import Malformed
from overt.measure import Hit, Kind, Mode, RecipientNumber, recipient_of
from overt.measure.hit import Flag
from overt.measure.token import Campaign, Link, Sending, Variant
from overt.store.schema import from_ms, reading, to_ms, writing
from overt.store.schema import recipient as recipient_table
from overt.store.schema import webhook as webhook_table
from overt.store.schema import webhook_event as event_table
from overt.store.vault import vault_of

LONGEST_NAME = 100
SECRET_BYTES = 32  # the specification asks for 24 to 64
BOTH_SECRETS = timedelta(hours=24)  # how long both sign after a change, for the other side to follow
# At some 500 bytes each 50 MB; whoever is further behind is told by `overt webhook replay`.
MOST_WAITING = 100_000
MOST_AT_ONCE = 200  # put in one transaction: some 20 ms of writing
KEPT = timedelta(days=7)  # how long it is known what was sent: longer than the longest retrying


class Fate(StrEnum):
    """What became of a hit on its way."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"  # its recipient withdrew or was erased meanwhile


@dataclass(frozen=True, slots=True)
class Webhook:
    """One who is told. `kinds` are types of events; `told` is up to when the log was looked through for it.

    `private`: may lie in one's own network. `stopped` says why nothing is sent, or is empty. `secrets` sign, the newest
    first.
    """

    id: int
    name: str
    url: str
    kinds: frozenset[str]
    private: bool
    at: datetime
    told: datetime
    stopped: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_mail(self) -> bool:
        """Whether it is an address that gets a mail, and no URL that is asked."""
        return self.url.startswith("mailto:")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One hit on its way; `hit` is None where nobody can read it any more. `id` is what both sides know it by."""

    number: int
    id: str
    hit: Hit | None
    attempts: int


class Webhooks:
    """The webhooks in `engine`'s database. Each method is a transaction."""

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        self._engine = engine
        self._clock = clock or SystemClock()

    def add(self, name: str, url: str, kinds: Iterable[str], *, private: bool = False) -> Webhook:
        """Tell `url` from now on. Raises `Malformed` where the name is none or is taken."""
        if not name or len(name) > LONGEST_NAME or not name.isprintable() or name != name.strip():
            raise Malformed(f"a webhook's name has up to {LONGEST_NAME} printable characters")
        now = to_ms(self._clock.now())
        row = {
            "name": name,
            "url": url,
            "kinds": " ".join(sorted(kinds)),
            "private": int(private),
            "secret": new_secret(),
            "old_secret": "",
            "old_until": 0,
            "at": now,
            "told": now,
            "stopped": "",
        }
        with writing(self._engine) as connection:
            if connection.execute(select(webhook_table.c.id).where(webhook_table.c.name == name)).first():
                raise Malformed(f'there is a webhook "{name}" already')
            connection.execute(insert(webhook_table).values(row))
        return self.need(name)

    def all(self) -> tuple[Webhook, ...]:
        """The oldest first."""
        now = to_ms(self._clock.now())
        with reading(self._engine) as connection:
            rows = connection.execute(select(webhook_table).order_by(webhook_table.c.id)).all()
        return tuple(
            Webhook(
                row.id,
                row.name,
                row.url,
                frozenset(row.kinds.split()),
                bool(row.private),
                from_ms(row.at),
                from_ms(row.told),
                row.stopped,
                (row.secret, row.old_secret) if row.old_until > now else (row.secret,),
            )
            for row in rows
        )

    def need(self, name: str) -> Webhook:
        """The webhook of that name; raises `Malformed` where there is none."""
        found = next((one for one in self.all() if one.name == name), None)
        if found is None:
            raise Malformed(f'there is no webhook "{name}". See: overt webhook list')
        return found

    def remove(self, webhook: Webhook) -> None:
        """Tell it nothing more, and forget what was on its way."""
        with writing(self._engine) as connection:
            connection.execute(delete(event_table).where(event_table.c.webhook == webhook.id))
            connection.execute(delete(webhook_table).where(webhook_table.c.id == webhook.id))

    def stop(self, webhook: Webhook, why: str) -> None:
        """Send nothing until `why` is empty again; hits that come meanwhile wait."""
        with writing(self._engine) as connection:
            connection.execute(_change(webhook).values(stopped=why))

    def renew(self, webhook: Webhook) -> str:
        """A new secret; for a day the one before signs too."""
        made, until = new_secret(), to_ms(self._clock.now() + BOTH_SECRETS)
        row = {"secret": made, "old_secret": webhook_table.c.secret, "old_until": until}
        with writing(self._engine) as connection:
            connection.execute(_change(webhook).values(row))
        return made

    def put(self, webhook: Webhook, hits: Iterable[Hit], *, again: bool = False) -> int:
        """Put hits on their way; how many it took. Some a transaction, so that mail and permissions never wait long.

        A hit that is known is left alone, or, with `again`, sent once more. Hits of people who are not in the ledger
        have nobody's key and are left out; so are those beyond `MOST_WAITING`.
        """
        taken, now = 0, to_ms(self._clock.now())
        for some in _batched(hits, MOST_AT_ONCE):
            with writing(self._engine) as connection:
                room = MOST_WAITING - _count(connection, webhook)
                taken += sum(_put(connection, webhook, hit, now, again=again) for hit in some[: max(0, room)])
        return taken

    def note_told(self, webhooks: Iterable[Webhook], at: datetime) -> None:
        """The log was looked through for them until `at`."""
        mine = webhook_table.c.id.in_([one.id for one in webhooks])
        with writing(self._engine) as connection:
            connection.execute(update(webhook_table).where(mine).values(told=to_ms(at)))

    def due(self, webhook: Webhook, most: int, *, without: Collection[int] = ()) -> tuple[Parcel, ...]:
        """What is to be sent now, longest due first, less those `without`. Reading it takes nothing away."""
        now = to_ms(self._clock.now())
        mine = (event_table.c.webhook == webhook.id) & (event_table.c.state == Fate.WAITING.value)
        ready = mine & (event_table.c.due <= now) & event_table.c.id.not_in(list(without))
        wanted = select(event_table).where(ready).order_by(event_table.c.due, event_table.c.id).limit(most)
        with reading(self._engine) as connection:
            rows = connection.execute(wanted).all()
            texts = vault_of(connection).unseal((row.recipient, row.hit) for row in rows)
        return tuple(
            Parcel(row.id, name_mark(row.mark), _unpack(text) if text else None, row.attempts)
            for row, text in zip(rows, texts, strict=True)
        )

    def settle(self, parcel: Parcel, fate: Fate, said: str, *, due: datetime | None = None) -> None:
        """What became of it. Waiting it is sent again when `due`; otherwise the hit itself is blanked."""
        row: dict[str, Any] = {"state": fate.value, "said": said, "attempts": parcel.attempts + 1}
        row |= {"hit": None} if due is None else {"due": to_ms(due)}
        with writing(self._engine) as connection:
            connection.execute(update(event_table).where(event_table.c.id == parcel.number).values(row))

    def drop(self, withdrawn: AbstractSet[RecipientNumber]) -> int:
        """Send nothing more of these people; how many hits of theirs were on their way."""
        waiting = select(event_table.c.recipient).where(event_table.c.state == Fate.WAITING.value).distinct()
        with reading(self._engine) as connection:
            gone = set(connection.scalars(waiting)) & withdrawn
        if not gone:
            return 0
        with writing(self._engine) as connection:
            return sum(drop_events(connection, number) for number in gone)

    def sweep(self) -> None:
        """Forget what was done a week ago, and what could not be done in that time."""
        old = event_table.c.at < to_ms(self._clock.now() - KEPT)
        with writing(self._engine) as connection:
            connection.execute(delete(event_table).where(old))

    def counts(self) -> Mapping[int, Mapping[Fate, int]]:
        """How many hits there are of each fate, by the id of a webhook; of a week at most."""
        wanted = select(event_table.c.webhook, event_table.c.state, func.count()).group_by(
            event_table.c.webhook, event_table.c.state
        )
        found: dict[int, dict[Fate, int]] = {}
        with reading(self._engine) as connection:
            for webhook, state, number in connection.execute(wanted):
                found.setdefault(webhook, {})[Fate(state)] = number
        return found

    def last_said(self) -> Mapping[int, str]:
        """What was last heard of each webhook, by its id."""
        last = select(func.max(event_table.c.id)).where(event_table.c.said != "").group_by(event_table.c.webhook)
        with reading(self._engine) as connection:
            rows = connection.execute(select(event_table).where(event_table.c.id.in_(last))).all()
        return {row.webhook: row.said for row in rows}


def drop_events(connection: Connection, recipient: int) -> int:
    """Send nothing more of this person; a part of the caller's transaction."""
    mine = (event_table.c.recipient == recipient) & (event_table.c.state == Fate.WAITING.value)
    row = {"state": Fate.DROPPED.value, "hit": None, "said": ""}
    return int(connection.execute(update(event_table).where(mine).values(row)).rowcount)


def _batched(hits: Iterable[Hit], most: int) -> Iterator[list[Hit]]:
    """Lists of at most so many."""
    left = iter(hits)
    while some := list(islice(left, most)):
        yield some


def new_secret() -> str:
    """A signing secret as the specification writes it."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def name_mark(mark: bytes) -> str:
    """The id by which both sides know a hit again."""
    return f"msg_{mark.hex()}"


def _change(webhook: Webhook) -> Update:
    return update(webhook_table).where(webhook_table.c.id == webhook.id)


def _count(connection: Connection, webhook: Webhook) -> int:
    mine = (event_table.c.webhook == webhook.id) & (event_table.c.state == Fate.WAITING.value)
    return int(connection.execute(select(func.count()).select_from(event_table).where(mine)).scalar_one())


def _put(connection: Connection, webhook: Webhook, hit: Hit, now: int, *, again: bool) -> int:
    recipient, text = recipient_of(hit.sending), json.dumps(astuple(hit))
    known = select(recipient_table.c.number).where(recipient_table.c.number == int(recipient))
    (sealed,) = vault_of(connection).seal(recipient, text)
    if sealed is None or connection.execute(known).first() is None:
        return 0
    row = {
        "webhook": webhook.id,
        "mark": hashlib.blake2b(text.encode(), digest_size=16).digest(),
        "recipient": int(recipient),
        "hit": sealed,
        "at": now,
        "due": now,
        "attempts": 0,
        "state": Fate.WAITING.value,
        "said": "",
    }
    placed = insert(event_table).values(row)
    if again:
        fresh = {name: row[name] for name in ("hit", "at", "due", "attempts", "state", "said")}
        placed = placed.on_conflict_do_update(index_elements=["webhook", "mark"], set_=fresh)
    else:
        placed = placed.on_conflict_do_nothing()
    return int(connection.execute(placed).rowcount)


def _unpack(text: str) -> Hit:
    at_ms, kind, method, campaign, variant, link, sending, *seen = json.loads(text)
    prefix, address_hash, place, network, user_agent, flags, mode = seen
    return Hit(
        at_ms,
        Kind(kind),
        method,
        Campaign(campaign),
        Variant(variant),
        Link(link),
        Sending(sending),
        prefix,
        address_hash,
        place,
        network,
        user_agent,
        Flag(flags),
        Mode(mode),
    )
