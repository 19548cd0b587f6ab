"""The documents, checked: links lead somewhere, commands and make targets they show exist.

There is nothing to build: the documents are read as they are. This knows the files and the command line's own help; it
opens no connection, so links to other hosts are taken as they are.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
# A command as it is shown, in prose indented or as a code span, in a fence at a line's start; a backslash continues it.
WORDS = r"(overt|make) ((?:[^\n`\\]|\\\n)*)"
IN_PROSE = re.compile(rf"(?:^ {{4}}|`){WORDS}", re.MULTILINE)
IN_FENCE = re.compile(rf"^(?:\$ )?{WORDS}", re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
OUTSIDE = ("http://", "https://", "mailto:")


def documents(root: Path) -> tuple[Path, ...]:
    """Every Markdown file that is read by people: at the top, in docs/, and beside the golden mail."""
    found = [*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "tests").rglob("*.md")]
    return tuple(sorted(found))


def find_faults(root: Path) -> tuple[str, ...]:
    """Sentences about links, commands, targets and pages nobody links to."""
    faults: list[str] = []
    linked: set[Path] = set()
    for page in documents(root):
        name = page.relative_to(root).as_posix()
        text = page.read_text(encoding="utf-8")
        prose = CODE.sub("", FENCE.sub("", text))
        for target in (*LINK.findall(prose), *IMAGE.findall(prose)):
            if target.startswith(OUTSIDE):
                continue
            file, _, anchor = target.partition("#")
            path = (page.parent / file).resolve() if file else page
            linked.add(path)
            if not path.exists():
                faults.append(f"{name}: {target} leads nowhere")
            elif anchor and path.suffix == ".md" and anchor not in anchors(path):
                faults.append(f"{name}: {target} names no heading there")
        faults.extend(f"{name}: {fault}" for fault in command_faults(root, text))
    faults.extend(
        f"{page.relative_to(root).as_posix()}: no page links here"
        for page in sorted((root / "docs").rglob("*.md"))
        if page.resolve() not in linked and page != root / "docs" / "README.md"
    )
    return tuple(faults)


def anchors(page: Path) -> frozenset[str]:
    """The anchors of a page's headings, by GitHub's rule."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return frozenset(slug(heading) for heading in HEADING.findall(text))


def slug(heading: str) -> str:
    """A heading as GitHub writes it into an anchor: lower case, punctuation gone, spaces to hyphens."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def command_faults(root: Path, text: str) -> Iterator[str]:
    """Sentences about the commands that `text` shows."""
    makefile = root / "Makefile"
    targets = re.findall(r"^([a-z]+):", makefile.read_text("utf-8"), re.MULTILINE) if makefile.exists() else []
    fences = "\n".join(FENCE.findall(text))
    for program, rest in (*IN_PROSE.findall(FENCE.sub("", text)), *IN_FENCE.findall(fences)):
        words = rest.replace("\\\n", " ").partition("#")[0].split()
        if not words or not re.fullmatch(r"[a-z]+", words[0]):
            continue
        if program == "make":
            if words[0] not in targets:
                yield f"make {words[0]} is no target"
            continue
        names = [word for word in words[:2] if re.fullmatch(r"[a-z]+", word)]
        shown = command_help(names)
        if not shown:
            yield f"overt {words[0]} is no command"
            continue
        known = set(OPTION.findall(shown))
        yield from (f"overt {names[0]} has no {option}" for option in OPTION.findall(rest) if option not in known)


def command_help(names: list[str]) -> str:
    """What the command says of itself; of its first word alone where the second names no subcommand; else nothing."""
    for count in range(len(names), 0, -1):
        shown = _help(*names[:count])
        if shown:
            return shown
    return ""


@cache
def _help(*names: str) -> str:
    code = "import sys; from overt.cli.main import main; sys.argv = ['overt', *sys.argv[1:]]; sys.exit(main())"
    command = [sys.executable, "-c", code, *names, "--help"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    # A wrong command prints the help of what it did understand, with another usage line.
    usage = re.search(r"Usage: (.*)", ran.stdout)
    right = ran.returncode == 0 and usage is not None and " ".join(("overt", *names)) in usage.group(1)
    return ran.stdout if right else ""


def main() -> int:
    """Print every fault, and fail if there is one."""
    root = Path(__file__).resolve().parent.parent
    faults = find_faults(root)
    for fault in faults:
        print(fault)
    print(f"docs: {len(documents(root))} pages, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
