"""Campaigns: all of them, one of them, its variants, its report as a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from litestar import MediaType, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from overt.errors import Refused, Unavailable
from overt.measure import COLUMNS, Campaign, CampaignReport, as_dict, as_rows
from overt.measure.table import write_table
from overt.serve.board.frame import PAGE, Asking, Frame, as_of, in_thread, need, read_day, read_number, turn, zone_of
from overt.serve.board.render import HEADERS
from overt.serve.board.source import Snapshot
from overt.serve.board.view import (
    MOST_CLIENTS,
    MOST_LINKS,
    SORTS,
    choose_rows,
    funnel,
    name_of,
    paces_of,
    parts_of,
    places_of,
    span_of,
)


def campaign_routes(frame: Frame) -> list[Any]:
    """The routes, to be put into an application."""

    @get("/")
    async def campaigns(request: Asking) -> Response[str]:
        snapshot = await frame.source.snapshot()
        if snapshot is None:
            return frame.wait(request, "Campaigns")
        told = request.query_params
        words, sort = told.get("q", "")[:200], told.get("sort", SORTS[0])
        sort = sort if sort in SORTS else SORTS[0]
        first, last = read_day(told.get("from", "")), read_day(told.get("to", ""))
        found = choose_rows(
            snapshot.report.campaigns, words=words, first=first, last=last, sort=sort, zone=zone_of(request)
        )
        number, of = turn(told.get("page", ""), len(found))
        return frame.page(
            request,
            "campaigns",
            title="Campaigns",
            here="campaigns",
            as_of=as_of(request, snapshot),
            any_at_all=bool(snapshot.report.campaigns),
            rows=found[(number - 1) * PAGE : number * PAGE],
            page=number,
            pages=of,
            query=urlencode({"q": words, "from": first or "", "to": last or "", "sort": sort}),
            words=words,
            first=first,
            last=last,
            sort=sort,
            sorts=SORTS,
        )

    @get("/campaign/{number:int}")
    async def campaign(request: Asking, number: FromPath[int]) -> Response[str]:
        snapshot = await frame.source.snapshot()
        if snapshot is None:
            return frame.wait(request, "Campaign")
        report = find(snapshot, number)
        hours = await in_thread(frame.source.hours, Campaign(number)) if report.individual else ()
        half = report.individual
        places = places_of(half, all_of_them=need(request).sees_people) if half else {}
        drawn = hours or (report.shared and report.shared.times) or any(places.values())
        scripts = ("charts.js", "board.js") if drawn else ()
        return frame.page(
            request,
            "campaign",
            title=name_of(report),
            here="campaigns",
            as_of=as_of(request, snapshot),
            scripts=scripts,
            hours=hours,
            places=places,
            **tell_campaign(report),
        )

    @get("/campaign/{number:int}/hours/{kind:str}", media_type=MediaType.JSON)
    async def hours_chart(request: Asking, number: FromPath[int], kind: FromPath[str]) -> Response[Any]:
        if kind not in ("beacon", "link"):
            raise NotFoundException
        hours = await in_thread(frame.source.hours, Campaign(number))
        return Response(await in_thread(frame.source.chart, hours, kind, zone_of(request).key), headers=HEADERS)

    @get("/campaign/{number:int}/spans/{kind:str}", media_type=MediaType.JSON)
    async def spans_chart(request: Asking, number: FromPath[int], kind: FromPath[str]) -> Response[Any]:
        snapshot = await frame.source.snapshot()
        shared = find(snapshot, number).shared if snapshot else None
        if kind not in ("beacon", "link") or shared is None:
            raise NotFoundException
        return Response(await in_thread(frame.source.spans, shared.times, kind, zone_of(request).key), headers=HEADERS)

    @get("/campaign/{number:int}/places", media_type=MediaType.JSON)
    async def places_chart(request: Asking, number: FromPath[int]) -> Response[Any]:
        snapshot = await frame.source.snapshot()
        half = find(snapshot, number).individual if snapshot else None
        shown = places_of(half, all_of_them=need(request).sees_people) if half else {}
        told = {place: count for place, count in shown.items() if count is not None}
        if not told:
            raise NotFoundException
        return Response(await in_thread(frame.source.places, told), headers=HEADERS)

    @get("/campaign/{number:int}/compare")
    async def compare(request: Asking, number: FromPath[int]) -> Response[str]:
        snapshot = await frame.source.snapshot()
        if snapshot is None:
            return frame.wait(request, "Variants")
        report = find(snapshot, number)
        of = "opens" if request.query_params.get("of") == "opens" else "clicks"
        control = read_number(request.query_params.get("control", ""), 1, most=255)
        rows: Sequence[Mapping[str, Any]] = ()
        refused = ""
        try:
            rows = await in_thread(frame.source.compare, report, of, control)
        except Refused as error:
            refused = str(error)
        return frame.page(
            request,
            "compare",
            title=f"Variants of {name_of(report)}",
            here="campaigns",
            as_of=as_of(request, snapshot),
            name=name_of(report),
            number=number,
            of=of,
            control=control,
            rows=rows,
            refused=refused,
        )

    @get("/campaign/{number:int}/report/{kind:str}")
    async def download(number: FromPath[int], kind: FromPath[str]) -> Response[str]:
        snapshot = await frame.source.snapshot()
        if snapshot is None:
            raise Unavailable("the report is still being counted")
        one = replace(snapshot.report, campaigns=(find(snapshot, number),))
        if kind == "json":
            text, media = json.dumps(as_dict(one, by_recipient=False), ensure_ascii=False, indent=2), "application/json"
        elif kind == "csv":
            text, media = write_table(COLUMNS, as_rows(one)), "text/csv; charset=utf-8"
        else:
            raise NotFoundException
        attached = {"Content-Disposition": f'attachment; filename="campaign-{number}.{kind}"'}
        return Response(text, headers={**HEADERS, **attached}, media_type=media)

    return [campaigns, campaign, hours_chart, spans_chart, places_chart, compare, download]


def tell_campaign(report: CampaignReport) -> dict[str, Any]:
    """What the page of one campaign shows of its report."""
    half, shared = report.individual, report.shared
    links: list[tuple[str, Sequence[Any], bool]] = []
    clients: list[tuple[str, Sequence[Any]]] = []
    if half:
        links.append(("Links, of who granted it", most_clicked(half.links), True))
        clients.append(("Programs, of who granted it", half.clients[:MOST_CLIENTS]))
    if shared:
        links.append(("Shared links", most_clicked(shared.links), False))
        clients.append(("Programs, shared", shared.clients[:MOST_CLIENTS]))
    links = [entry for entry in links if entry[1]]
    return {
        "report": report,
        "clicked": span_of(half.clicks) if half else None,
        "opened": span_of(half.opens) if half else None,
        "following": span_of(half.following) if half else None,
        "paces": paces_of(half) if half else (),
        "steps": funnel(report),
        "made_of": parts_of(half.opens) if half and half.opens.of else (),
        "links": links,
        "most_clicks": max((line.clicks.people for _, lines, _ in links for line in lines), default=0),
        "clients": [entry for entry in clients if entry[1]],
        "variants": [(number, span_of(clicks), span_of(opens)) for number, (opens, clicks) in half.variants.items()]
        if half
        else (),
    }


def most_clicked(lines: Sequence[Any]) -> Sequence[Any]:
    return sorted(lines, key=lambda line: (-line.clicks.people, line.link))[:MOST_LINKS]


def find(snapshot: Snapshot, number: int) -> CampaignReport:
    """The campaign of that number."""
    for one in snapshot.report.campaigns:
        if one.campaign == number:
            return one
    raise NotFoundException("There is no campaign of that number.")
