"""Places and networks from databases in several layouts, whole and broken."""

from __future__ import annotations

import json
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from overt.errors import Malformed
from overt.serve.edge import Place
from overt.serve.place import LONGEST_NAME, Atlas, Detail, read_name, read_network

BERLIN = {"country": {"iso_code": "DE"}, "subdivisions": [{"iso_code": "BE"}], "city": {"names": {"en": "Berlin"}}}


def write(path: Path, rows: dict[str, Any]) -> Path:
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True)
    for network, row in rows.items():
        writer.insert_network(IPSet([network]), row)
    writer.to_db_file(str(path))
    return path


@pytest.fixture
def places(tmp_path: Path) -> Path:
    rows = {"192.0.2.0/24": BERLIN, "198.51.100.0/24": {"country_code": "fr"}, "2001:db8::/32": BERLIN}
    return write(tmp_path / "places.mmdb", rows)


def test_a_place_is_a_country_unless_a_region_is_asked_for(places: Path, tmp_path: Path) -> None:
    networks = write(tmp_path / "networks.mmdb", {"192.0.2.0/24": {"autonomous_system_number": 64500}})
    atlas = Atlas(places, networks)
    assert atlas(ip_address("192.0.2.7")) == Place("DE", 64500)
    assert atlas(ip_address("198.51.100.7")) == Place("FR", 0)
    assert atlas(ip_address("2001:db8::7")) == Place("DE", 0)
    assert atlas(ip_address("203.0.113.7")) == Place("", 0)
    finer = Atlas(places, None, detail=Detail.REGION)
    assert finer(ip_address("192.0.2.7")) == Place("DE-BE", 0)
    assert finer(ip_address("198.51.100.7")) == Place("FR", 0)


@pytest.mark.parametrize(
    ("found", "network"),
    [
        ({"autonomous_system_number": 64500}, 64500),
        ({"asn": "AS64500"}, 64500),
        ({"asn": "64500"}, 64500),
        ({"autonomous_system_number": -1}, 0),
        ({"autonomous_system_number": 1 << 32}, 0),
        ({"asn": "AS" + "9" * 5000}, 0),
        ({"asn": ["x"]}, 0),
        ({}, 0),
    ],
)
def test_a_network_is_a_number_of_32_bits(found: dict[str, Any], network: int) -> None:
    assert read_network(found) == network


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["country", "iso_code", "subdivisions", "country_code", "asn"]), inner)
    ),
)


@given(st.dictionaries(st.sampled_from(["country", "subdivisions", "country_code", "asn"]), JSON))
def test_any_entry_gives_a_coarse_place(found: dict[str, Any]) -> None:
    for detail in Detail:
        assert len(read_name(found, detail)) <= LONGEST_NAME
    assert 0 <= read_network(found) < 1 << 32


def test_what_is_no_database_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "x.mmdb").write_bytes(b"no database" * 100)
    with pytest.raises(Malformed, match=r"x\.mmdb cannot be used"):
        Atlas(tmp_path / "x.mmdb", None)
    with pytest.raises(Malformed, match="cannot be used"):
        Atlas(None, tmp_path / "none.mmdb")


def test_a_broken_database_is_told_or_knows_nothing(corpus: Path) -> None:
    for path in sorted((corpus / "geo").glob("*broken*.mmdb")):
        try:
            atlas = Atlas(path, path)
        except Malformed:
            continue
        for text in ("1.1.1.1", "1.1.1.16", "1.1.1.32", "2001:db8::1", "255.255.255.255"):
            assert atlas(ip_address(text)) == Place("", 0)


def test_maxminds_own_databases_are_read_as_they_say(corpus: Path) -> None:
    atlas = Atlas(
        corpus / "geo" / "GeoIP2-City-Test.mmdb", corpus / "geo" / "GeoLite2-ASN-Test.mmdb", detail=Detail.REGION
    )
    seen = 0
    for rows, which in (("GeoIP2-City-Test.json", "name"), ("GeoLite2-ASN-Test.json", "network")):
        for row in json.loads((corpus / "geo" / rows).read_text()):
            for network, entry in row.items():
                place = atlas(ip_network(network, strict=False)[0])
                if which == "network":
                    expected: object = entry.get("autonomous_system_number", 0)
                else:
                    country = entry.get("country", {}).get("iso_code", "")
                    region = (entry.get("subdivisions") or [{}])[0].get("iso_code", "")
                    expected = f"{country}-{region}" if country and region else country
                assert getattr(place, which) == expected, network
                seen += 1
    assert seen > 100
