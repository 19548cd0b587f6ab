"""The dashboard: campaigns, people where they may be seen, and what comes in; for whoever has an account."""

from overt.serve.board.app import make_app
from overt.serve.board.frame import Board
from overt.serve.board.source import Ranked, Snapshot, Source

__all__ = ["Board", "Ranked", "Snapshot", "Source", "make_app"]
