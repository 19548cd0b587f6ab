"""Law 3: the recipient's end finds every reference that the sender's end put in, with and without rules."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.guard import detect, load_rules
from overt.measure import Campaign, Key, Keyring, Mode, Plan, Sending, Variant, prepare
from overt.message import apply_edits, parse, walk
from overt.testing import make_html, make_mail

BASE = "https://t.example.org"
KEYRING = Keyring({1: Key(1, hashlib.sha256(b"law 3").digest())}, 1)
MODES = (Mode.SHARED, Mode.INDIVIDUAL)


def _added(raw: bytes, mode: Mode) -> bytes:
    sending, grant = (Sending(1 << 40), "form-1") if mode is Mode.INDIVIDUAL else (None, "")
    plan = Plan(
        base_url=BASE, campaign=Campaign(7), variant=Variant(1), opens=mode, links=mode, sending=sending, grant=grant,
        text_links=True,
    )  # fmt: skip
    return apply_edits(raw, prepare(parse(raw), plan).edits(KEYRING, plan.sending))


def _assert_found(raw: bytes, known: bool) -> None:
    message = parse(raw)
    verdicts = {f.reference.url: f.kind for f in detect(message, rules=load_rules() if known else None)}
    for reference in walk(message):
        if reference.url.startswith(f"{BASE}/b/"):
            assert verdicts[reference.url] == "beacon"
        elif reference.url.startswith(f"{BASE}/c/"):
            assert verdicts[reference.url] == "wrapped-link"


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("mode", MODES)
def test_all_that_was_put_into_golden_mail_is_found(golden: Mapping[str, bytes], mode: Mode, known: bool) -> None:
    found = 0
    for raw in golden.values():
        instrumented = _added(raw, mode)
        found += instrumented.count(b"/b/")
        _assert_found(instrumented, known)
    assert found


@given(
    st.lists(
        st.sampled_from(["https://shop.example.org/a", "https://b.example/?x=1#y", "http://c.example"]), max_size=4
    ),
    st.lists(st.sampled_from(["https://shop.example.org/a.png", "https://b.example/b"]), max_size=3),
    st.sampled_from(["7bit", "quoted-printable", "base64"]),
    st.sampled_from(MODES),
    st.booleans(),
)
def test_all_that_is_put_into_any_newsletter_is_found(
    links: list[str], images: list[str], encoding: str, mode: Mode, known: bool
) -> None:
    html = make_html(links=[(link, "Read on") for link in links], images=images)
    _assert_found(_added(make_mail(html, None, encoding=encoding), mode), known)
