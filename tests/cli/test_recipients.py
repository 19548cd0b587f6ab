"""Lists as spreadsheets write them; what is wrong with a row is said, and the good rows stay."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.cli.recipients import MOST_LINES, WIDEST, Recipients, parse_recipients, read_recipients
from overt.errors import Malformed


def addresses(listed: Recipients) -> list[str]:
    return [row.address for row in listed.rows]


def test_rows_have_addresses_and_cells_by_lower_case_column() -> None:
    listed = parse_recipients(b"Email,First Name\na@example.org,Ann\nb@example.org, Bo \n")
    assert [(row.line, row.address, row.cells["first name"]) for row in listed.rows] == [
        (2, "a@example.org", "Ann"),
        (3, "b@example.org", "Bo"),
    ]
    assert listed.columns == ("email", "first name")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_of_the_first_line(delimiter: str) -> None:
    listed = parse_recipients(f"name{delimiter}mail\nAnn{delimiter}a@example.org\n".encode())
    assert addresses(listed) == ["a@example.org"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_and_quoted_lines_are_read(folder: Path, end: str) -> None:
    text = f'\ufeffemail,note{end}"a@example.org","two{end}lines"{end}b@example.org,{end}'
    (folder / "list.csv").write_bytes(text.encode())
    first, second = read_recipients(folder / "list.csv").rows
    assert (first.cells["note"], first.line, second.line) == (f"two{end}lines", 2, 4)


def test_the_column_can_be_named() -> None:
    listed = parse_recipients(b"email,kontakt\nx,a@example.org\n", "Kontakt")
    assert addresses(listed) == ["a@example.org"]


def test_bad_rows_are_said_with_their_line_and_good_ones_stay() -> None:
    listed = parse_recipients(b"email,n\na@example.org,1\n,2\nnot an address,3\nA@EXAMPLE.org,4\n\nb@example.org,5,6\n")
    assert addresses(listed) == ["a@example.org"]
    assert listed.faults == (
        "line 3: no address",
        "line 4: not an address",
        "line 5: the same address as line 2",
        "line 7: has 3 cells for 2 columns",
    )


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        (b"a,b\n1,2\n", "no column email; it has: a, b"),
        (b"email,x,X\n", "twice: x"),
        (b'email,"n\na@example.org,1\n', "the list, line 1: a quote is opened and not closed"),
        (b"email,pr\xe9nom\na@example.org,x\n", "line 1: byte 9 of it is not UTF-8.*CSV in UTF-8"),
    ],
)
def test_a_list_that_cannot_be_used_says_why(raw: bytes, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        parse_recipients(raw)


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_a_list_in_utf_16_says_how_to_save_it(folder: Path, charset: str) -> None:
    (folder / "list.csv").write_bytes("email\na@example.org\n".encode(charset))
    with pytest.raises(Malformed, match=r"list\.csv is in UTF-16\. Save it again as CSV in UTF-8"):
        read_recipients(folder / "list.csv")


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (b"\xe9@example.org,x", "byte 1 of it is not UTF-8"),
        (b"x@example.org,\xed\xa0\x80", "byte 15 of it is not UTF-8"),
        (b"x@example.org,\0", "byte 15 of it is NUL"),
        (b'x@example.org,"Bo" Li', "a quote is closed before the end of its cell, or a quote inside it is not doubled"),
        (b'x@example.org,"Bo', f"a quote is opened and not closed within {MOST_LINES} lines"),
        (b"x@example.org," + b"x" * WIDEST, f"longer than {WIDEST} bytes"),
        (b"x@example.org," + b"x" * (WIDEST + 1), f"a cell is longer than {WIDEST} characters"),
        (b"x@example.org," + b"x," * 1000, "has 1002 cells for 2 columns"),
    ],
)
def test_a_bad_row_is_refused_alone(bad: bytes, words: str) -> None:
    good = [f"p{number}@example.org" for number in range(2 * MOST_LINES)]
    lines = [f"{address},Ann".encode() for address in good]
    for place in (0, 7, len(lines)):
        listed = parse_recipients(b"\n".join([b"email,name", *lines[:place], bad, *lines[place:]]))
        assert addresses(listed) == good
        assert listed.faults == (f"line {place + 2}: {words}",)


def test_a_row_of_many_lines_is_refused_whole_for_one_bad_byte() -> None:
    """A line of a note is not a row, whatever it looks like: a grant must not come out of somebody's words."""
    raw = b'email,note\na@example.org,"one\xff\nforged@example.org,two\nthree"\nb@example.org,x\n'
    listed = parse_recipients(raw)
    assert addresses(listed) == ["b@example.org"]
    assert listed.faults == ("lines 2 to 4: byte 19 of it is not UTF-8",)


