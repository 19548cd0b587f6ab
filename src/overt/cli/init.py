"""`overt init`: a handful of questions, the settings they make, and what to enter in the program that writes mail.

Every question is also an option, so that a script can answer. Nothing that exists is written over.
"""

from __future__ import annotations

import asyncio
import getpass
import json
import os
import sys
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Annotated, Literal, get_args

from cyclopts import Parameter

from overt.cli.option import Settings
from overt.cli.program import CAMPAIGN_FIELDS, PROGRAMS
from overt.cli.settings import FILE, load_settings
from overt.errors import Malformed, Refused, Unavailable
from overt.message import parse_address

Program = Literal["thunderbird", "listmonk", "mautic", "postfix", "django", "other"]
HERE = "http://127.0.0.1:8080"
PASSWORD_FILE = "hop-password"  # noqa: S105 a file's name


def init(
    *,
    base_url: str | None = None,
    name: str | None = None,
    address: str | None = None,
    next_hop: str | None = None,
    user: str | None = None,
    program: Program | None = None,
    test: str | None = None,
    yes: Annotated[bool, Parameter(negative=())] = False,
    settings: Path | None = None,
) -> int:
    """Ask a handful of questions, write overt.toml, say what to enter in your mail program, send a test message.

    Parameters
    ----------
    base_url
        The address by which recipients reach the collector, such as https://t.example.org.
    name
        Who sends, as recipients know it.
    address
        The address your mail comes from.
    next_hop
        Where mail goes on, such as smtp://smtp.example.org:587.
    user
        The name to log in with there; the password is asked for, or read from stdin.
    program
        What hands mail to overt.
    test
        Send a test message to this address by the next hop.
    yes
        Ask nothing: what is not given takes its default.
    settings
        The file to write.
    """
    path = settings or Path(FILE)
    if path.exists():
        raise Refused(f"{path} is there already. Change it in an editor, or name another with --settings.")
    ask = _Asking(quiet=yes or not sys.stdin.isatty())
    chosen_url = ask.answer("Tracking host, as recipients reach it", base_url, HERE)
    chosen_name = ask.answer("Who sends, as recipients know it", name, "")
    chosen_address = ask.answer("The address your mail comes from", address, "", check=parse_address)
    chosen_hop = ask.answer("Where mail goes on", next_hop, "smtp://127.0.0.1:25")
    chosen_user = ask.answer("Name to log in with there (empty: none)", user, "")
    words = get_args(Program)
    chosen_program = ask.answer(f"What hands mail to overt ({', '.join(words)})", program, "thunderbird", among=words)
    text = write_settings(chosen_url, chosen_name, chosen_address, chosen_hop, chosen_user, chosen_program)
    loaded = _save(path, text, _password(chosen_user) if chosen_user else "")
    print(f"\nWrote {path}.\n")
    print(PROGRAMS[chosen_program].format(host=loaded.relay.listen.host, port=loaded.relay.listen.port))
    print("\nNow run: overt up      and in another terminal: overt doctor")
    to = ask.answer("\nSend a test message to (empty: none)", test, "", check=parse_address)
    return send_test(loaded, chosen_address or to, to) if to else 0


class _Asking:
    """Asks in a terminal, or takes what was given and defaults."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    def answer(
        self,
        question: str,
        given: str | None,
        default: str,
        *,
        among: tuple[str, ...] = (),
        check: Callable[[str], object] | None = None,
    ) -> str:
        """One answer. An answer that will not do is asked again, or raised where nobody can be asked."""
        while True:
            text = given if given is not None else default
            if given is None and not self._quiet:
                text = input(f"{question}{f' [{default}]' if default else ''}: ").strip() or default
            try:
                if among and text not in among:
                    raise Malformed(f"write one of {', '.join(among)}")
                if check is not None and text:
                    check(text)
            except Malformed as error:
                if given is not None or self._quiet:
                    raise
                print(f"  {error}")
                continue
            return text


def write_settings(base_url: str, name: str, address: str, next_hop: str, user: str, program: str) -> str:
    """The settings file as text."""
    proxied = base_url.startswith("https:")
    lines = [
        "# What overt does. Every setting: docs/reference/settings.md; to check it all: overt doctor",
        f"base_url = {_toml(base_url)}",
        "",
        "[sender]",
        f"name = {_toml(name)}",
        f"contact = {_toml(address)}",
        f"addresses = [{_toml(address) if address else ''}]",
        "",
        "[relay]",
        f"next_hop = {_toml(next_hop)}",
    ]
    if program in CAMPAIGN_FIELDS:
        lines.append(f"campaign_field = {_toml(CAMPAIGN_FIELDS[program])}")
    if user:
        lines += ["", "[hop]", f"user = {_toml(user)}", f"password_file = {_toml(PASSWORD_FILE)}"]
    if proxied:
        lines += ["", "[collector]", "# Your reverse proxy on this machine, which sends X-Forwarded-For.",
                  'trusted_proxies = ["127.0.0.1", "::1"]']  # fmt: skip
    return "\n".join(lines) + "\n"


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # JSON's strings are TOML's basic strings


def _password(user: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(f"Password of {user}: ")
    return sys.stdin.readline(1000).rstrip("\r\n")


def _save(path: Path, text: str, password: str) -> Settings:
    """Write the files; where the settings are wrong nothing is left."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}") from error
    try:
        loaded = load_settings(path, needed=("base_url",))
    except Malformed:
        path.unlink()
        raise
    if password:
        loaded.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret = loaded.folder / PASSWORD_FILE
        with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(password + "\n")
    return loaded


def send_test(settings: Settings, sender: str, to: str) -> int:
    """One untracked message by the next hop; says how it went."""
    from overt.cli.route import open_signer, open_way_out
    from overt.clock import SystemClock
    from overt.serve.hop import Verdict
    from overt.store import Envelope

    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, "overt: a test"
    mail["Date"], mail["Message-ID"] = (
        format_datetime(SystemClock().now()),
        make_msgid(domain=sender.rpartition("@")[2]),
    )
    mail.set_content(f"This came by {settings.relay.next_hop}. It is not measured.\n")
    raw = mail.as_bytes(policy=SMTP)
    signer = open_signer(settings)

    async def carry() -> tuple[bool, str]:
        carrier = open_way_out(settings).open_carrier()
        try:
            attempt = await carrier.carry(Envelope(sender, to), signer.seal(raw) if signer else raw)
        finally:
            await carrier.close()
        return attempt.verdict is Verdict.DELIVERED, attempt.reason

    delivered, reason = asyncio.run(carry())
    if not delivered:
        print(f"The next hop did not take it: {reason}\nMend relay.next_hop and [hop], then run: overt doctor")
        return 1
    print(f"The next hop took the test message for {to}. Look whether it arrives.")
    return 0
