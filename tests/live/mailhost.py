"""A private Postfix and Dovecot on loopback, in a folder of their own: the real programs behind the live tests.

Postfix takes mail by SMTP and hands it to Dovecot by LMTP; Dovecot keeps it in Maildirs and shows it by IMAP. Both need
root (they drop it themselves) and Debian's packages; `missing_programs` says what is not there.
"""

from __future__ import annotations

import imaplib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL

PASSWORD = "letmein"
START_SECONDS = 20.0  # both start in under two seconds on an idle machine; twenty bounds a busy one


def missing_programs() -> str:
    """Why the real mail host cannot run here, or an empty string."""
    if os.geteuid() != 0:
        return "Postfix and Dovecot need root to start"
    absent = [name for name in ("postfix", "dovecot") if shutil.which(name, path=_path()) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


@dataclass(frozen=True, slots=True)
class MailHost:
    """Where the two listen: SMTP into Postfix, IMAP out of Dovecot."""

    smtp_port: int
    imap_port: int

    def messages(self, user: str, *, expected: int, seconds: float = START_SECONDS) -> list[bytes]:
        """The raw messages in `user`'s inbox, waiting until there are `expected` of them."""
        deadline = time.monotonic() + seconds
        while True:
            with imaplib.IMAP4("127.0.0.1", self.imap_port) as inbox:
                inbox.login(user, PASSWORD)
                inbox.select("INBOX", readonly=True)
                numbers = inbox.search(None, "ALL")[1][0].split()
                if len(numbers) >= expected or time.monotonic() > deadline:
                    fetched = [inbox.fetch(number.decode(), "(BODY.PEEK[])")[1][0] for number in numbers]
                    return [item[1] for item in fetched if isinstance(item, tuple)]
            time.sleep(0.2)


@contextmanager
def running_mail_host() -> Iterator[MailHost]:
    """Start both, wait until they answer, and stop both at the end."""
    # Not pytest's tmp_path: its parents are closed to others, and the daemons that dropped root must get through.
    folder = Path(tempfile.mkdtemp(prefix="overt-mailhost-"))
    folder.chmod(0o755)
    smtp_port, lmtp_port, imap_port = free_port(), free_port(), free_port()
    dovecot = _write_dovecot(folder / "dovecot", lmtp_port, imap_port)
    postfix = _write_postfix(folder / "postfix", smtp_port, lmtp_port)
    _run("dovecot", "-c", dovecot)
    try:
        _run("postfix", "-c", postfix, "start")
        for port in (smtp_port, lmtp_port, imap_port):
            wait_for(port)
        yield MailHost(smtp_port, imap_port)
    finally:
        for stop in (("postfix", "-c", postfix, "stop"), ("doveadm", "-c", dovecot, "stop")):
            with suppress(subprocess.CalledProcessError):
                _run(*stop)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A loopback TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nothing answers on port {port}")


def _write_postfix(folder: Path, smtp_port: int, lmtp_port: int) -> Path:
    for name in ("spool", "data"):
        (folder / name).mkdir(parents=True)
    shutil.chown(folder / "data", "postfix")
    (folder / "main.cf").write_text(
        f"""compatibility_level = 3.6
queue_directory = {folder / "spool"}
data_directory = {folder / "data"}
mail_owner = postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.org
mydestination =
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = example.org
virtual_transport = lmtp:inet:127.0.0.1:{lmtp_port}
virtual_mailbox_maps = static:all
smtpd_recipient_restrictions = permit_mynetworks, reject
maillog_file = {folder / "mail.log"}
maillog_file_prefixes = {folder}
"""
    )
    services = [f"127.0.0.1:{smtp_port} inet n - n - - smtpd"]
    services += [
        f"{name} {kind} {private} - n {wakeup} {limit} {command}"
        for name, kind, private, wakeup, limit, command in (
            ("pickup", "unix", "n", "60", "1", "pickup"),
            ("cleanup", "unix", "n", "-", "0", "cleanup"),
            ("qmgr", "unix", "n", "300", "1", "qmgr"),
            ("rewrite", "unix", "-", "-", "-", "trivial-rewrite"),
            ("bounce", "unix", "-", "-", "0", "bounce"),
            ("defer", "unix", "-", "-", "0", "bounce"),
            ("trace", "unix", "-", "-", "0", "bounce"),
            ("verify", "unix", "-", "-", "1", "verify"),
            ("error", "unix", "-", "-", "-", "error"),
            ("proxymap", "unix", "-", "-", "-", "proxymap"),
            ("lmtp", "unix", "-", "-", "-", "lmtp"),
            ("anvil", "unix", "-", "-", "1", "anvil"),
            ("scache", "unix", "-", "-", "1", "scache"),
            ("postlog", "unix-dgram", "n", "-", "1", "postlogd"),
        )
    ]
    (folder / "master.cf").write_text("\n".join(services) + "\n")
    return folder


def _write_dovecot(folder: Path, lmtp_port: int, imap_port: int) -> Path:
    mail = folder / "mail"
    mail.mkdir(parents=True)
    shutil.chown(mail, "nobody", "nogroup")
    configuration = folder / "dovecot.conf"
    configuration.write_text(
        f"""base_dir = {folder / "run"}
log_path = {folder / "dovecot.log"}
protocols = imap lmtp
ssl = no
disable_plaintext_auth = no
default_internal_user = dovecot
first_valid_uid = 1
mail_location = maildir:{mail}/%n
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={mail}/%n allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp_port}
  }}
}}
protocol lmtp {{
  auth_username_format = %n
}}
"""
    )
    return configuration


def _run(*command: str | Path) -> None:
    # No pipes: the daemons keep them open, and whoever reads them would wait for ever.
    subprocess.run(
        command, check=True, env=_environment(), timeout=START_SECONDS, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
    )


def _path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": _path()}
