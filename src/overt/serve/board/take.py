"""Tables of people to take along, as CSV or JSON Lines: for owners, of whoever has not withdrawn at that moment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream

from overt.errors import Unavailable
from overt.measure import Campaign, RecipientNumber
from overt.measure.people import ENGAGEMENT, SENDINGS, VISITS, Row, as_csv, as_lines, tell_sending, tell_visit
from overt.serve.board.campaigns import find
from overt.serve.board.frame import Asking, Frame, in_thread
from overt.serve.board.people import asked, rank
from overt.serve.board.render import HEADERS
from overt.serve.board.source import LEVEL, Snapshot
from overt.serve.board.view import VERDICTS, name_of

CHUNK: Final = 1000  # rows asked for at once
MEDIA: Final = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


def take_routes(frame: Frame) -> list[Any]:
    """The routes, to be put into an application."""

    async def counted(kind: str) -> Snapshot:
        if kind not in MEDIA:
            raise NotFoundException
        snapshot = await frame.source.snapshot()
        if snapshot is None:
            raise Unavailable("it is still being counted")
        return snapshot

    @get("/campaign/{number:int}/people/{kind:str}", opt={"people": True})
    async def sendings(request: Asking, number: FromPath[int], kind: FromPath[str]) -> Stream:
        told = request.query_params
        words, verdict = told.get("q", "")[:200], told.get("verdict", "")
        verdict = verdict if verdict in VERDICTS else ""
        name = name_of(find(await counted(kind), number))

        async def chunks() -> AsyncIterator[str]:
            yield head(SENDINGS, kind)
            after = 0
            while True:
                _, rows = await in_thread(
                    lambda after=after: frame.source.people(
                        Campaign(number),
                        words=words,
                        verdict=verdict,
                        order="number",
                        after=after,
                        offset=0,
                        limit=CHUNK,
                    )
                )
                known = await in_thread(frame.source.addresses, [row.recipient for row in rows])
                found = [tell_sending(row, name, known[row.recipient]) for row in rows if row.recipient in known]
                yield lines(SENDINGS, found, kind)
                if len(rows) < CHUNK:
                    return
                after = rows[-1].sending

        return Stream(chunks(), headers=attached(f"campaign-{number}-people", kind), media_type=MEDIA[kind])

    @get("/person/{number:int}/{kind:str}", opt={"people": True})
    async def visits(number: FromPath[int], kind: FromPath[str]) -> Response[str]:
        snapshot = await counted(kind)
        who = RecipientNumber(number)
        known = await in_thread(frame.source.addresses, [who])
        if who not in known:
            raise NotFoundException("There is nobody of that number.")
        names = {one.campaign: name_of(one) for one in snapshot.report.campaigns}
        found = [
            tell_visit(one, names.get(one.campaign, ""), known[who])
            for one in await in_thread(frame.source.visits_of, who)
        ]
        text = head(VISITS, kind) + lines(VISITS, found, kind)
        return Response(text, headers=attached(f"person-{number}", kind), media_type=MEDIA[kind])

    @get("/people/{kind:str}", opt={"people": True})
    async def engagement(request: Asking, kind: FromPath[str]) -> Stream:
        await counted(kind)
        ranked = await rank(frame, asked(request))
        if ranked.rows is None:
            raise Unavailable("it is still being counted")
        rows = ranked.rows

        async def chunks() -> AsyncIterator[str]:
            yield head(ENGAGEMENT, kind)
            for first in range(0, len(rows), CHUNK):
                part = rows[first : first + CHUNK]
                known = await in_thread(frame.source.addresses, [row.recipient for row in part])
                found = [
                    (known[row.recipient], row.score, row.low, row.high, LEVEL, row.sendings, row.events, row.last)
                    for row in part
                    if row.recipient in known
                ]
                yield lines(ENGAGEMENT, found, kind)

        return Stream(chunks(), headers=attached(f"people-by-{ranked.of}", kind), media_type=MEDIA[kind])

    return [sendings, visits, engagement]


def head(columns: Sequence[str], kind: str) -> str:
    return as_csv([tuple(columns)]) if kind == "csv" else ""


def lines(columns: Sequence[str], rows: Sequence[Row], kind: str) -> str:
    return as_csv(rows) if kind == "csv" else as_lines(columns, rows)


def attached(name: str, kind: str) -> dict[str, str]:
    return {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.{kind}"'}
