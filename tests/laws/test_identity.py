"""Law 1: no edits, the very same bytes; and the inverse of any edits brings them back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from overt.message import Edit, Span, apply_edits, invert_edits, parse


@st.composite
def _bytes_and_edits(draw: st.DrawFn) -> tuple[bytes, list[Edit]]:
    raw = draw(st.binary(max_size=60))
    cuts = sorted(draw(st.lists(st.integers(0, len(raw)), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return raw, [Edit(Span(start, end), draw(st.binary(max_size=6)), "law") for start, end in pairs]


@given(st.binary(max_size=400))
def test_a_message_without_edits_is_the_same_bytes(raw: bytes) -> None:
    assert apply_edits(parse(raw).raw, ()) == raw


@given(_bytes_and_edits())
def test_inverting_edits_brings_back_every_byte(case: tuple[bytes, list[Edit]]) -> None:
    raw, edits = case
    assert apply_edits(apply_edits(raw, edits), invert_edits(raw, edits)) == raw
