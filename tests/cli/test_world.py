"""The map of places: countries that are drawn, and what they are."""

from __future__ import annotations

import json
from itertools import pairwise

from overt.cli.world import by_country, draw_places, read_world, too_small


def test_the_world_has_its_countries_where_they_are() -> None:
    world = {country.code: country for country in read_world() if country.code}
    assert len(world) > 160
    # ISO 3166-1, and capitals by their coordinates: Paris, Nairobi, Canberra, Brasilia.
    for code, lon, lat in (("FR", 2.35, 48.86), ("KE", 36.82, -1.29), ("AU", 149.13, -35.28), ("BR", -47.88, -15.79)):
        rings = [ring for polygon in world[code].shape for ring in polygon[:1]]
        assert any(_holds(ring, lon, lat) for ring in rings), code
    for country in world.values():
        assert all(
            -180 <= lon <= 180 and -90 <= lat <= 90
            for polygon in country.shape
            for ring in polygon
            for lon, lat in ring
        )


def _holds(ring: list[list[float]], lon: float, lat: float) -> bool:
    """Ray casting (Shimrat 1962)."""
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def test_regions_are_put_to_their_country_and_what_is_too_small_is_known() -> None:
    assert by_country({"DE-BY": 3, "DE": 4, "MT": 1}) == {"DE": 7, "MT": 1}
    assert too_small({"DE-BY": 3, "MT": 1, "SG": 2}) == ("MT", "SG")


def test_the_drawing_loads_nothing_and_has_the_visits() -> None:
    drawn = json.dumps(draw_places({"FR": 30, "DE-BY": 12}).to_dict())
    assert '"url"' not in drawn
    assert '"country": "France", "visits": 30' in drawn
    assert '"country": "Germany", "visits": 12' in drawn
