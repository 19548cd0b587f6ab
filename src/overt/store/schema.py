"""The tables of ledger and queue, and how their database is opened.

SQLite in WAL mode, a commit durable when it returns; every statement is SQLAlchemy Core. Moments are whole milliseconds
since the epoch, UTC. Knows no rule: what may be written is decided elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    URL,
    BigInteger,
    Column,
    Connection,
    Dialect,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeDecorator

from overt.errors import Unavailable
from overt.store.disk import make_folder, reporting
from overt.store.layout import MASTER, PEOPLE

# A commit takes milliseconds; ten seconds bound a disk that is busy with something else.
BUSY_SECONDS = 10.0

metadata = MetaData()


class Unsigned64(TypeDecorator[int]):
    """A number of 64 bits without sign in a column of 64 bits with one, which is all that databases have."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        del dialect
        return value - (1 << 64) if value is not None and value >= 1 << 63 else value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> int | None:
        del dialect
        return value + (1 << 64) if value is not None and value < 0 else value


# SQLite numbers rows by itself only where the key is called INTEGER.
_Row = BigInteger().with_variant(Integer, "sqlite")

# Hits and grants know a recipient by this number alone; whose it is, the vault says.
recipient = Table(
    "recipient",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
)

# Grants and withdrawals; rows are only ever added, and each hash covers the row before it (see `chain`).
consent = Table(
    "consent",
    metadata,
    Column("id", _Row, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("recipient", ForeignKey("recipient.number"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("wording", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Index("consent_of_recipient", "recipient", "purpose", "id"),
    sqlite_autoincrement=True,
)

campaign = Table(
    "campaign",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("at", BigInteger, nullable=False),
)

# `digest` stands for the destination in the index: some are longer than an index takes.
link = Table(
    "link",
    metadata,
    Column("campaign", ForeignKey("campaign.number"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("destination", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    UniqueConstraint("campaign", "digest"),
)

# One message to one recipient. `grant` is the reference it rests on, `because` why its modes are what they are. The
# message's id, that reference and a server's words may name the person: they are sealed under the person's own key.
sending = Table(
    "sending",
    metadata,
    Column("number", Unsigned64, primary_key=True, autoincrement=False),
    Column("recipient", ForeignKey("recipient.number"), nullable=False, index=True),
    Column("campaign", ForeignKey("campaign.number"), nullable=False, index=True),
    Column("variant", SmallInteger, nullable=False),
    Column("message_id", LargeBinary),
    Column("opens", SmallInteger, nullable=False),
    Column("links", SmallInteger, nullable=False),
    Column("grant", LargeBinary),
    Column("because", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("delivered", BigInteger),
    Column("failed", BigInteger),
    Column("failure", LargeBinary),
)

# Keyed hashes of addresses that want no list mail; they stay when everything else about a person goes.
suppression = Table(
    "suppression",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("way", Text, nullable=False),
)

# Numbers of people who were erased; `forgotten`: whether their key was destroyed too.
erasure = Table(
    "erasure",
    metadata,
    Column("recipient", ForeignKey("recipient.number"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("forgotten", SmallInteger, nullable=False),
)

# In `hygiene`: the day of a recipient's last open, in days since 1970. There is no history of it.
last_open = Table(
    "last_open",
    metadata,
    Column("recipient", ForeignKey("recipient.number"), primary_key=True),
    Column("day", Integer, nullable=False),
)

# How many places are left in the pools of a campaign; who drew which is nowhere.
deck = Table(
    "deck",
    metadata,
    Column("campaign", ForeignKey("campaign.number"), primary_key=True),
    Column("declared", BigInteger, nullable=False),
    Column("size", Integer, nullable=False),
    Column("carried", Float, nullable=False),
    Column("because", Text, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("dealt", BigInteger, nullable=False),
    Column("first", Integer, nullable=False),
    Column("left", Text, nullable=False),
)

# What an operator should hear of: a message that went out untouched, a field that could not be read. Of one sending the
# words are sealed under its recipient's key, of none they stand as they are.
note = Table(
    "event",
    metadata,
    Column("id", _Row, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("sending", Unsigned64),
    Column("sealed", LargeBinary),
)

# The bytes of queued messages, the same bytes once.
content = Table(
    "content",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("raw", LargeBinary, nullable=False),
)

queue = Table(
    "queue",
    metadata,
    Column("id", _Row, primary_key=True),
    Column("digest", ForeignKey("content.digest"), nullable=False, index=True),
    Column("sender", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("utf8", SmallInteger, nullable=False),
    Column("sending", Unsigned64),
    Column("at", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # What the client asked for (RFC 3461), as it wrote it: RET and ENVID of MAIL, NOTIFY and ORCPT of RCPT.
    Column("ret", Text, nullable=False, server_default=""),
    Column("envid", Text, nullable=False, server_default=""),
    Column("notify", Text, nullable=False, server_default=""),
    Column("orcpt", Text, nullable=False, server_default=""),
    # Whether its sender was told that it is late.
    Column("warned", SmallInteger, nullable=False, server_default="0"),
    # Whether those who left do not get it.
    Column("list_mail", SmallInteger, nullable=False, server_default="0"),
    Index("queue_due", "state", "due"),
    sqlite_autoincrement=True,
)


# Who may look at the dashboard, the browsers that are logged in, and the keys of programs that ask the API.
account = Table(
    "account",
    metadata,
    Column("name", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("account", ForeignKey("account.name"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", _Row, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

# What the API answered to which request, by hashes of it alone; nothing in it names a person.
answer = Table(
    "answer",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("api_key", ForeignKey("api_key.id"), nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
)

# Who is told of hits as they come, and what is on its way to them. `secret` signs; the one before is good until
# `old_until`. `told` is up to when the log was looked through.
webhook = Table(
    "webhook",
    metadata,
    Column("id", _Row, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("kinds", Text, nullable=False),
    Column("private", SmallInteger, nullable=False),
    Column("secret", Text, nullable=False),
    Column("old_secret", Text, nullable=False),
    Column("old_until", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("told", BigInteger, nullable=False),
    Column("stopped", Text, nullable=False),
    sqlite_autoincrement=True,
)

# One hit for one of them. `mark` is a hash of the hit, by which both sides know it again; `hit` is sealed under the
# recipient's key, and blank once there is nothing more to do.
webhook_event = Table(
    "webhook_event",
    metadata,
    Column("id", _Row, primary_key=True),
    Column("webhook", ForeignKey("webhook.id"), nullable=False),
    Column("mark", LargeBinary, nullable=False),
    Column("recipient", ForeignKey("recipient.number"), nullable=False, index=True),
    Column("hit", LargeBinary),
    Column("at", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("said", Text, nullable=False),
    UniqueConstraint("webhook", "mark"),
    Index("webhook_event_due", "webhook", "state", "due"),
    sqlite_autoincrement=True,
)

# Rules by which recipients are put together; who fulfils one is looked up when it is asked. Nobody is named in a rule.
audience = Table(
    "audience",
    metadata,
    Column("name", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)


def to_ms(at: datetime) -> int:
    """Whole milliseconds since the epoch; what is finer is cut."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // (datetime.resolution * 1000)


def from_ms(ms: int) -> datetime:
    """The moment in UTC."""
    return datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)


def open_database(path: Path, master: bytes = b"") -> Engine:
    """Open the database and the vault beside it, made if need be and brought to the current schema.

    Without a `master` key it is the one in the file `master.key` beside them, which is made if need be. Raises
    `Unavailable` where they cannot be opened, `Malformed` where the key does not fit.
    """
    from overt.store.migrate import migrate
    from overt.store.vault import Vault, read_master

    beside = path.with_name(PEOPLE)
    people = _connect(beside)
    try:
        vault = Vault(people, master or read_master(path.with_name(MASTER)))
        engine = _connect(path, overt_vault=vault)
        event.listen(engine, "engine_disposed", lambda _: people.dispose())
        try:
            migrate(engine)
        except BaseException:
            engine.dispose()
            raise
    except DBAPIError as error:
        people.dispose()
        raise Unavailable(f"cannot open the database {path} or {beside}: {error.orig}") from error
    except BaseException:
        people.dispose()
        raise
    return engine


def _connect(path: Path, **options: object) -> Engine:
    """The file is readable by its owner alone."""
    make_folder(path.parent)
    with reporting("make", path):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": BUSY_SECONDS},
        execution_options=options,
        hide_parameters=True,  # faults are logged, and parameters may be addresses
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:
    del record
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says, not at the first change
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # sqlite.org/pragma.html#pragma_synchronous: in WAL mode each commit is durable only so
        "foreign_keys = ON",
        "secure_delete = ON",  # what was deleted is overwritten: mail and addresses
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails where another wrote meanwhile; so writers wait at once.
    reading = connection.get_execution_options().get("overt_reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


_lines: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()
_WRITING: ContextVar[dict[Engine, Connection] | None] = ContextVar("overt_writing", default=None)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction, committed and durable at the end, or nothing of it. Inside another it is part of that one.

    Raises `Unavailable` where the database does not answer, is full or cannot be written.
    """
    standing = _WRITING.get() or {}
    if engine in standing:
        yield standing[engine]
        return
    # Threads of one process wait in line here; the database itself makes others wait by asking again and again.
    with _lines.setdefault(engine, Lock()), _reported(), engine.begin() as connection:
        token = _WRITING.set({**standing, engine: connection})
        try:
            yield connection
        finally:
            _WRITING.reset(token)


@contextmanager
def savepoint(engine: Engine) -> Iterator[Connection]:
    """A part of the transaction that `writing` began: undone alone where an exception leaves it."""
    with writing(engine) as connection, _reported(), connection.begin_nested():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A consistent view that stops no writer. Inside `writing` it sees what that wrote."""
    standing = _WRITING.get() or {}
    if engine in standing:
        yield standing[engine]
        return
    with _reported(), engine.connect().execution_options(overt_reading=True) as connection, connection.begin():
        yield connection


def empty_log(engine: Engine) -> None:
    """Move what the write-ahead log holds into the database and cut the log, so that nothing deleted is left in it.

    Where a reader is in the way (sqlite.org/pragma.html#pragma_wal_checkpoint) the next checkpoint does it.
    """
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as connection, _reported():
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise Unavailable(f"the database: {error.orig}") from error
