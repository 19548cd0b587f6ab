"""A few messages with known findings, as files, for the commands that read mail."""

from __future__ import annotations

from pathlib import Path

from overt.testing import make_mail

TOKEN = "Zk3vX0aQm9tT4yLr7cW2bN8d"
BEACON = f"https://t.example.net/open?u={TOKEN}"
WRAPPED = "https://www.google.com/url?q=https%3A%2F%2Fshop.example.org%2Fseeds&sa=D"
TELLING = f"""<html><body><p>The first seeds are in.</p>
<img src="https://cdn.shop.example.org/logo.png" width="180" height="40">
<p><a href="{WRAPPED.replace("&", "&amp;")}">Seeds</a></p><img src="{BEACON}" width="1" height="1"></body></html>"""
QUIET = '<html><body><p>Hello Robin.</p><a href="https://shop.example.org/seeds">Seeds</a></body></html>'


def telling(number: int = 1, recipient: str = "robin@example.org") -> bytes:
    """A message with a beacon and a wrapped link."""
    return make_mail(TELLING, "Seeds", message_id=f"<{number}@shop.example.org>", recipient=recipient)


def quiet(number: int = 9) -> bytes:
    """A message that reports nothing."""
    return make_mail(QUIET, "Seeds", sender="Ann <ann@example.org>", message_id=f"<{number}@example.org>")


def write_maildir(folder: Path, messages: dict[str, bytes]) -> Path:
    """A Maildir with these messages in `cur`."""
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    for name, raw in messages.items():
        (folder / "cur" / f"{name}:2,S").write_bytes(raw)
    return folder
