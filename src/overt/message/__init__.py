"""The anatomy of a message, for both ends: bytes to a tree of spans, and edits back. No I/O."""

from overt.message.address import Address, find_addresses, parse_address
from overt.message.edit import Edit, Span, apply_edits, invert_edits
from overt.message.field import Field, parse_parameters
from overt.message.parse import parse
from overt.message.part import Defect, Message, Part
from overt.message.text import Text, TextEdit, read_text
