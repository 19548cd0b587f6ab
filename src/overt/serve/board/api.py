"""The API: reports, and people where the key may see them, as JSON under `/api/v1`; permissions can be recorded.

A key goes into `Authorization: Bearer` (RFC 6750) and may do what its scopes say. Faults are problems (RFC 9457).
Lists come in order of their numbers, a page at a time: `next` of one page is the `cursor` of the next one, and whoever
follows it misses nothing that was there when they began. Described by OpenAPI 3.1 at `/api/v1/schema/openapi.json`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from litestar import Litestar, Response, get, post
from litestar.exceptions import (
    ClientException,
    HTTPException,
    NotAuthorizedException,
    NotFoundException,
    PermissionDeniedException,
)
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Server
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, Parameter

from overt.errors import OvertError, Refused, Unavailable
from overt.measure import Campaign, RecipientNumber, as_dict
from overt.measure.audience import MEMBERS, as_row, write_rule
from overt.measure.sendtime import By
from overt.measure.sendtime import as_dict as as_times
from overt.serve.board.campaigns import find
from overt.serve.board.consent import MOST_BODY, Entries, Recorded, record_once
from overt.serve.board.frame import Asking, Frame, in_thread
from overt.serve.board.render import ZONES
from overt.serve.board.source import Snapshot
from overt.serve.board.times import send_times as times_of
from overt.store import ApiKey, Reused, Scope

_LOG = logging.getLogger(__name__)
MOST_ITEMS: Final = 200
RETRY_SECONDS: Final = 2  # until a first count may be there
LAST_NUMBER: Final = (1 << 64) - 1
HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
PROBLEM: Final = "application/problem+json"

Limit = FromQuery[Annotated[int, Parameter(ge=1, le=MOST_ITEMS, description="Items on a page.")]]
Cursor = FromQuery[
    Annotated[
        str, Parameter(pattern=r"^[0-9]{1,20}$", description="`next` of the page before; left out for the first.")
    ]
]
Of = FromQuery[Annotated[Literal["clicks", "opens"], Parameter(description="What counts as engagement.")]]
Zone = FromQuery[Annotated[str, Parameter(max_length=60, description="Of the clock on the wall: Europe/Berlin.")]]
Verdict = FromQuery[
    Annotated[
        Literal["clicked", "opened", "perhaps opened", "machines only", "nothing seen"] | None,
        Parameter(description="Only of this verdict."),
    ]
]
Name = Annotated[
    str,
    HeaderParameter(
        name="Idempotency-Key",
        pattern=r"^[!-~]([ -~]{0,198}[!-~])?$",
        description="A name of your choice for this request, such as a UUID; the same again when it is sent again.",
    ),
]


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong (RFC 9457)."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"


@dataclass(frozen=True, slots=True)
class Page:
    """Some items; `next` is null on the last page. Counted at `made_at`."""

    items: list[dict[str, Any]]
    next: str | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class One:
    """One thing; counted at `made_at`."""

    item: dict[str, Any]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Segments:
    """All saved segments, by name."""

    items: list[dict[str, Any]]


class Sent(Asking):
    """A request whose body may be nonsense: the reader of JSON does not take these two for that."""

    async def json(self) -> Any:
        """The body as JSON; 400 where it is none."""
        try:
            return await super().json()
        except (RecursionError, UnicodeDecodeError) as error:
            raise ClientException("The body is not UTF-8, or is nested too deeply.") from error


def make_api(frame: Frame) -> Litestar:
    """The API as an application of its own, to be mounted at `/api/v1`."""

    async def snapshot_now() -> Snapshot:
        found = await frame.source.snapshot()
        if found is None:
            raise Unavailable("it is still being counted; try again")
        return found

    @get("/campaigns", opt={"scope": Scope.REPORTS}, responses=problems(400, 401, 403, 503), summary="All campaigns")
    async def campaigns(limit: Limit = 50, cursor: Cursor = "0") -> Page:
        """Reports of campaigns, as `overt report --json` has them, without recipients."""
        snapshot = await snapshot_now()
        found = sorted(
            (one for one in snapshot.report.campaigns if one.campaign > int(cursor)), key=lambda one: one.campaign
        )
        told = tell(snapshot, [int(one.campaign) for one in found[:limit]])
        return page([int(one.campaign) for one in found], told, limit, snapshot)

    @get(
        "/campaigns/{number:int}",
        opt={"scope": Scope.REPORTS},
        responses=problems(401, 403, 404, 503),
        summary="One campaign",
    )
    async def campaign(number: FromPath[int]) -> One:
        """One report, as `overt report NAME --json` has it, without recipients."""
        snapshot = await snapshot_now()
        find(snapshot, number)
        return One(tell(snapshot, [number])[0], snapshot.report.made_at)

    @get(
        "/campaigns/{number:int}/recipients",
        opt={"scope": Scope.PEOPLE},
        responses=problems(400, 401, 403, 404, 503),
        summary="A campaign's recipients",
    )
    async def recipients(
        number: FromPath[int], limit: Limit = 50, cursor: Cursor = "0", verdict: Verdict = None
    ) -> Page:
        """What became of each sending to somebody who granted it; nobody who withdrew."""
        snapshot = await snapshot_now()
        find(snapshot, number)
        _, rows = await in_thread(
            lambda: frame.source.people(
                Campaign(number),
                verdict=verdict or "",
                order="number",
                after=min(int(cursor), LAST_NUMBER),
                offset=0,
                limit=limit + 1,
            )
        )
        names = await in_thread(frame.source.addresses, [row.recipient for row in rows])
        told = [asdict(row) | {"address": names.get(row.recipient)} for row in rows[:limit]]
        return page([row.sending for row in rows], told, limit, snapshot)

    @get("/engagement", opt={"scope": Scope.PEOPLE}, responses=problems(400, 401, 403, 409, 503), summary="Engagement")
    async def engagement(of: Of = "clicks", limit: Limit = 50, cursor: Cursor = "0") -> Page:
        """Events per 100 sendings of everybody who granted it, with a 90 % interval; null where too little is known."""
        found = await frame.source.ranking(of)
        snapshot = await snapshot_now()
        if found is None:
            raise Unavailable("it is still being counted; try again")
        rows = sorted((one for one in found if one.recipient > int(cursor)), key=lambda one: one.recipient)
        names = await in_thread(frame.source.addresses, [row.recipient for row in rows[:limit]])
        told = [asdict(row) | {"address": names.get(row.recipient)} for row in rows[:limit]]
        return page([int(row.recipient) for row in rows], told, limit, snapshot)

    @get(
        "/send-times",
        opt={"scope": Scope.REPORTS},
        responses=problems(400, 401, 403, 404, 409, 503),
        summary="Send times",
    )
    async def send_times(by: FromQuery[By] = "both", zone: Zone = "UTC") -> One:
        """Messages clicked by weekday and hour of sending, as `overt when --json` has them; observational."""
        snapshot = await snapshot_now()
        if zone not in ZONES:
            raise NotFoundException("There is no such time zone.")
        found = times_of(snapshot, zone, by)
        return One(dict(as_times(found)), snapshot.report.made_at)

    @get("/segments", opt={"scope": Scope.PEOPLE}, responses=problems(401, 403, 503), summary="Saved segments")
    async def segments() -> Segments:
        """Each with its rule, as `overt segment list --json` has them."""
        found = await in_thread(frame.source.segments)
        return Segments([{"name": one.name, "rule": write_rule(one.rule), "at": one.at} for one in found])

    @get(
        "/segments/{name:str}/recipients",
        opt={"scope": Scope.PEOPLE},
        responses=problems(400, 401, 403, 404, 503),
        summary="A segment's recipients",
    )
    async def members(name: FromPath[str], limit: Limit = 50, cursor: Cursor = "0") -> Page:
        """Who fulfils the rule now, of those who granted it; nobody who withdrew."""
        if name not in [one.name for one in await in_thread(frame.source.segments)]:
            raise NotFoundException("There is no segment of that name.")
        found = await frame.source.members(name)
        if found is None:
            raise Unavailable("it is still being counted; try again")
        snapshot = await snapshot_now()
        rows = sorted((one for one in found if one.recipient > int(cursor)), key=lambda one: one.recipient)
        told = [dict(zip(MEMBERS, as_row(one), strict=True)) for one in rows[:limit]]
        return page([int(one.recipient) for one in rows], told, limit, snapshot)

    @get(
        "/recipients/{number:int}",
        opt={"scope": Scope.PEOPLE},
        responses=problems(401, 403, 404, 503),
        summary="One recipient",
    )
    async def recipient(number: FromPath[int]) -> One:
        """The newest 1000 sendings to one recipient and the newest 1000 visits, each with its reading."""
        snapshot = await snapshot_now()
        who = RecipientNumber(number)
        if number >> 32:
            raise NotFoundException("There is nobody of that number.")
        names = await in_thread(frame.source.addresses, [who])
        sendings, visits = await in_thread(lambda: (frame.source.sendings_of(who), frame.source.visits_of(who)))
        if not names and not sendings:
            raise NotFoundException("There is nobody of that number.")
        told = {"recipient": number, "address": names.get(who)}
        return One(
            {**told, "sendings": [asdict(one) for one in sendings], "visits": [asdict(one) for one in visits]},
            snapshot.report.made_at,
        )

    @post(
        "/consent",
        opt={"scope": Scope.CONSENT},
        status_code=200,
        responses=problems(400, 401, 403, 409, 413, 422, 503),
        summary="Record permissions",
    )
    async def consent(request: Asking, data: JSONBody[Entries], idempotency_key: Name) -> Recorded:
        """Record grants and withdrawals, each by itself; what is sent again is answered again and done once.

        An entry has an `address` and perhaps `decision` (grant or withdrawal), `purposes` (of opens, links, hygiene),
        `way`, `reference`, `wording`, `language`, `actor` and `at`. `refused` says which were not recorded, and why.
        """
        key: ApiKey = request.state.key
        try:
            body = await request.body()
            return await in_thread(record_once, frame.board, key, idempotency_key, body, data.entries)
        except Reused as error:
            raise ClientException(str(error), status_code=422) from error

    async def let_in(request: Asking) -> Response[Any] | None:
        scope = request.route_handler.opt.get("scope")
        if scope is None:
            return None
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        key = await in_thread(frame.accounts.find_key, secret.strip()) if kind.lower() == "bearer" else None
        if key is None:
            raise NotAuthorizedException("Send a key: Authorization: Bearer KEY. An owner makes one: overt account key")
        if scope not in key.scopes:
            raise PermissionDeniedException(f"This key may not do that; it wants the scope {scope.value}.")
        request.state.key = key
        return None

    return Litestar(
        [campaigns, campaign, recipients, engagement, send_times, segments, members, recipient, consent],
        before_request=let_in,
        exception_handlers={HTTPException: tell_problem, Exception: tell_problem},
        openapi_config=OpenAPIConfig(
            title="overt",
            version="1",
            path="/schema",
            servers=[Server(url=f"{frame.at}/api/v1")],
            description="What campaigns did, honestly: machines are not people, and a rate is an interval.",
            components=Components(security_schemes={"key": SecurityScheme(type="http", scheme="bearer")}),
            security=[{"key": []}],
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        ),
        request_class=Sent,
        response_headers=HEADERS,
        request_max_body_size=MOST_BODY,
        logging_config=None,
        debug=False,
    )


def tell(snapshot: Snapshot, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """The campaigns of these numbers, in this order, as `overt report --json` has them."""
    chosen = tuple(find(snapshot, number) for number in numbers)
    told: Any = as_dict(replace(snapshot.report, campaigns=chosen), by_recipient=False)
    return [
        {"number": number, "ruleset": snapshot.report.ruleset, "egress": snapshot.report.egress or None, **one}
        for number, one in zip(numbers, told["campaigns"], strict=True)
    ]


def page(numbers: Sequence[int], told: list[dict[str, Any]], limit: int, snapshot: Snapshot) -> Page:
    """`numbers` of all that come from here on, or of one more than are told."""
    return Page(told, str(numbers[limit - 1]) if len(numbers) > limit else None, snapshot.report.made_at)


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """Which problems a route may answer with."""
    return {
        status: ResponseSpec(
            Problem, description=HTTPStatus(status).phrase, media_type=PROBLEM, generate_examples=False
        )
        for status in statuses
    }


def tell_problem(request: Asking, error: Exception) -> Response[Problem]:
    """Any fault as a problem; of our own nothing but that there was one."""
    del request
    status, detail, headers = 500, "A fault in the program; it is in the log.", dict(HEADERS)
    if isinstance(error, HTTPException) and error.status_code < 500:
        status, detail = error.status_code, _say(error)
        headers |= dict(error.headers or {})
    elif isinstance(error, Refused):
        status, detail = 409, str(error)
    elif isinstance(error, OvertError):
        status, detail = 503, error.public
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="overt"'
    if status == 503:
        headers["Retry-After"] = str(RETRY_SECONDS)
    if status == 500:
        _LOG.error("the API failed: %s", type(error).__name__, exc_info=error)
    problem = Problem(HTTPStatus(status).phrase, status, detail)
    return Response(problem, status_code=status, headers=headers, media_type=PROBLEM)


def _say(error: HTTPException) -> str:
    extra = error.extra if isinstance(error.extra, list) else []
    said = [f"{one.get('key')}: {one.get('message')}" for one in extra if isinstance(one, dict)]
    return "; ".join(said) or error.detail or HTTPStatus(error.status_code).phrase
