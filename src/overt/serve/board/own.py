"""Logging in and out, and what concerns one's own account: password, sessions, time zone, and keys for programs."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.response import Redirect

from overt.errors import Malformed
from overt.serve.board.frame import (
    NOT_OURS,
    ZONE_COOKIE,
    Asking,
    Frame,
    in_thread,
    need,
    read_form,
    read_number,
    visitor_of,
)
from overt.serve.board.render import ZONES
from overt.serve.login import Outcome, hash_password
from overt.store import Scope

WRONG: Final = "That is not right. Look at the name and the password again."
BUSY: Final = "Too many tries from there. Wait ten minutes, then try again."


def account_routes(frame: Frame) -> list[Any]:
    """The routes, to be put into an application."""

    @get("/login", opt={"open": True})
    async def ask_login(request: Asking) -> Response[str] | Redirect:
        if visitor_of(request):
            return Redirect(f"{frame.at}/", status_code=303)
        exists = bool(await in_thread(frame.accounts.all))
        return frame.page(request, "login", title="Log in", exists=exists, fault="")

    @post("/login", status_code=200, opt={"open": True})
    async def log_in(request: Asking) -> Response[str] | Redirect:
        form = await read_form(request)
        if not frame.door.is_same_origin(request.headers.get("origin")):
            raise PermissionDeniedException(NOT_OURS)
        outcome, secret = await frame.door.log_in(form.get("name", ""), form.get("password", ""), frame.peer(request))
        if outcome is Outcome.RIGHT:
            return Redirect(f"{frame.at}/", status_code=303, headers={"Set-Cookie": frame.door.cookie(secret)})
        fault, status = (BUSY, 429) if outcome is Outcome.BUSY else (WRONG, 403)
        return frame.page(request, "login", status=status, title="Log in", exists=True, fault=fault)

    @post("/logout", status_code=303)
    async def log_out(request: Asking) -> Redirect:
        visitor, _ = await frame.ours(request)
        await in_thread(frame.accounts.end_session, visitor.name, visitor.session.id)
        return Redirect(f"{frame.at}/login", status_code=303, headers={"Set-Cookie": frame.door.cookie("")})

    @post("/zone", status_code=303)
    async def choose_zone(request: Asking) -> Redirect:
        _, form = await frame.ours(request)
        zone = form.get("zone", "UTC")
        back = form.get("back", "")
        if not back.startswith(f"{frame.at}/") or back.startswith("//") or "\\" in back:
            back = f"{frame.at}/"
        cookie = (
            f"{ZONE_COOKIE}={zone if zone in ZONES else 'UTC'}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000"
        )
        return Redirect(back, status_code=303, headers={"Set-Cookie": cookie})

    async def account_page(request: Asking, *, status: int = 200, **values: Any) -> Response[str]:
        visitor = need(request)
        return frame.page(
            request,
            "account",
            status=status,
            title="Account",
            here="account",
            sessions=await in_thread(frame.accounts.sessions, visitor.name),
            keys=await in_thread(frame.accounts.api_keys) if visitor.sees_people else (),
            **{"said": "", "fault": "", "secret": ""} | values,
        )

    @get("/account")
    async def account(request: Asking) -> Response[str]:
        return await account_page(request)

    @post("/account/password", status_code=200)
    async def change_password(request: Asking) -> Response[str]:
        visitor, form = await frame.ours(request)
        if not await in_thread(frame.door.is_password, visitor.name, form.get("old", "")):
            return await account_page(request, status=403, fault="That is not your password now.")
        try:
            hash_ = await in_thread(hash_password, form.get("new", ""))
        except Malformed as error:
            return await account_page(request, status=400, fault=f"Not changed: {error}.")
        await in_thread(lambda: frame.accounts.change(visitor.name, hash_, keep=visitor.session.id))
        return await account_page(request, said="Changed. Everywhere else you are logged out.")

    @post("/account/session", status_code=200)
    async def end_session(request: Asking) -> Response[str]:
        visitor, form = await frame.ours(request)
        ended = await in_thread(frame.accounts.end_session, visitor.name, form.get("id", ""))
        return await account_page(request, said="Logged out there." if ended else "That was over already.")

    @post("/account/key", status_code=200, opt={"people": True})
    async def add_key(request: Asking) -> Response[str]:
        _, form = await frame.ours(request)
        scopes = [scope for scope in Scope if form.get(scope.value) == "yes"]
        try:
            secret = await in_thread(frame.accounts.add_key, form.get("name", ""), scopes)
        except Malformed as error:
            return await account_page(request, status=400, fault=f"No key was made: {error}.")
        return await account_page(request, secret=secret)

    @post("/account/key/revoke", status_code=200, opt={"people": True})
    async def revoke_key(request: Asking) -> Response[str]:
        _, form = await frame.ours(request)
        revoked = await in_thread(frame.accounts.revoke_key, read_number(form.get("id", ""), 0, most=1 << 40))
        return await account_page(request, said="Revoked." if revoked else "That key was revoked already.")

    return [ask_login, log_in, log_out, choose_zone, account, change_password, end_session, add_key, revoke_key]
