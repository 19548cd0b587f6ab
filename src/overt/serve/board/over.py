"""A campaign's clicks drawn over its message, which whoever looks brings along: it is shown and not kept."""

from __future__ import annotations

from typing import Any, Final

from litestar import MediaType, Response, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath

from overt.errors import Malformed, Unavailable
from overt.measure import CampaignReport
from overt.measure.heat import POLICY, draw_heat, links_of, read_letter
from overt.serve.board.campaigns import find
from overt.serve.board.frame import NOT_OURS, Asking, Frame, as_of, in_thread, need
from overt.serve.board.render import HEADERS
from overt.serve.board.view import name_of

MOST_MESSAGE: Final = 2 * 1024 * 1024  # Gmail cuts a message's HTML at 102 KB; the rest is pictures inside it
# The message is a stranger to the dashboard: a document of its own, in a frame that may do nothing.
STRANGE: Final = {
    **HEADERS,
    "Content-Security-Policy": f"sandbox; {POLICY}; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
    "X-DNS-Prefetch-Control": "off",
    "Referrer-Policy": "no-referrer",
}


def over_routes(frame: Frame) -> list[Any]:
    """The routes, to be put into an application."""

    @get("/campaign/{number:int}/over")
    async def over(request: Asking, number: FromPath[int]) -> Response[str]:
        snapshot = await frame.source.snapshot()
        if snapshot is None:
            return frame.wait(request, "Clicks over the message")
        report = find(snapshot, number)
        return frame.page(
            request,
            "over",
            title=f"Clicks over the message of {name_of(report)}",
            here="campaigns",
            as_of=as_of(request, snapshot),
            name=name_of(report),
            number=number,
            any_at_all=bool(links_of(report)),
        )

    @post("/campaign/{number:int}/over", status_code=200, request_max_body_size=MOST_MESSAGE)
    async def drawn(request: Asking, number: FromPath[int]) -> Response[str]:
        form = await request.form()
        words = {name: value for name, value in form.items() if isinstance(value, str)}
        if not frame.door.is_ours(need(request), words, request.headers.get("origin")):
            raise PermissionDeniedException(NOT_OURS)
        snapshot = await frame.source.snapshot()
        if snapshot is None:
            raise Unavailable("it is still being counted")
        report = find(snapshot, number)
        file = form.get("message")
        raw = await file.read() if isinstance(file, UploadFile) else b""
        return Response(await in_thread(draw, raw, report), headers=STRANGE, media_type=MediaType.HTML)

    return [over, drawn]


def draw(raw: bytes, report: CampaignReport) -> str:
    """The document in the frame: the message with its clicks, or why there is none."""
    if not raw.strip():
        return "Choose a file first."
    try:
        return draw_heat(read_letter(raw), links_of(report)).html
    except Malformed as error:
        return f"Nothing to show: {error}."
