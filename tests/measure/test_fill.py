from __future__ import annotations

from collections.abc import Sequence

from overt.measure.fill import Filling, Slot, find_template
from overt.message import apply_edits, parse, read_text

HTML = b"Content-Type: text/html\r\nContent-Transfer-Encoding: %s\r\n\r\n<a href=x>%s</a>\r\n"


def _make(encoding: bytes, padding: int) -> tuple[bytes, Filling]:
    raw = HTML % (encoding, b"y" * padding)
    message = parse(raw)
    text = read_text(message, message.root)
    return raw, Filling(text, (Slot(8, 9, '"https://t.example.org/c/', '?u=x"', 1, "test"),), html=True)


def test_a_template_gives_the_same_bytes_as_the_edits_even_across_soft_line_breaks() -> None:
    for encoding in (b"7bit", b"quoted-printable"):
        for padding in range(0, 90, 7):
            raw, filling = _make(encoding, padding)

            def make(values: Sequence[str], raw: bytes = raw, filling: Filling = filling) -> bytes:
                return apply_edits(raw, filling.edits(values))

            template = find_template([30], make)
            assert template is not None
            assert template.fill([b"q" * 30]) == make(["q" * 30])


def test_values_that_are_mixed_into_the_bytes_have_no_template() -> None:
    assert find_template([5], lambda values: values[0].encode().hex().encode()) is None


def test_a_hyphen_at_the_start_of_a_line_is_left_to_the_slow_way() -> None:
    template = find_template([4], lambda values: b"x\n" + values[0].encode())
    assert template is not None
    assert template.fill([b"abcd"]) == b"x\nabcd"
    assert template.fill([b"-bcd"]) is None
