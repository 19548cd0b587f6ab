"""The pages over HTTP: Litestar's routes over a desk. GET and HEAD change nothing, whoever follows a link.

    GET  /you             what is measured                POST /you            send me the link to my page
    GET  /you/{ticket}    what is recorded about me       POST /you/{ticket}   change it, leave, be erased
    GET  /you/{ticket}/data.json
    GET  /you/yes/{ticket}   grant?                       POST /you/yes/{ticket}   grant what a mail asked for
    GET  /u/{ticket}      leave?                          POST /u/{ticket}     leave (RFC 8058), or the page's button

Answers name no address, say nothing of whether one is known, and are kept by nobody. Knows no disk.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from litestar import HttpMethod, Litestar, Request, Response, get, post, route
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from overt.errors import Unavailable
from overt.measure import ONE_CLICK, Language
from overt.serve.pages.desk import CHOICES, Desk
from overt.serve.pages.sheet import POLICY, Sheets
from overt.serve.pages.words import Words, choose_language, read_words
from overt.store import as_record

_LOG = logging.getLogger(__name__)
T = TypeVar("T")
Asking = Request[object, object, State]

MOST_BODY = 16 * 1024  # bytes; the largest form here holds one address
MOST_FIELDS = 20
READ = (HttpMethod.GET, HttpMethod.HEAD)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the path holds a ticket
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
ATTACHED = 'attachment; filename="recorded-about-me.json"'


def make_app(desk: Desk) -> Litestar:
    """The application, to be served by any ASGI server. A path in the base URL stands before all of its own."""
    sheets = Sheets(desk.sender)

    def page(html: str, status: int = 200, background: BackgroundTask | None = None) -> Response[str]:
        return Response(html, status_code=status, headers=HEADERS, media_type="text/html", background=background)

    def lost(words: Words) -> Response[str]:
        return page(sheets.plain("lost", words), 404)

    @route("/you", http_method=READ)
    async def about(request: Asking) -> Response[str]:
        return page(sheets.about(words_of(request, desk.sender.language)))

    @post("/you", status_code=200)
    async def ask(request: Asking) -> Response[str]:
        words, form = words_of(request, desk.sender.language), await read_form(request)
        # Afterwards, so that the time until the answer does not tell whether the address is known.
        task = BackgroundTask(in_thread, desk.ask, form.get("address", ""), words.language)
        return page(sheets.plain("asked", words), background=task)

    @route("/you/{ticket:str}", http_method=READ)
    async def visit(request: Asking, ticket: FromPath[str]) -> Response[str]:
        words = words_of(request, desk.sender.language)
        known = await in_thread(desk.look, ticket)
        return lost(words) if known is None else page(sheets.visit(words, known, request.url.path))

    @get("/you/{ticket:str}/data.json", media_type="application/json")
    async def data(ticket: FromPath[str]) -> Response[object]:
        known = await in_thread(desk.look, ticket)
        if known is None:
            return Response(
                {"error": "This link is no longer good; ask for a new one."}, headers=HEADERS, status_code=404
            )
        return Response(as_record(known), headers={**HEADERS, "Content-Disposition": ATTACHED})

    @post("/you/{ticket:str}", status_code=200)
    async def change(request: Asking, ticket: FromPath[str]) -> Response[str]:
        words, form = words_of(request, desk.sender.language), await read_form(request)
        if form.get("do") == "erase" and form.get("sure") == "yes":
            done = await in_thread(desk.erase, ticket)
            return page(sheets.plain("erased", words)) if done else lost(words)
        if form.get("do") == "leave":
            done = await in_thread(desk.leave_by_page, ticket)
        elif form.get("do") == "choose":
            allowed = {purpose: form.get(purpose.value) == "yes" for purpose in CHOICES}
            done = await in_thread(lambda: desk.choose(ticket, allowed, language=words.language))
        else:
            done = False
        return page(sheets.plain("saved", words, request.url.path)) if done else lost(words)

    @route("/you/yes/{ticket:str}", http_method=READ)
    async def confirm(request: Asking, ticket: FromPath[str]) -> Response[str]:
        words = words_of(request, desk.sender.language)
        asked = await in_thread(desk.may_grant, ticket)
        return page(sheets.confirm(words, asked, request.url.path)) if asked else lost(words)

    @post("/you/yes/{ticket:str}", status_code=200)
    async def confirmed(request: Asking, ticket: FromPath[str]) -> Response[str]:
        words, form = words_of(request, desk.sender.language), await read_form(request)
        done = form.get("confirm") == "yes" and await in_thread(lambda: desk.grant(ticket, language=words.language))
        return page(sheets.plain("confirmed", words)) if done else lost(words)

    def question(request: Asking, ticket: str) -> Response[str]:
        words = words_of(request, desk.sender.language)
        return page(sheets.plain("leave", words, request.url.path)) if desk.can_leave(ticket) else lost(words)

    @route("/u/{ticket:str}", http_method=READ)
    async def leave(request: Asking, ticket: FromPath[str]) -> Response[str]:
        return question(request, ticket)

    @post("/u/{ticket:str}", status_code=200)
    async def left(request: Asking, ticket: FromPath[str]) -> Response[str]:
        words, form = words_of(request, desk.sender.language), await read_form(request)
        name, _, value = ONE_CLICK.partition("=")
        way = "one click" if form.get(name) == value else "page" if form.get("confirm") == "yes" else ""
        if not way:  # a body that neither RFC 8058 nor our page sends: ask
            return question(request, ticket)
        done = await in_thread(lambda: desk.leave(ticket, way=way))
        return page(sheets.plain("left", words)) if done else lost(words)

    def failed(request: Asking, error: Exception) -> Response[str]:
        words = words_of(request, desk.sender.language)
        if isinstance(error, HTTPException) and error.status_code < 500:
            response = lost(words)
            response.status_code = error.status_code
            return response
        if not isinstance(error, Unavailable):
            _LOG.error("a page could not be made: %s", type(error).__name__, exc_info=error)
        return page(sheets.plain("later", words), 503)

    return Litestar(
        [about, ask, visit, data, change, confirm, confirmed, leave, left],
        path=urlsplit(desk.sender.base_url).path.rstrip("/") or None,
        exception_handlers={Exception: failed},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=MOST_BODY,
        multipart_form_part_limit=MOST_FIELDS,
        debug=False,
    )


def words_of(request: Asking, otherwise: Language) -> Words:
    """The words in the language that the reader asked for, by a link on the page or by the browser's settings."""
    chosen = request.query_params.get("lang", "")
    if chosen in {language.value for language in Language}:
        return read_words(Language(chosen))
    return read_words(choose_language(request.headers.get("accept-language", ""), otherwise))


async def read_form(request: Asking) -> Mapping[str, str]:
    """The text fields of a form, in either encoding of RFC 8058 section 3.2; of a name that stands twice the last."""
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


async def in_thread(action: Callable[..., T], *values: object) -> T:
    """Run what waits for a database."""
    return await asyncio.to_thread(action, *values)
