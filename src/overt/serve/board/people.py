"""People: those of a campaign, all by engagement, one by one, and what comes in now."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import FromPath
from litestar.response import ServerSentEvent

from overt.errors import Refused
from overt.measure import Campaign, RecipientNumber
from overt.serve.board.campaigns import find
from overt.serve.board.entry import COOKIE
from overt.serve.board.frame import PAGE, Asking, Frame, as_of, in_thread, need, read_number, turn
from overt.serve.board.source import Ranked
from overt.serve.board.view import ORDERS, VERDICTS, name_of

MOST_LISTENERS: Final = 20  # browsers on the live page at once


@dataclass(frozen=True, slots=True)
class Ranking:
    """Who was asked for on the page of people: `of` what, with which letters, without an event for `quiet` days."""

    of: str
    words: str
    quiet: int
    rows: Sequence[Ranked] | None  # None: still being counted

    @property
    def query(self) -> str:
        return urlencode({"q": self.words, "of": self.of, **({"quiet": self.quiet} if self.quiet else {})})


def people_routes(frame: Frame) -> list[Any]:
    """The routes, to be put into an application. Pages with people in them are for owners."""
    listeners = asyncio.Semaphore(MOST_LISTENERS)

    @get("/campaign/{number:int}/people", opt={"people": True})
    async def people(request: Asking, number: FromPath[int]) -> Response[str]:
        snapshot = await frame.source.snapshot()
        if snapshot is None:
            return frame.wait(request, "Recipients")
        report, told = find(snapshot, number), request.query_params
        words, verdict, order = told.get("q", "")[:200], told.get("verdict", ""), told.get("order", "")
        verdict, order = verdict if verdict in VERDICTS else "", order if order in ORDERS else ORDERS[0]
        at_page = read_number(told.get("page", ""), 1, most=1_000_000)
        total, rows = await in_thread(
            lambda: frame.source.people(
                Campaign(number), words=words, verdict=verdict, order=order, offset=(at_page - 1) * PAGE, limit=PAGE
            )
        )
        return frame.page(
            request,
            "people",
            title=f"Recipients of {name_of(report)}",
            here="campaigns",
            as_of=as_of(request, snapshot),
            name=name_of(report),
            number=number,
            rows=rows,
            total=total,
            addresses=await in_thread(frame.source.addresses, [row.recipient for row in rows]),
            words=words,
            verdict=verdict,
            verdicts=VERDICTS,
            order=order,
            orders=ORDERS,
            page=at_page,
            pages=max(1, -(-total // PAGE)),
            query=urlencode({"q": words, "verdict": verdict, "order": order}),
        )

    @get("/people", opt={"people": True})
    async def ranking(request: Asking) -> Response[str]:
        refused = ""
        ranked = asked(request)
        try:
            ranked = await rank(frame, ranked)
        except Refused as error:
            refused = str(error)
        snapshot = await frame.source.snapshot()
        rows = ranked.rows
        if snapshot is None or rows is None:
            return frame.wait(request, "People")
        number, pages_ = turn(request.query_params.get("page", ""), len(rows))
        shown = rows[(number - 1) * PAGE : number * PAGE]
        return frame.page(
            request,
            "ranking",
            title="People",
            here="people",
            as_of=as_of(request, snapshot),
            rows=shown,
            addresses=await in_thread(frame.source.addresses, [row.recipient for row in shown]),
            refused=refused,
            of=ranked.of,
            words=ranked.words,
            quiet=ranked.quiet,
            page=number,
            pages=pages_,
            query=ranked.query,
        )

    @get("/person/{number:int}", opt={"people": True})
    async def person(request: Asking, number: FromPath[int]) -> Response[str]:
        snapshot = await frame.source.snapshot()
        if snapshot is None:
            return frame.wait(request, "Recipient")
        who = RecipientNumber(number)
        addresses = await in_thread(frame.source.addresses, [who])
        sendings, visits = await in_thread(lambda: (frame.source.sendings_of(who), frame.source.visits_of(who)))
        if not addresses and not sendings:
            raise NotFoundException("There is nobody of that number.")
        return frame.page(
            request,
            "person",
            title=addresses.get(who, f"number {number}"),
            here="people",
            number=number,
            as_of=as_of(request, snapshot),
            names={one.campaign: name_of(one) for one in snapshot.report.campaigns},
            sendings=sendings,
            visits=visits,
        )

    @get("/live")
    async def live(request: Asking) -> Response[str]:
        return frame.page(request, "live", title="Live", here="live", scripts=("board.js",))

    @get("/live/stream")
    async def stream(request: Asking) -> ServerSentEvent:
        if listeners.locked():
            raise HTTPException(status_code=503, detail="Too many watch already.")
        visitor = need(request)

        async def lines() -> AsyncIterator[dict[str, str]]:
            async with listeners:
                async for told in frame.source.live(people=visitor.sees_people):
                    if await in_thread(frame.door.look, request.cookies.get(COOKIE, "")) is None:
                        return  # logged out meanwhile
                    yield {"event": "hit", "data": json.dumps(told, ensure_ascii=False)} if told else {"comment": "on"}

        return ServerSentEvent(lines(), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    return [people, ranking, person, live, stream]


def asked(request: Asking) -> Ranking:
    """What a form asks for, with nobody found yet."""
    told = request.query_params
    of = "opens" if told.get("of") == "opens" else "clicks"
    return Ranking(of, told.get("q", "")[:200], read_number(told.get("quiet", ""), 0, most=36_500), ())


async def rank(frame: Frame, wanted: Ranking) -> Ranking:
    """With the rows; raises `Refused` where there are too few to learn from."""
    found, snapshot = await frame.source.ranking(wanted.of), await frame.source.snapshot()
    if found is None or snapshot is None:
        return replace(wanted, rows=None)
    now = snapshot.report.made_at
    among = frozenset(await in_thread(frame.source.find, wanted.words)) if wanted.words else None
    rows = [
        row
        for row in found
        if (among is None or row.recipient in among)
        and (not wanted.quiet or row.last is None or (now - row.last).days >= wanted.quiet)
    ]
    return replace(wanted, rows=rows)
