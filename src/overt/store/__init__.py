"""Effects on disk and in databases. What traffic needs is exported here and imports no analytics."""

from overt.store.about import HitReader, Known, as_record, read_known
from overt.store.account import Account, Accounts, ApiKey, Role, Scope, Session
from overt.store.answer import Answers, Reused
from overt.store.chain import Chain, Entry, check_proof
from overt.store.commit import CommitState
from overt.store.counts import CountTable, drop_counts, read_counts
from overt.store.erase import Eraser, Receipt, Replayed, finish_erasures, replay
from overt.store.layout import Layout
from overt.store.ledger import Ledger
from overt.store.manifest import read_manifest
from overt.store.queue import Envelope, Queue, Queued, State, Told
from overt.store.record import Row, row_of
from overt.store.schema import open_database, reading, savepoint, writing
from overt.store.segment import MOST_SECONDS, SegmentLog
from overt.store.sent import Event, SentTo
from overt.store.shelf import Segment, find_segments, read_hits, read_segment, remove_segment
from overt.store.suppression import UNSUBSCRIBED, Suppressed, SuppressionList
from overt.store.vault import parse_master, read_master
from overt.store.webhook import Fate, Parcel, Webhook, Webhooks

__all__ = [
    "MOST_SECONDS",
    "UNSUBSCRIBED",
    "Account",
    "Accounts",
    "Answers",
    "ApiKey",
    "Chain",
    "CommitState",
    "CountTable",
    "Entry",
    "Envelope",
    "Eraser",
    "Event",
    "Fate",
    "HitReader",
    "Known",
    "Layout",
    "Ledger",
    "Parcel",
    "Queue",
    "Queued",
    "Receipt",
    "Replayed",
    "Reused",
    "Role",
    "Row",
    "Scope",
    "Segment",
    "SegmentLog",
    "SentTo",
    "Session",
    "State",
    "Suppressed",
    "SuppressionList",
    "Told",
    "Webhook",
    "Webhooks",
    "as_record",
    "check_proof",
    "drop_counts",
    "find_segments",
    "finish_erasures",
    "open_database",
    "parse_master",
    "read_counts",
    "read_hits",
    "read_known",
    "read_manifest",
    "read_master",
    "read_segment",
    "reading",
    "remove_segment",
    "replay",
    "row_of",
    "savepoint",
    "writing",
]