def test_a_long_cell_that_holds_rows_is_refused_whole_and_said() -> None:
    """It may be two stray quotes, or somebody who wrote a row into a form: neither is lost in silence nor believed."""
    listed = parse_recipients(b'email,note\na@example.org,"hi\nv@example.org,form\nb@example.org,x"\nc@example.org,\n')
    assert addresses(listed) == ["c@example.org"]
    assert [fault.split(":")[0] for fault in listed.faults] == ["lines 2 to 4"]


@pytest.mark.parametrize("broken", [b'"my', b'"my "best" friends:'])
def test_beside_a_broken_quote_only_whole_rows_count(broken: bytes) -> None:
    """What may be lines of somebody's note has neither every cell nor its quotes in pairs."""
    raw = (
        b"email,note\na@example.org,"
        + broken
        + b'\nx@example.org\ny@example.org,z"z\nb@example.org,x"y\nc@example.org,\n'
    )
    listed = parse_recipients(raw)
    assert addresses(listed) == ["c@example.org"]
    assert listed.faults[1:] == tuple(
        f"line {line}: may be part of a cell of line 2, whose quotes are broken" for line in (3, 4, 5)
    )


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
NO_UTF8 = st.binary(max_size=40).map(lambda raw: raw + b"\xff")


@given(st.data())
def test_all_good_rows_are_found_among_bytes_that_are_no_text(data: st.DataObject) -> None:
    """Each row as the csv module writes it, line breaks and quotes in cells too; between them what is no UTF-8."""
    raw, wanted, faults = b"email,name,note\n", [], 0
    for number in range(data.draw(st.integers(0, 12))):
        cells = [f"p{number}@example.org", data.draw(WORDS), data.draw(WORDS)]
        file = io.StringIO(newline="")
        csv.writer(file).writerow(cells)
        for bad in data.draw(st.lists(NO_UTF8, max_size=2)):
            raw += bad.translate(None, b'"\r\n') + b"\n"
            faults += 1
        raw += file.getvalue().encode()
        wanted.append(cells[0])
    listed = parse_recipients(raw)
    assert addresses(listed) == wanted
    assert len(listed.faults) == faults


@given(st.lists(st.one_of(st.integers(0, 5), st.binary(max_size=30)), max_size=30))
def test_no_row_is_lost_in_silence(parts: list[int | bytes]) -> None:
    """Any bytes between, quotes and line breaks too: a good row is recorded, or a fault covers its line."""
    lines = [b"email,name"]
    places = []
    for number, part in enumerate(parts):
        if isinstance(part, int):
            places.append((len(lines) + 1, f"p{number}@example.org"))
            lines.append(f"p{number}@example.org,Ann".encode())
        else:
            lines.extend(part.replace(b"\r", b"").split(b"\n"))
    listed = parse_recipients(b"\n".join(lines))
    covered: set[int] = set()
    for fault in listed.faults:
        numbers = [int(word) for word in fault.partition(":")[0].split() if word.isdigit()]
        covered.update(range(numbers[0], numbers[-1] + 1))
    found = {row.line for row in listed.rows}
    assert all(line in covered or line in found for line, _ in places)


@pytest.mark.parametrize("line", [b'b","', b'x@example.org,"', b'"', b'""', b'"""', b'a",""","', b"\xff\0"])
def test_lines_made_to_be_read_again_cost_little(line: bytes) -> None:
    """Each is read at most `MOST_LINES` times; 20,000 lines that all leave a quote open are done in seconds."""
    began = time.process_time()
    parse_recipients(b"email,name\n" + (line + b"\n") * 20_000)
    assert time.process_time() - began < 10


def test_a_row_shown_by_accident_names_nobody() -> None:
    assert "example" not in repr(parse_recipients(b"email\nann@example.org\n").rows[0])
