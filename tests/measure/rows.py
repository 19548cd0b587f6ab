"""Rows as Apple publishes them, of ranges that belong to its partners' networks, and the list they make."""

from __future__ import annotations

from datetime import date

from overt.measure.clues import Egress
from overt.measure.listing import open_listing, pack_listing, read_listing

# Written after the published form (prefix,country,region,city,); which city is where is made up.
ROWS = b"""\
172.224.226.0/27,GB,GB-EN,London,
172.224.226.32/27,GB,GB-EN,London,
172.224.227.0/24,DE,DE-BE,Berlin,
104.28.40.8/31,FR,FR-IDF,Paris,
2a02:26f7:b000:4000::/64,NL,NL-NH,Amsterdam,
2a02:26f7:b000:4001::/64,NL,NL-NH,Amsterdam,
2606:54c0:7680::/45,US,US-CA,,
"""
DAY = date(2026, 11, 2)


def make_list(rows: bytes = ROWS) -> Egress:
    return open_listing(pack_listing(read_listing(rows), DAY, source="rows"))[1]
