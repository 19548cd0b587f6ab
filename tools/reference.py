"""Writes the reference of commands from what the command line says of itself, and that of vectors from their table.

What the program says of itself is said once, in the code; the page is made from it, and a test keeps the two the same.
This knows no prose beyond the page's first lines.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from cyclopts import App

from overt.cli.main import app
from overt.message.vector import FETCHED_BY, VECTORS

FOLDER = Path("docs") / "reference"
NOTE = "<!-- Made by tools/reference.py from the code; run: make docs -->\n\n"
EXIT_CODES = """## Exit codes

| code | means |
|---|---|
| 0 | done |
| 1 | done in part, or something was found |
| 2 | the command line, the settings or the input is wrong |
| 75 | try again later (`EX_TEMPFAIL`) |
"""


def pages() -> Mapping[Path, str]:
    """Every page that is made, by its path in the checkout."""
    return {FOLDER / "commands.md": commands_page(), FOLDER / "vectors.md": vectors_page()}


def commands_page() -> str:
    """All commands with their arguments and options."""
    lines = [
        NOTE + "# Commands",
        "",
        "Stable, for scripts: [`overt instrument`](instrument.md), [`overt scan --json`](scan.md),",
        "[`overt clean`](clean.md), [`overt unwrap --json`](unwrap.md), [`overt diff --json`](differences.md),",
        "and what `overt report --json` prints ([its shape](report.md)). Errors go to stderr, one sentence each.",
        "",
    ]
    for name in app:
        if not name.startswith("-"):
            lines.extend(_command(app[name], f"overt {name}"))
    return "\n".join(lines) + "\n" + EXIT_CODES


def _command(command: App, name: str) -> Iterator[str]:
    inner = [sub for sub in command if not sub.startswith("-")]
    if inner:
        for sub in inner:
            yield from _command(command[sub], f"{name} {sub}")
        return
    yield f"## {name}"
    yield ""
    yield (command.help or "").partition("Parameters\n")[0].strip().replace("{{", "`{{").replace("}}", "}}`")
    yield ""
    arguments = [argument for argument in command.assemble_argument_collection(parse_docstring=True) if argument.show]
    if not arguments:
        return
    yield "| argument | means | default |"
    yield "|---|---|---|"
    for argument in arguments:
        names = [item for item in (*argument.names, *argument.negatives) if item]
        default = argument.field_info.default
        shown = "needed" if argument.required else f"`{default}`" if default not in (None, "", (), False) else ""
        if default is True:
            shown = "yes"
        yield f"| {', '.join(f'`{item}`' for item in names)} | {_cell(argument.parameter.help or '')} | {shown} |"
    yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def vectors_page() -> str:
    """All ways by which mail mentions a URL."""
    lines = [
        NOTE + "# Vectors",
        "",
        "All ways by which mail mentions a URL, what each is, when a program that blocks nothing fetches it, which",
        "programs do, and where that is written. What *browsers* fetch on display is proven in real Chromium, and also",
        "that after strict cleaning nothing is fetched (`tests/live/test_vectors.py`).",
        "",
        "| vector | what | fetched on | by | source |",
        "|---|---|---|---|---|",
    ]
    for row in VECTORS.values():
        by = FETCHED_BY.get(row.id, "browsers") if row.fetch == "display" else ""
        lines.append(f"| `{row.id}` | {_cell(row.what)} | {row.fetch} | {_cell(by)} | {_cell(row.source)} |")
    return "\n".join([*lines, ""])


def main() -> int:
    """Write every page."""
    root = Path(__file__).resolve().parent.parent
    for path, text in pages().items():
        (root / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
