"""Effects on disk and in databases. What traffic needs is exported here and imports no analytics."""

from overt.store.commit import CommitState
from overt.store.counts import CountTable, read_counts
from overt.store.segment import SegmentLog
from overt.store.shelf import Segment, find_segments, read_hits, read_segment, remove_segment

__all__ = [
    "CommitState",
    "CountTable",
    "Segment",
    "SegmentLog",
    "find_segments",
    "read_counts",
    "read_hits",
    "read_segment",
    "remove_segment",
]
