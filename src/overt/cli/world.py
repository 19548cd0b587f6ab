"""A map of where people were: countries shaded by visits, as a Vega-Lite specification that loads nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

# Ocean, and countries from which nobody came; both are seen on a light page and on a dark one.
LAND: Final = "#9aa5a0"
SCHEME: Final = "yellowgreenblue"


@dataclass(frozen=True, slots=True)
class Country:
    """A country's code (ISO 3166-1, two letters), its name, and its shape as GeoJSON has it."""

    code: str
    name: str
    shape: list[Any]


@lru_cache(1)
def read_world() -> tuple[Country, ...]:
    """The countries that are large enough to be seen on a map of the world."""
    return tuple(_read_lines((files("overt.cli") / "world.tsv").read_text("utf-8")))


def _read_lines(text: str) -> Iterator[Country]:
    for line in text.splitlines():
        if not line.startswith("#"):
            code, name, shape = line.split("\t")
            yield Country(code, name, json.loads(shape))


def by_country(places: Mapping[str, int]) -> Mapping[str, int]:
    """Visits by country, of places that may be regions (`DE-BY`)."""
    sums: Counter[str] = Counter()
    for place, visits in places.items():
        sums[place.partition("-")[0]] += visits
    return sums


def too_small(places: Mapping[str, int]) -> tuple[str, ...]:
    """Countries of which there are visits and no shape."""
    drawn = {country.code for country in read_world()}
    return tuple(code for code in by_country(places) if code not in drawn)


def draw_places(places: Mapping[str, int]) -> Any:
    """The map: an Altair chart."""
    import altair as alt

    visits = by_country(places)
    shapes = [
        {
            "type": "Feature",
            "geometry": {"type": "MultiPolygon", "coordinates": country.shape},
            "country": country.name,
            "visits": visits.get(country.code, 0) if country.code else 0,
        }
        for country in read_world()
    ]
    base = alt.Chart(alt.InlineData(values=shapes)).mark_geoshape(stroke="white", strokeWidth=0.3)
    seen = base.transform_filter("datum.visits > 0").encode(
        color=alt.Color(
            "visits:Q",
            scale=alt.Scale(scheme=SCHEME, type="sqrt", domainMin=0),
            legend=alt.Legend(title="visits by people", orient="top", format="d", tickMinStep=1),
        ),
        tooltip=[alt.Tooltip("country:N"), alt.Tooltip("visits:Q", format="d")],
    )
    return alt.layer(base.encode(color=alt.value(LAND)), seen).project("equalEarth")
