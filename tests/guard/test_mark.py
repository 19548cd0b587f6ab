"""What measure marks in a message is found again, exactly, and nothing else is taken for it."""

from __future__ import annotations

from overt.guard.mark import find_about, own_fields, own_places, own_text
from overt.message import parse, parse_html

LINE = '<p data-overt="disclosure" lang="en">Counted. <a href="https://t.example.org/you">What</a></p>'
BEACON = '<img src="https://t.example.org/b/x.gif" width="1" data-overt="beacon">'
NOTICE = "Overt-Notice: opens=shared; links=shared;\r\n about=<https://t.example.org/you>\r\n"


def _without(html: str, *, filled: bool = False) -> str:
    for start, end in sorted(own_places(parse_html(html), filled=filled), reverse=True):
        html = html[:start] + html[end:]
    return html


def test_line_and_beacon_go_with_the_line_end_before_them() -> None:
    assert _without(f"<p>Hello</p>\r\n{LINE}{BEACON}</body>") == "<p>Hello</p></body>"


def test_spaces_that_base64_needed_go_too_but_no_other_spaces() -> None:
    assert _without(f"<p>Hello</p>\n{LINE}{BEACON}  </body>", filled=True) == "<p>Hello</p></body>"
    assert _without(f"<p>Hello</p>\n{LINE}{BEACON}  </body>") == "<p>Hello</p>  </body>"
    assert _without(f"<p>Hello</p>\n{LINE}{BEACON}   </body>", filled=True) == "<p>Hello</p> </body>"


def test_other_marks_of_the_sender_stay() -> None:
    html = '<p data-overt="off">Hello</p><img src="a.png"><div data-overt="disclosure">x</div>'
    assert _without(html) == html


def test_the_paragraph_in_plain_text_is_found_by_the_url_of_the_notice() -> None:
    message = parse(f"{NOTICE}\r\n".encode())
    assert find_about(message) == "https://t.example.org/you"
    body = "Hello\n\nCounted, for all together. What is recorded:\nhttps://t.example.org/you\n"
    assert own_text(message, body, filled=False) == (6, len(body))
    assert own_text(message, "Hello https://t.example.org/you and more\n", filled=False) is None
    assert own_text(parse(b"Subject: x\r\n\r\n"), body, filled=False) is None


def test_a_text_without_a_last_line_end_has_none_afterwards() -> None:
    message = parse(f"{NOTICE}\r\n".encode())
    body = "Hello\n\nCounted:\nhttps://t.example.org/you"
    assert own_text(message, body, filled=False) == (5, len(body))


def test_the_notice_is_the_only_own_field() -> None:
    message = parse(f"Subject: x\r\n{NOTICE}List-Unsubscribe: <https://a.example/u>\r\n\r\n".encode())
    assert [field.name for field in own_fields(message)] == ["Overt-Notice"]
