"""A reference beside the others of its message: the same URL again, the same host, the hosts of its links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from overt.guard.case import Case
from overt.guard.finding import Evidence
from overt.guard.identifier import STATIC

_SEVERAL: Final = 2


def look_at_company(case: Case) -> Iterator[Evidence]:
    """What the message's other references say of this one."""
    host = case.anatomy.host
    whole = case.whole
    if not host:
        return
    if not case.loads:
        if host in whole.click_hosts:
            yield Evidence("same-shape", f"most links go to {host[:60]}, each with a token of its own")
        return
    times = whole.displayed[case.reference.url]
    if times >= _SEVERAL and case.reference.conditional == "":
        yield Evidence("repeated", f"the same URL is used {times} times")
    static = case.anatomy.extension in STATIC and case.anatomy.extension != "gif"
    pictures = whole.picture_hosts[host] - (case.anatomy.extension in STATIC)
    if not static and host in whole.click_hosts:
        yield Evidence("click-host", f"{host[:60]} is where the message's wrapped links go")
    elif whole.display_hosts[host] == 1:
        yield Evidence("only-of-host", f"nothing else is loaded from {host[:60]}")
    if pictures >= _SEVERAL:
        yield Evidence("among-pictures", f"{host[:60]} serves {pictures} other pictures")
