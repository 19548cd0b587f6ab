"""What every page of the dashboard has: who looks, in which time zone, what a form must bring, what a fault looks like.

The pages themselves are groups of routes over a frame. Knows no report.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from litestar import MediaType, Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, NotAuthorizedException, PermissionDeniedException
from litestar.response import Redirect

from overt.errors import OvertError
from overt.serve.board.entry import COOKIE, Door, Visitor
from overt.serve.board.render import HEADERS, Pages, read_zone
from overt.serve.board.source import Snapshot, Source
from overt.serve.board.view import moment
from overt.serve.client import TrustedProxies
from overt.store import Accounts, Answers, Ledger

_LOG = logging.getLogger(__name__)
T = TypeVar("T")
Asking = Request[object, object, State]

PAGE: Final = 50  # rows
WAIT_SECONDS: Final = 2  # until a page that waits for a count asks again
ZONE_COOKIE: Final = "overt_zone"
NO_PEOPLE: Final = "An analyst sees no people. Ask an owner."
NOT_OURS: Final = "That form is not ours or is too old. Go back, load the page again."


@dataclass(frozen=True, slots=True)
class Board:
    """What the dashboard is made of."""

    source: Source
    accounts: Accounts
    ledger: Ledger
    answers: Answers
    base_url: str
    proxies: TrustedProxies


class Frame:
    """One dashboard's pages. A route's `opt` says who may see it: `open` everybody, `people` owners, else whoever is
    logged in; `own_entry` looks for itself."""

    def __init__(self, board: Board) -> None:
        self.board, self.source, self.accounts = board, board.source, board.accounts
        self.at = urlsplit(board.base_url).path.rstrip("/")
        self.door = Door(board.accounts, board.base_url)
        self._pages = Pages(self.at)
        self._proxies = board.proxies

    def page(self, request: Asking, template: str, /, *, status: int = 200, **values: Any) -> Response[str]:
        """The page, for whoever asks."""
        html = self._pages.write(
            template, visitor=visitor_of(request), zone=zone_of(request), path=request.url.path, **values
        )
        return Response(html, status_code=status, headers=HEADERS, media_type=MediaType.HTML)

    def wait(self, request: Asking, title: str) -> Response[str]:
        """What is shown while the first count is under way."""
        text = "It is being counted, which takes a moment the first time."
        return self.page(request, "wait", title=title, text=text, again=WAIT_SECONDS, scripts=("board.js",))

    async def ours(self, request: Asking) -> tuple[Visitor, Mapping[str, str]]:
        """Who sends a form, and what is in it; refused where it does not come from our own page."""
        visitor, form = need(request), await read_form(request)
        if not self.door.is_ours(visitor, form, request.headers.get("origin")):
            raise PermissionDeniedException(NOT_OURS)
        return visitor, form

    async def let_in(self, request: Asking) -> Response[str] | Redirect | None:
        """Before every page: None lets in."""
        opt = request.route_handler.opt
        if opt.get("own_entry"):
            return None
        visitor = await in_thread(self.door.look, request.cookies.get(COOKIE, ""))
        request.state.visitor = visitor
        if opt.get("open"):
            return None
        if visitor is None:
            return Redirect(f"{self.at}/login", status_code=303)
        if opt.get("people") and not visitor.sees_people:
            return self.page(request, "wait", status=403, title="Not for analysts", text=NO_PEOPLE)
        return None

    def failed(self, request: Asking, error: Exception) -> Response[str]:
        """What is shown for a fault; whose it is, is said, and nothing else to strangers."""
        if isinstance(error, HTTPException) and error.status_code < 500:
            text = error.detail if error.status_code in (403, 404) and error.detail else "There is no such page."
            return self.page(request, "wait", status=error.status_code, title="Not here", text=text)
        if isinstance(error, OvertError):
            _LOG.warning("a page could not be made: %s", error)
            return self.page(request, "wait", status=503, title="Not now", text=error.public)
        _LOG.error("a page could not be made: %s", type(error).__name__, exc_info=error)
        return self.page(request, "wait", status=500, title="A fault in the program", text="It is in the log.")

    def peer(self, request: Asking) -> str:
        """The address that asks, as far as our own proxies say it."""
        peer = request.client.host if request.client else ""
        values = [value for name, value in request.scope["headers"] if name == self._proxies.field]
        return self._proxies.client(peer, values) if values and self._proxies.trusts_peer(peer) else peer


def visitor_of(request: Asking) -> Visitor | None:
    """Whoever `let_in` found."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    return visitor


def need(request: Asking) -> Visitor:
    """Whoever is logged in."""
    visitor = visitor_of(request)
    if visitor is None:
        raise NotAuthorizedException
    return visitor


def zone_of(request: Asking) -> ZoneInfo:
    """The time zone that was chosen in this browser."""
    return read_zone(request.cookies.get(ZONE_COOKIE, ""))


def as_of(request: Asking, snapshot: Snapshot) -> str:
    """When what is shown was counted."""
    return moment(snapshot.report.made_at, zone_of(request))


def read_day(text: str) -> date | None:
    """A day as a form sends it; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def read_number(text: str, otherwise: int, *, most: int) -> int:
    """A whole number from 0 to `most`; `otherwise` for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 15 and int(text) <= most else otherwise


def turn(text: str, rows: int) -> tuple[int, int]:
    """The page that is asked for, as far as there is one, and how many there are."""
    pages = max(1, -(-rows // PAGE))
    return min(max(1, read_number(text, 1, most=1_000_000)), pages), pages


async def read_form(request: Asking) -> Mapping[str, str]:
    """The text fields of a form; of a name that stands twice the last."""
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


async def in_thread(action: Callable[..., T], *values: object) -> T:
    """Run what waits for a disk or a database."""
    return await asyncio.to_thread(action, *values)
