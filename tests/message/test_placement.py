"""Where content is put so that it renders; places are those of WHATWG HTML 13.2.6 (browsers), not of our code."""

from __future__ import annotations

import pytest
import turbohtml
from hypothesis import given
from hypothesis import strategies as st

from overt.message.html import parse_html

WORDS = """<html> <body> </body> </html> <table> <tr> <td> </table> <select> </select> text <textarea> </textarea>
    <style> </style> <!-- --> '> <svg> </svg> <a <template> </template> <title> <b> <object>
    <script> </script> <svg><title>"""
MARKUP = st.lists(st.sampled_from([*WORDS.split(), "<p title='", "\r\n"])).map("".join)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<html><body><p>a</p>", "</body></html>"),
        ("<html><body>a", "</body> b </html>"),
        ("<body>a</body>b", "</body>c</html>"),
        ("<p>a", "</body></html>"),
        ("<p>a", "</BODY\n></HTML>"),
        ("<html>a", "</html>"),
        ("<p>a", ""),
        ("", ""),
        ("<p>a<!-- </body> -->b", ""),
        ("<p>a<script>'</body>'</script>b", ""),
        ("<p title='</body>'>a", ""),
        ("<textarea></body></textarea>b", ""),
        ("<body>a<style></body></style>b", "</body>"),
        ("<p>a", "<!-- unclosed </body>"),
        ("<p>a", "<textarea></body>"),
        ("<p>a", "<style>b{}</body>"),
        ("<p>a", "<img alt='b"),
        ("<p>a", "</"),
        ("<p>a", "<xmp>b"),
        ("<p>a", "<plaintext>b</body></html>"),
        ("<body>a", "<select><option>b</body></html>"),
        ("<body>a", "<template>b</body>"),
        ("<body><object><object>a</object></object>b", "<object><p>c</body>"),
        ("<body><table><tr><td>a", "</body></html>"),
        ("<table><tr><td>a", ""),
        ("<body>a<svg><path/>", "</body>"),
        ("<body>a", "<svg><desc>b</body>"),
        ("<frameset><frame></frameset>", ""),
        ("a\r\nb\r\n", "<!-- \r\n"),
        ("a\r\nb\r\n<select>\r\n</select>", "</body>"),
    ],
)
def test_content_goes_where_it_still_shows(before: str, after: str) -> None:
    assert parse_html(before + after).content_end == len(before)


@given(MARKUP)
def test_content_put_in_is_in_the_tree_and_shows(text: str) -> None:
    end = parse_html(text).content_end
    tree = turbohtml.parse(text[:end] + "<img id=probe>" + text[end:])
    probe = tree.select_one("img#probe")
    assert probe is not None
    hidden = {"textarea", "style", "select", "template", "title", "script", "object"}
    assert not hidden & {node.tag for node in probe.ancestors if isinstance(node, turbohtml.Element)}


def test_a_hundred_thousand_nested_elements_are_no_matter() -> None:
    text = "<div>" * 100_000
    assert parse_html(text).content_end == len(text)
