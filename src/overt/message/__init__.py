"""The anatomy of a message, for both ends: bytes to a tree of spans, and edits back. No I/O."""

from overt.message.address import Address, find_addresses, parse_address
from overt.message.css import CssUrl, find_urls, write_url
from overt.message.edit import Edit, Span, apply_edits, invert_edits
from overt.message.field import Field, parse_parameters
from overt.message.html import Attribute, Element, Html, parse_html, write_value
from overt.message.hypertext import find_base
from overt.message.parse import parse
from overt.message.part import Defect, Message, Part
from overt.message.reference import Leaf, Reference, walk, walk_leaves
from overt.message.text import Text, TextEdit, read_text
from overt.message.url import (
    QueryPair,
    Url,
    find_text_urls,
    is_web,
    query_pairs,
    registrable_domain,
    resolve_url,
    split_url,
)
from overt.message.vector import VECTORS, Vector

__all__ = [
    "VECTORS",
    "Address",
    "Attribute",
    "CssUrl",
    "Defect",
    "Edit",
    "Element",
    "Field",
    "Html",
    "Leaf",
    "Message",
    "Part",
    "QueryPair",
    "Reference",
    "Span",
    "Text",
    "TextEdit",
    "Url",
    "Vector",
    "apply_edits",
    "find_addresses",
    "find_base",
    "find_text_urls",
    "find_urls",
    "invert_edits",
    "is_web",
    "parse",
    "parse_address",
    "parse_html",
    "parse_parameters",
    "query_pairs",
    "read_text",
    "registrable_domain",
    "resolve_url",
    "split_url",
    "walk",
    "walk_leaves",
    "write_url",
    "write_value",
]
