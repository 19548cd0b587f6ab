"""What a client asks to be told, in the parameters of MAIL and RCPT that RFC 3461 added.

Read apart from the rest, because they keep their case. A parameter that cannot be read is refused; nothing here reads
an address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_ENVID = 100  # RFC 3461 section 4.4
LONGEST_ORCPT = 500  # section 4.2

# The path ends at the first `>` outside a quoted local part.
_PATH = re.compile(r'(\s*(?:FROM|TO):\s*<(?:"(?:[^"\\]|\\.)*+"|[^">])*+>)(.*)', re.IGNORECASE | re.DOTALL)
_XTEXT = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})+")
_ORCPT = re.compile(r"[A-Za-z0-9-]{1,64};(?:[!-*,-<>-~\x80-\U0010ffff]|\+[0-9A-F]{2}|\\x\{[0-9A-F]{2,6}\})+")
_KNOWN = {"MAIL": ("RET", "ENVID", "AUTH"), "RCPT": ("NOTIFY", "ORCPT")}
NOTIFY_WORDS = frozenset({"SUCCESS", "FAILURE", "DELAY"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """The parameters of RFC 3461 as they were written, and the command without them; or the answer that refuses."""

    rest: str
    values: dict[str, str]
    refusal: str = ""


def read_wanted(command: str, argument: str) -> Wanted:
    """Take the parameters that are known for `command`, MAIL or RCPT, out of its argument."""
    match = _PATH.match(argument)
    if match is None:
        return Wanted(argument, {})
    kept: list[str] = []
    values: dict[str, str] = {}
    for word in match[2].split():
        name, _, value = word.partition("=")
        name = name.upper()
        if name not in _KNOWN[command]:
            kept.append(word)
        elif name in values:
            return Wanted(argument, {}, f"501 5.5.4 {name} stands twice")
        else:
            values[name] = value
    for name, value in values.items():
        if not _is_sound(name, value):
            return Wanted(argument, {}, f"501 5.5.4 {name} cannot be read")
    values.pop("AUTH", None)  # RFC 4954 section 5: who handed it in before; nobody here believes it
    return Wanted(" ".join((match[1], *kept)), values)


def _is_sound(name: str, value: str) -> bool:
    if name == "RET":
        return value.upper() in ("FULL", "HDRS")
    if name == "NOTIFY":
        words = value.upper().split(",")
        return words == ["NEVER"] or (set(words) <= NOTIFY_WORDS and len(set(words)) == len(words))
    if name == "ENVID":
        return len(value) <= LONGEST_ENVID and bool(_XTEXT.fullmatch(value))
    if name == "ORCPT":
        return len(value) <= LONGEST_ORCPT and bool(_ORCPT.fullmatch(value))
    return len(value) <= LONGEST_ORCPT and bool(_XTEXT.fullmatch(value) or value == "<>")
