"""The dashboard over HTTP: groups of routes in one application. GET changes nothing; a changing form must be our own.

Whoever is not logged in sees the login and nothing else, an analyst no page with people. Knows no disk.
"""

from __future__ import annotations

from typing import Final

from litestar import Litestar, Response, asgi, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import Receive, Scope, Send

from overt.serve.board.api import make_api
from overt.serve.board.campaigns import campaign_routes
from overt.serve.board.frame import Board, Frame
from overt.serve.board.over import over_routes
from overt.serve.board.own import account_routes
from overt.serve.board.people import people_routes
from overt.serve.board.render import HEADERS, STATIC
from overt.serve.board.take import take_routes
from overt.serve.board.times import time_routes

MOST_BODY: Final = 16 * 1024  # bytes; the largest form here holds two passwords


def make_app(board: Board) -> Litestar:
    """The application, to be served by any ASGI server. A path in the base URL stands before all of its own."""
    frame = Frame(board)

    @get("/static/{name:str}", opt={"open": True})
    async def static(name: FromPath[str]) -> Response[str]:
        if name == "charts.js":
            kind, text = "text/javascript", await frame.source.script()
        elif name in STATIC:
            kind, text = STATIC[name]
        else:
            raise NotFoundException
        return Response(text, headers={**HEADERS, "Cache-Control": "max-age=3600"}, media_type=kind)

    api = make_api(frame)

    @asgi("/api/v1", is_mount=True, copy_scope=True)
    async def mounted(scope: Scope, receive: Receive, send: Send) -> None:
        await api(scope, receive, send)

    return Litestar(
        [
            static,
            mounted,
            *account_routes(frame),
            *campaign_routes(frame),
            *over_routes(frame),
            *people_routes(frame),
            *time_routes(frame),
            *take_routes(frame),
        ],
        path=frame.at or None,
        before_request=frame.let_in,
        exception_handlers={Exception: frame.failed},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=MOST_BODY,
        multipart_form_part_limit=20,
        debug=False,
    )
