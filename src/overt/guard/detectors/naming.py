"""What the names in a URL say: of opens, clicks, spacers, content; and what kind of file is asked for.

Words of anybody's URLs, no vendor's. A name can be changed at will, so none of this decides alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from overt.guard.case import Case
from overt.guard.finding import Evidence
from overt.guard.identifier import STATIC
from overt.guard.word import WORDS

_WORD: Final = re.compile(r"[a-z]+|[0-9]+")
_SPLIT: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
#: Whole words of a path.
OPENS: Final = frozenset(
    "open opens opened opening openrate trackopen track tracker tracking trackimage trackingpixel pixel pixels"
    " beacon webbug impression impressions imp log logger logopen count counter stat stats collect read reads"
    " receipt view viewed seen openemail emailopen mailopen openmail trk pix px ot eo oo hit hits ping notify"
    " emimp emailtracking".split()
)
CLICKS: Final = frozenset(
    "click clicks clicked clickthru clickthrough track tracker tracking trk redirect redirection redir redirector"
    " rd r t l c e u ls cl go link links out url lnk ctt ct cts clk lt to goto jump forward trackclick linktracker"
    " clicktrack wrap visit ss lc k f q s x".split()
)
HOSTS: Final = frozenset(
    "click clicks clk link links lnk track tracker tracking trk trck trx open opens pixel beacon email mail"
    " mailing mailer mailings em e t r ct news newsletter nl go url out stats stat metrics analytics count counter"
    " log events mkt marketing info ec cl l email1 mg sg list lists campaign campaigns msg messages notifications"
    " notification mailtrack send sender eo".split()
)
SPACERS: Final = frozenset(
    "spacer spacers blank clear cleardot transparent trans transp transpar shim dot pixel pix px b s sp space gap"
    " line hr rule divider separator shadow border corner bg background empty null none white black gray grey"
    " invisible x y z 1x1 1 0 trans1 onepixel singlepixel dotclear cleargif blankpixel spacegif void".split()
)
#: Words before an identifier that make it a name of content.
CONTENTS: Final = frozenset(
    "commit commits pull pulls issue issues blob tree wiki watch document documents docs spreadsheets"
    " presentation file files folder folders msgid message messages archive archives archives thread threads"
    " list-archive bug bugs show_bug ticket article articles story stories post posts photo photos video videos"
    " item items dp product products produkt event events meeting calendar forms questions answers paper papers"
    " abs doi book books recipe recipes review reviews patch patchwork changeset browse download downloads"
    " attachment attachments image images img media assets asset static content uploads cdn gallery status channel"
    " playlist track album artist episode podcast maps place places embed id user users profile company jobs topic"
    " topics groups group forum viewtopic comments comment news blog category tag pin".split()
)
PROGRAMS: Final = frozenset(
    "php php3 phtml asp aspx ashx cfm cgi pl jsp do dll exe html htm py rb fcgi axd mvc action".split()
)
_UNSUBSCRIBE: Final = re.compile(
    r"unsub|optout|opt-out|opt_out|preference|abmelde|desabo|desinscri|abbestell|afmeld|signoff|leave"
)
_LONG_WORD: Final = 4
_CHANCE: Final = 24.0  # bits of a token, from which words in it are chance
_VALUE: Final = re.compile(r"[=&;,/?]+")
_BARE: Final = re.compile(r"[^a-z]+")
#: Folders of pictures and other files.
FOLDERS: Final = frozenset(
    "img imgs image images media asset assets static staticcontent upload uploads photo photos picture pictures"
    " pic pics thumb thumbs thumbnail thumbnails icon icons logo logos files file blob storage gallery avatar"
    " avatars css fonts font js".split()
)
_SHAPING: Final = re.compile(
    r"(?:^|&)(?:(?:format|fm|fit|crop|auto|dpr|quality|size|resize|s=\d+|ixlib|imwidth)(?==|&|$|\d)"
    r"|(?:w|width|h|height)=?\d{1,5}(?:px)?(?=&|$))"
)


def look_at_names(case: Case) -> Iterator[Evidence]:
    """Words of host and path, and the kind of file."""
    anatomy = case.anatomy
    path = anatomy.path
    lower = path.lower()
    segments = [segment for segment in lower.split("/") if segment]
    words = set(_words(case))
    static = anatomy.extension in STATIC
    if case.loads:
        yield from _of_load(case, segments, words, static=static)
    else:
        yield from _of_link(case, segments, words, static=static)
    label = anatomy.host.partition(".")[0]
    parts = _WORD.findall(label)
    if anatomy.host.count(".") > 1 and (label in HOSTS or any(part in HOSTS and len(part) > 2 for part in parts)):
        yield Evidence(
            "host-says", f"the host is called {label[:30]}", anatomy.host_start, anatomy.host_start + len(label)
        )


def _words(case: Case) -> Iterator[str]:
    """The words of the path, without those that chance makes inside of tokens."""
    anatomy = case.anatomy
    at = anatomy.path_start
    for segment in anatomy.path.split("/"):
        end = at + len(segment)
        if not any(token.start < end and token.end > at and token.bits > _CHANCE for token in anatomy.tokens):
            yield from _WORD.findall(segment.lower())
            yield from (word.lower() for word in _SPLIT.findall(segment[:60]) if len(word) > 1)
        at = end + 1


def _of_load(case: Case, segments: list[str], words: set[str], *, static: bool) -> Iterator[Evidence]:
    anatomy = case.anatomy
    name = segments[-1].rpartition(".")[0] or segments[-1] if segments else ""
    spacer = static and (
        name in SPACERS or any(part in SPACERS and len(part) > 2 for part in re.split(r"[-_.\d]+", name))
    )
    if spacer and not anatomy.query:
        yield Evidence("spacer-name", f"{segments[-1][:40]} is what layouts call a spacer")
    folders = {word for segment in segments[:-1] for word in _WORD.findall(segment)}
    said = (folders if spacer or (static and not anatomy.query) else words) & OPENS
    if not said and anatomy.query:
        said = {word for word in _VALUE.split(anatomy.query[:400].lower()) if len(word) > 3} & OPENS
    if said:
        yield Evidence("says-open", f"its name says {', '.join(sorted(said))}")
    if segments and {_BARE.sub("", segment) for segment in segments[:-1]} & FOLDERS and not static:
        yield Evidence("picture-folder", "it stands in a folder for pictures and files")
    if not static and len(_SHAPING.findall(anatomy.query)) >= 1:
        yield Evidence("picture-file", "its parameters give a picture its shape")
    if static:
        if anatomy.extension != "gif" or not anatomy.bits("path", "query"):
            yield Evidence("picture-file", f"it asks for a file of kind {anatomy.extension}")
    elif anatomy.extension in PROGRAMS:
        yield Evidence("program", f"it asks a program ({anatomy.extension}) for its answer")
    else:
        yield Evidence("no-kind", "it asks for no kind of file")
    slug = _slug(segments)
    if slug >= 3:
        yield Evidence("readable", "its path is made of words")


def _of_link(case: Case, segments: list[str], words: set[str], *, static: bool) -> Iterator[Evidence]:
    anatomy = case.anatomy
    short = {segment.rpartition(".")[0] or segment for segment in segments[:4]}
    said = (short & CLICKS) | {word for word in words if len(word) > 3} & CLICKS
    asks = anatomy.extension in PROGRAMS and bool(anatomy.query)
    if said and (asks or max(map(len, said)) > 1):
        yield Evidence("says-click", f"its path says {', '.join(sorted(said))}")
    elif said:
        yield Evidence("letter-click", f"its path has a folder of one letter, {', '.join(sorted(said))}")
    if static:
        yield Evidence("picture-file", f"it asks for a file of kind {anatomy.extension}")
    if _UNSUBSCRIBE.search(anatomy.url[anatomy.host_start :].lower()) or case.reference.vector == "list-unsubscribe":
        yield Evidence("unsubscribe", "it is for unsubscribing or preferences")
    contents = set(segments) & CONTENTS
    if contents and not said & {"click", "clicks", "track", "tracking", "redirect"}:
        yield Evidence("names-content", f"its path says {', '.join(sorted(contents)[:3])}")
    if _slug(segments) >= 3 or (segments and not asks and not anatomy.bits("path")):
        yield Evidence("readable", "its path is made of words")


def _slug(segments: list[str]) -> int:
    """The most ordinary words in one segment, or in all of them."""
    counts = [sum(len(word) >= _LONG_WORD and word in WORDS for word in _WORD.findall(segment)) for segment in segments]
    return max(max(counts, default=0), sum(counts) if len(counts) < 4 else 0)
