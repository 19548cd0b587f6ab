from __future__ import annotations

import pytest

from overt.message.iso2022 import behind_escapes, write_iso2022

JIS, ASCII = b"\x1b$B", b"\x1b(B"  # RFC 1468
DATA = b"a" + JIS + b"F|K\\" + ASCII + b"z"  # a, two kanji, z


@pytest.mark.parametrize(
    ("start", "end", "new", "written"),
    [
        (0, 1, b"x", b"x"),
        (6, 6, b"x", ASCII + b"x" + JIS),  # between the kanji
        (6, 6, JIS + b"F|" + ASCII, JIS + b"F|" + JIS),
        (1, 11, b"", b""),  # the kanji with their escape sequences
        (1, 4, b"x", b"x" + JIS),
        (8, 11, b"x", ASCII + b"x"),
        (6, 11, b"", ASCII),
    ],
)
def test_what_is_written_enters_and_leaves_the_right_state(start: int, end: int, new: bytes, written: bytes) -> None:
    assert write_iso2022(DATA, start, end, new) == written


def test_no_two_escape_sequences_stand_side_by_side() -> None:
    done = DATA[:6] + write_iso2022(DATA, 6, 6, JIS + b"F|" + ASCII) + DATA[6:]
    assert done.decode("iso-2022-jp") == "a日日本z"
    assert ASCII + JIS not in done


def test_a_character_begins_behind_its_escape_sequences() -> None:
    assert behind_escapes(DATA, 1) == 4
    assert behind_escapes(DATA, 4) == 4
