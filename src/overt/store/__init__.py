"""Effects on disk and in databases. What traffic needs is exported here and imports no analytics."""

from overt.store.chain import Chain, Entry
from overt.store.commit import CommitState
from overt.store.counts import CountTable, read_counts
from overt.store.layout import Layout
from overt.store.ledger import Ledger
from overt.store.queue import Envelope, Queue, Queued, State
from overt.store.record import Row, row_of
from overt.store.schema import open_database, reading, savepoint, writing
from overt.store.segment import SegmentLog
from overt.store.sent import Event
from overt.store.shelf import Segment, find_segments, read_hits, read_segment, remove_segment

__all__ = [
    "Chain",
    "CommitState",
    "CountTable",
    "Entry",
    "Envelope",
    "Event",
    "Layout",
    "Ledger",
    "Queue",
    "Queued",
    "Row",
    "Segment",
    "SegmentLog",
    "State",
    "find_segments",
    "open_database",
    "read_counts",
    "read_hits",
    "read_segment",
    "reading",
    "remove_segment",
    "row_of",
    "savepoint",
    "writing",
]
