"""When messages were sent, and how many were clicked: past campaigns by weekday and hour."""

from __future__ import annotations

from typing import Any, Final

from litestar import MediaType, Response, get
from litestar.exceptions import NotFoundException

from overt.errors import Refused
from overt.measure.sendtime import DAYS, By, SendTimes, fit_send_times
from overt.serve.board.frame import Asking, Frame, as_of, in_thread, zone_of
from overt.serve.board.render import HEADERS
from overt.serve.board.source import Snapshot

WAYS: Final[tuple[By, ...]] = ("both", "weekday", "hour")


def time_routes(frame: Frame) -> list[Any]:
    """The routes, to be put into an application."""

    @get("/times")
    async def times(request: Asking) -> Response[str]:
        snapshot = await frame.source.snapshot()
        if snapshot is None:
            return frame.wait(request, "Times")
        found: SendTimes | None = None
        refused = ""
        by = by_of(request)
        try:
            found = send_times(snapshot, zone_of(request).key, by)
        except Refused as error:
            refused = str(error)
        return frame.page(
            request,
            "times",
            title="When to send",
            here="times",
            as_of=as_of(request, snapshot),
            scripts=("charts.js", "board.js") if found else (),
            found=found,
            refused=refused,
            by=by,
            ways=WAYS,
            days=DAYS,
        )

    @get("/times/chart", media_type=MediaType.JSON)
    async def chart(request: Asking) -> Response[Any]:
        snapshot = await frame.source.snapshot()
        if snapshot is None:
            raise NotFoundException
        try:
            found = send_times(snapshot, zone_of(request).key, by_of(request))
        except Refused as error:
            raise NotFoundException from error
        return Response(await in_thread(frame.source.slots, found), headers=HEADERS)

    return [times, chart]


def by_of(request: Asking) -> By:
    """By what is asked for; by both where it is nothing that is known."""
    asked = request.query_params.get("by", "")
    return next((way for way in WAYS if way == asked), WAYS[0])


def send_times(snapshot: Snapshot, zone: str, by: By) -> SendTimes:
    """Of all campaigns; raises `Refused` where there is nothing to compare."""
    batches = [(one.campaign, one.individual.batches) for one in snapshot.report.campaigns if one.individual]
    return fit_send_times(batches, snapshot.report.made_at, zone, by=by)
