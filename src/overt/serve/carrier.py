"""SMTP and LMTP to a next hop: one connection that stays open, TLS and login before anything is said of mail.

Never sends a password where somebody could read it on the way. Passes on what the client asked for in reports (RFC
3461) where the next hop knows them. Decides nothing about when to try again.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from base64 import b64encode
from typing import Any

import aiosmtplib

from overt.errors import OvertError, Unavailable
from overt.serve.credential import Credential
from overt.serve.hop import LONGEST_REASON, Attempt, NextHop, Tls, Verdict
from overt.store import Envelope

# RFC 4954 section 6 and RFC 3207: the server wants a password or TLS. No message is to blame, the settings are.
_OURS = frozenset({530, 534, 535, 538})
_CLOSING = 421  # RFC 5321 section 4.2.2: and the connection is no more


class _Lmtp(aiosmtplib.SMTP):
    """LMTP for one recipient a transaction differs from SMTP by the greeting alone (RFC 2033 section 4)."""

    async def execute_command(self, *args: bytes, **options: Any) -> aiosmtplib.SMTPResponse:
        words = (b"LHLO", *args[1:]) if args[:1] == (b"EHLO",) else args
        return await super().execute_command(*words, **options)


class SmtpCarrier:
    """SMTP or LMTP over one connection that stays open between messages."""

    def __init__(self, hop: NextHop, *, hostname: str, seconds: float, credential: Credential | None = None) -> None:
        self._hop = hop
        self._credential = credential
        self._verified = hop.tls is Tls.VERIFY
        secure = hop.scheme == "smtps"
        kind = _Lmtp if hop.scheme.startswith("lmtp") else aiosmtplib.SMTP
        self._client = kind(
            hostname=hop.host if not hop.path else None,
            port=hop.port if not hop.path else None,
            socket_path=hop.path or None,
            local_hostname=_ascii_name(hostname),
            timeout=seconds,
            use_tls=secure,
            start_tls=False if secure or hop.tls is Tls.NONE else (True if self._verified else None),
            tls_context=_context(hop),
        )

    async def greet(self) -> Attempt:
        """Connect and log in, unless that was done already: `DELIVERED` where the next hop lets us in, else `DOWN`."""
        try:
            if not self._client.is_connected:
                await self._connect()
        except (OSError, aiosmtplib.SMTPException, ValueError, OvertError) as error:
            self._client.close()
            return Attempt(Verdict.DOWN, _say(error))
        return Attempt(Verdict.DELIVERED)

    async def carry(self, envelope: Envelope, raw: bytes) -> Attempt:
        client = self._client
        fresh = not client.is_connected
        greeted = await self.greet()
        if greeted.verdict is not Verdict.DELIVERED:
            return greeted
        options = _mail_options(client, envelope, raw)
        if options is None:
            return Attempt(Verdict.NEVER, "5.6.7 The next hop knows no SMTPUTF8, which this address needs")
        knows = client.supports_extension("dsn")
        try:
            await client.sendmail(
                envelope.sender,
                [envelope.recipient],
                raw,
                mail_options=options,
                rcpt_options=_rcpt_options(envelope) if knows else [],
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            return self._answered(error.recipients[0].code, error.recipients[0].message)
        except aiosmtplib.SMTPResponseException as error:
            return self._answered(error.code, error.message)
        except (OSError, aiosmtplib.SMTPException) as error:
            client.close()
            # A connection that was open before may have been closed for being idle: that is no answer to this message.
            return Attempt(Verdict.LATER if fresh else Verdict.DOWN, _say(error))
        except ValueError as error:
            return Attempt(Verdict.NEVER, f"5.1.3 The address cannot be sent: {type(error).__name__}")
        return Attempt(Verdict.DELIVERED, reports=knows)

    async def _connect(self) -> None:
        client = self._client
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()  # TLS begins a new conversation (RFC 3207 section 4.2)
        if self._credential is not None:
            await self._log_in(self._credential)

    async def _log_in(self, credential: Credential) -> None:
        client = self._client
        if not self._hop.is_local and client.get_transport_info("sslcontext") is None:
            raise Unavailable("the next hop offers no TLS, so it is told no password")
        offered = client.server_auth_methods
        if credential.source is not None:
            if "xoauth2" not in offered:
                raise Unavailable("the next hop takes no XOAUTH2")
            if not await self._show_token(credential, await credential.source.token()):
                credential.source.refused()
                if not await self._show_token(credential, await credential.source.token()):
                    credential.source.refused()
                    raise Unavailable("535 the next hop took neither the token nor a fresh one")
            return
        way = credential.way
        if way == "auto":
            way = next((name for name in ("plain", "login") if name in offered), "")
            if not way:
                raise Unavailable("the next hop takes neither AUTH PLAIN nor AUTH LOGIN")
        logging_in = client.auth_plain if way == "plain" else client.auth_login
        await logging_in(credential.user, credential.password)

    async def _show_token(self, credential: Credential, token: str) -> bool:
        # https://developers.google.com/workspace/gmail/imap/xoauth2-protocol: a refusal is a challenge with the reason,
        # to be answered by an empty line.
        words = b64encode(f"user={credential.user}\x01auth=Bearer {token}\x01\x01".encode())
        answer = await self._client.execute_command(b"AUTH", b"XOAUTH2", words)
        if answer.code == 334:
            answer = await self._client.execute_command(b"")
        if answer.code in (454, 421):
            raise Unavailable(f"{answer.code} {answer.message}"[:LONGEST_REASON])
        return answer.code == 235

    def _answered(self, code: int, words: str) -> Attempt:
        reason = f"{code} {' '.join(words.split())}"[:LONGEST_REASON]
        if code == _CLOSING:
            self._client.close()
        if code in _OURS:
            self._client.close()
            return Attempt(Verdict.DOWN, reason)
        return Attempt(Verdict.NEVER if 500 <= code < 600 else Verdict.LATER, reason)

    async def close(self) -> None:
        if self._client.is_connected:
            try:
                await self._client.quit()
            except (OSError, aiosmtplib.SMTPException, asyncio.CancelledError):
                self._client.close()


def _context(hop: NextHop) -> ssl.SSLContext | None:
    if hop.tls is Tls.NONE and hop.scheme != "smtps":
        return None
    context = ssl.create_default_context(cafile=hop.authority or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8996
    if hop.tls is not Tls.VERIFY:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _mail_options(client: aiosmtplib.SMTP, envelope: Envelope, raw: bytes) -> list[str] | None:
    """What MAIL has to announce; None where the next hop does not know what this envelope needs."""
    options = []
    if client.supports_extension("size"):
        options.append(f"SIZE={len(raw)}")  # RFC 1870: it may refuse before it has read everything
    if not raw.isascii() and client.supports_extension("8bitmime"):
        options.append("BODY=8BITMIME")  # RFC 6152; one that does not offer it gets the same bytes: most take them
    if client.supports_extension("smtputf8"):
        if envelope.utf8:
            options.append("SMTPUTF8")
    elif not (envelope.sender + envelope.recipient).isascii():
        return None
    if client.supports_extension("dsn"):
        options += [f"RET={envelope.ret}"] if envelope.ret else []
        options += [f"ENVID={envelope.envid}"] if envelope.envid else []
    return options


def _rcpt_options(envelope: Envelope) -> list[str]:
    wanted = (("NOTIFY", envelope.notify), ("ORCPT", envelope.orcpt))
    return [f"{name}={value}" for name, value in wanted if value]


def _ascii_name(hostname: str) -> str:
    return re.sub(r"[^A-Za-z0-9.\-\[\]:]", "-", hostname) or "localhost"


def _say(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return f"{error.code} {error.message}"[:LONGEST_REASON]
    return " ".join(str(error).split())[:LONGEST_REASON] or type(error).__name__
