"""The collector's address as recipients reach it, checked: the one setting that every tracked URL begins with."""

from __future__ import annotations

from urllib.parse import urlsplit


def read_base_url(value: object) -> str:
    """The base URL without its last slash; raises ValueError that says what to write."""
    text = str(value).strip()
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError('write the collector\'s address as recipients reach it, such as "https://t.example.org"')
    _ = parts.port  # raises where it is no number
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("leave out user name, query and fragment: paths are added to this address")
    if parts.scheme == "http" and not _is_local(parts.hostname or ""):
        raise ValueError("use https: http lets everybody on the way read who opens what; it is for this machine only")
    return text.rstrip("/")


def _is_local(host: str) -> bool:
    return host in ("localhost", "::1") or host.endswith(".localhost") or host.startswith("127.")
