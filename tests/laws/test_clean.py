"""Laws 2 and 4 for cleaning: only what an edit names changes, and an instrumented message cleans to the cleaned one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import turbohtml
from hypothesis import given
from hypothesis import strategies as st

from overt.guard import Class, Policy, clean, restore
from overt.measure import Campaign, Key, Keyring, Mode, Plan, Sending, Variant, prepare
from overt.message import Message, Reference, apply_edits, parse, read_text
from overt.testing import make_html, make_mail
from tests.guard.made import by_word, judge

BASE = "https://t.example.org"
KEYRING = Keyring({1: Key(1, hashlib.sha256(b"law 4").digest())}, 1)
POLICIES = ("trackers", "identified", "strict")


def _plan(mode: Mode) -> Plan:
    sending, grant = (Sending(1 << 40), "form-1") if mode is Mode.INDIVIDUAL else (None, "")
    return Plan(
        base_url=BASE, campaign=Campaign(7), variant=Variant(1), opens=mode, links=mode, sending=sending, grant=grant,
        text_links=True,
    )  # fmt: skip


def _verdict(reference: Reference) -> Class:
    if reference.url.startswith(f"{BASE}/b/"):
        return "beacon"
    return "wrapped-link" if reference.url.startswith(f"{BASE}/c/") else by_word(reference)


def _cleaned(raw: bytes, policy: str) -> bytes:
    message = parse(raw)
    return apply_edits(raw, clean(message, judge(message, _verdict), Policy(policy), keep="nothing").edits)


def _instrumented(raw: bytes, mode: Mode) -> bytes:
    plan = _plan(mode)
    return apply_edits(raw, prepare(parse(raw), plan).edits(KEYRING, plan.sending))


def _content(message: Message) -> Iterator[str]:
    """What readers see of every part: trees of HTML, with URLs as browsers trim them, and other text as it is."""
    for part in message.parts():
        if part.parts:
            continue
        text = read_text(message, part).text
        if part.content_type != "text/html":
            yield text.rstrip(" ") if part.encoding == "base64" else text
            continue
        tree = turbohtml.parse(text)
        for node in tree.iter_elements(None):
            for name in ("href", "src"):
                value = node.attr(name)
                if isinstance(value, str):
                    node.attrs[name] = value.strip().replace("\n", "").replace("\t", "").replace("\r", "")
        yield tree.serialize()


def _fields(message: Message) -> list[bytes]:
    return [field.raw for field in message.root.fields if field.lower != "overt-cleaned"]


def _same(raw: bytes, mode: Mode, policy: str) -> None:
    direct, around = parse(_cleaned(raw, policy)), parse(_cleaned(_instrumented(raw, mode), policy))
    assert list(_content(around)) == list(_content(direct))
    assert _fields(around) == _fields(direct)


@pytest.mark.parametrize("mode", [Mode.SHARED, Mode.INDIVIDUAL])
@pytest.mark.parametrize("policy", POLICIES)
def test_golden_messages_cleaned_after_instrumenting_are_the_cleaned_messages(
    golden: Mapping[str, bytes], mode: Mode, policy: str
) -> None:
    for raw in golden.values():
        _same(raw, mode, policy)


@given(
    st.sampled_from(["7bit", "8bit", "quoted-printable", "base64"]),
    st.sampled_from(["\r\n", "\n"]),
    st.lists(st.sampled_from(["a", "/beacon/", "?utm_source=x&b=1", "é", "?q=%26"]), max_size=4),
    st.text(st.sampled_from("Hello \n"), max_size=90),
)
def test_made_messages_are_too_in_every_encoding(encoding: str, newline: str, tails: list[str], text: str) -> None:
    links = [(f"https://shop.example.org/{tail}", "x") for tail in tails]
    html = make_html(links=links, images=[f"https://shop.example.org/{tail}" for tail in tails])
    charset = "utf-8" if encoding != "7bit" else "us-ascii"
    raw = make_mail(html, text, encoding=encoding, newline=newline, charset=charset)
    _same(raw, Mode.SHARED, "trackers")


@pytest.mark.corpus
@pytest.mark.parametrize("folder", ["clean", "tracked", "phishing", "mime"])
def test_real_mail_changes_only_where_an_edit_says_so_and_comes_back(corpus: Path, folder: str) -> None:
    changed = 0
    for path in (corpus / folder).rglob("*"):
        if not path.is_file():
            continue
        raw = path.read_bytes()
        message = parse(raw)
        done = clean(message, judge(message, by_word), Policy("strict"))
        out, at, shift = apply_edits(raw, done.edits), 0, 0
        for edit in done.edits:
            assert out[at + shift : edit.span.start + shift] == raw[at : edit.span.start]
            at, shift = edit.span.end, shift + len(edit.new) - len(edit.span)
        if done.edits and message.root.fields:
            changed += 1
            assert restore(parse(out)) == raw
    assert changed > 20
