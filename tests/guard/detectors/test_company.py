"""What the rest of the message says of a reference: the same again, the hosts of the pictures and of the links."""

from __future__ import annotations

from overt.guard.detectors.company import look_at_company
from tests.guard.detectors.cases import TOKEN, case_of, cases, kinds

LINKS = "".join(f'<a href="https://go.example/{letter}{TOKEN}">{letter}</a>' for letter in "abcd")


def test_the_same_url_again_and_again_is_layout() -> None:
    first, *_ = cases('<img src="https://a.example/q.gif">' * 3)
    assert "repeated" in kinds(look_at_company, first)


def test_the_host_of_the_wrapped_links_is_known_by_their_shape() -> None:
    html = f'{LINKS}<img src="https://go.example/q"><img src="https://a.example/p.png">'
    assert "click-host" in kinds(look_at_company, case_of(html, "/q"))
    assert "same-shape" in kinds(look_at_company, case_of(html, f"/a{TOKEN}"))
    assert "click-host" not in kinds(look_at_company, case_of(html, "/p.png"))


def test_alone_on_its_host_or_among_pictures() -> None:
    html = (
        "".join(f'<img src="https://a.example/{letter}.png">' for letter in "abc") + '<img src="https://b.example/q">'
    )
    assert kinds(look_at_company, case_of(html, "/q")) == {"only-of-host"}
    assert kinds(look_at_company, case_of(html, "/a.png")) == {"among-pictures"}
