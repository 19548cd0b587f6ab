"""Charts of reports, as Vega-Lite specifications by Altair: for the dashboard as they are, for files as pictures.

Times are told in the reader's time zone: the drawing library is given the clock on the reader's wall and told that it
is UTC, for it knows no zones but that and the browser's.
"""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from overt.cli.world import draw_places
from overt.errors import Refused
from overt.measure import CampaignReport
from overt.measure.line import TimeLine
from overt.measure.row import Hour, hours_of
from overt.measure.sendtime import DAYS, SendTimes
from overt.store.disk import reporting

MOST_HOURS: Final = 24 * 14  # as bars of hours; of a longer time the days are drawn
# Okabe and Ito 2008, jfly.uni-koeln.de/color: told apart by people who see colours otherwise.
COLOURS: Final = {"people": "#009E73", "fetched ahead": "#E69F00", "unknown": "#56B4E9", "machines": "#999999"}
_GROUPS: Final = {"human": "people", "proxy": "people", "prefetch": "fetched ahead", "machine": "machines"}
KINDS: Final = {"beacon": "Loads", "link": "Clicks"}
FILES: Final = ("png", "svg", "pdf", "html", "json")


def can_draw() -> bool:
    """Whether what draws is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("altair", "vl_convert"))


def draw_hours(hours: Iterable[Hour], kind: str, zone: str) -> Mapping[str, Any]:
    """Visits of one kind (`beacon` or `link`) by time and by who made them, as wide as there is room for."""
    return _fill(_bars([one for one in hours if one.kind == kind], zone))


def draw_spans(times: Iterable[TimeLine], kind: str, zone: str) -> Mapping[str, Any]:
    """Requests of one kind of a shared message by stretches of time, likewise; none that is hidden is drawn."""
    return _fill(_spans(times, kind, zone))


def draw_report(made: CampaignReport, zone: str) -> Any:
    """Loads and clicks one below the other, for a file: an Altair chart. Raises `Refused` where there are none."""
    import altair as alt

    charts = []
    hours = hours_of(made.individual.recipients) if made.individual else ()
    for kind, name in KINDS.items():
        if any(one.kind == kind for one in hours):
            found = [one for one in hours if one.kind == kind]
            charts.append(_bars(found, zone).properties(title=f"{name}, of who granted it"))
    times = made.shared.times if made.shared else ()
    for kind, name in KINDS.items():
        if any(_requests(one, kind) for one in times):
            charts.append(_spans(times, kind, zone).properties(title=f"{name}, shared, without machines"))
    charts = [chart.properties(width=640, height=180) for chart in charts]
    if made.individual and made.individual.places:
        charts.append(draw_places(made.individual.places).properties(width=640, height=320, title="Where people were"))
    if not charts:
        raise Refused(f'there is nothing to draw of "{made.name}" yet')
    title = f"{made.name}: by time ({zone})"
    return alt.vconcat(*charts).resolve_scale(color="independent").properties(title=title, background="white")


def save_report(made: CampaignReport, path: Path, zone: str = "UTC") -> None:
    """Draw into a file; its name says of which kind. Raises `Refused` for a name of another kind."""
    save_chart(draw_report(made, zone), path)


def draw_send_times(found: SendTimes) -> Any:
    """Weekdays by hours, or one of the two as bars with intervals, for a file: an Altair chart."""
    title = f"Messages clicked within three days, by when they were sent ({found.zone})"
    width, height = (680, 220) if found.by == "both" else (480, 260)
    caution = [found.said, "Observational: what was sent at other times was other mail to other people."]
    return _slots(found).properties(width=width, height=height, title={"text": title, "subtitle": caution})


def fill_send_times(found: SendTimes) -> Mapping[str, Any]:
    """The same as wide as there is room for."""
    return _fill(_slots(found))


def fill_places(places: Mapping[str, int]) -> Mapping[str, Any]:
    """A map of where people were, as wide as there is room for."""
    import altair as alt

    drawn: dict[str, Any] = (
        draw_places(places)
        .properties(width="container", height=340, autosize=alt.AutoSizeParams(type="fit", contains="padding"))
        .to_dict()
    )
    return drawn


def save_chart(chart: Any, path: Path) -> None:
    """Draw into a file; its name says of which kind. Raises `Refused` for a name of another kind."""
    kind = path.suffix.removeprefix(".").lower()
    if kind not in FILES:
        raise Refused(f"{path.name} is no picture that overt draws; end it with .{', .'.join(FILES)}")
    with reporting("write", path):
        chart.save(str(path), format=kind, **({"inline": True} if kind == "html" else {}))  # it loads nothing


def _fill(chart: Any) -> Mapping[str, Any]:
    import altair as alt

    drawn: dict[str, Any] = chart.properties(
        width="container", height=160, autosize=alt.AutoSizeParams(type="fit-x", contains="padding")
    ).to_dict()
    return drawn


def _slots(found: SendTimes) -> Any:
    import altair as alt

    rows = [
        {
            "day": "" if cell.weekday is None else DAYS[cell.weekday],
            "hour": cell.hour,
            "share": cell.value if cell.value is not None else cell.clicked / cell.sendings,
            "low": cell.low,
            "high": cell.high,
            "messages": cell.sendings,
            "campaigns": cell.campaigns,
        }
        for cell in found.cells
        if not cell.few
    ]
    share = alt.Axis(format="%", title=None)
    hours = alt.X(
        "hour:O",
        scale=alt.Scale(domain=list(range(24))),
        axis=alt.Axis(labelAngle=0, labelOverlap=True, title="hour"),
    )
    tips: list[Any] = [
        *([alt.Tooltip("day:N", title="weekday")] if found.by != "hour" else []),
        *([alt.Tooltip("hour:O")] if found.by != "weekday" else []),
        alt.Tooltip("share:Q", format=".1%"),
        alt.Tooltip("low:Q", format=".1%"),
        alt.Tooltip("high:Q", format=".1%"),
        alt.Tooltip("messages:Q"),
        alt.Tooltip("campaigns:Q"),
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(tooltip=tips)
    if found.by == "both":
        days = alt.Y("day:O", sort=list(DAYS), scale=alt.Scale(domain=list(DAYS)), axis=alt.Axis(title=None))
        squares = base.mark_rect(stroke="white").encode(
            x=hours,
            y=days,
            color=alt.Color(
                "share:Q",
                scale=alt.Scale(scheme="viridis", reverse=True),
                legend=alt.Legend(format="%", title="clicked (dot: one campaign only)", titleLimit=0, orient="top"),
            ),
        )
        # White with a dark edge is seen on every colour of the scale.
        alone = base.transform_filter("datum.campaigns == 1").mark_point(
            filled=True, size=50, fill="white", stroke="black", opacity=1
        )
        return squares + alone.encode(x=hours, y=days)
    along = alt.X("day:O", sort=list(DAYS), axis=alt.Axis(labelAngle=0, title=None)) if found.by == "weekday" else hours
    points = base.mark_point(filled=True, size=60, color=COLOURS["people"]).encode(
        x=along, y=alt.Y("share:Q", axis=share)
    )
    intervals = base.mark_rule(color=COLOURS["people"]).encode(x=along, y=alt.Y("low:Q", axis=share), y2="high:Q")
    return intervals + points


def _time_axis() -> Any:
    import altair as alt

    return alt.Axis(labelOverlap=True, format="%d %b %H:%M", tickCount=8)


def _requests(one: TimeLine, kind: str) -> int | None:
    return one.beacons if kind == "beacon" else one.clicks


def _spans(times: Iterable[TimeLine], kind: str, zone: str) -> Any:
    import altair as alt

    place, rows = ZoneInfo(zone), []
    for one in times:
        ends = (one.start, one.start + timedelta(hours=one.hours))
        start, end = (f"{moment.astimezone(place).replace(tzinfo=None).isoformat()}Z" for moment in ends)
        rows.append({"at": start, "to": end, "requests": _requests(one, kind)})
    return (
        alt.Chart(alt.InlineData(values=[row for row in rows if row["requests"] is not None]))
        .mark_bar(color=COLOURS["people"], stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X("at:T", title=None, scale=alt.Scale(type="utc"), axis=_time_axis()),
            x2="to:T",
            y2=alt.datum(0),  # without it a bar that has two ends across has no height
            y=alt.Y("requests:Q", title=None, axis=alt.Axis(tickMinStep=1, format="d")),
        )
    )


def _bars(hours: list[Hour], zone: str) -> Any:
    import altair as alt

    place = ZoneInfo(zone)
    step = "day" if len({one.at for one in hours}) > MOST_HOURS else "hour"
    sums: Counter[tuple[datetime, str]] = Counter()
    for one in hours:
        wall = one.at.astimezone(place).replace(tzinfo=None)
        start = wall.replace(hour=0) if step == "day" else wall
        sums[start, _GROUPS.get(one.actor, "unknown")] += one.visits
    rows = [
        {"at": f"{start.isoformat()}Z", "who": who, "visits": visits, "order": list(COLOURS).index(who)}
        for (start, who), visits in sorted(sums.items())
    ]
    return (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar()
        .encode(
            x=alt.X(
                "at:T",
                timeUnit="utcyearmonthdate" if step == "day" else "utcyearmonthdatehours",
                title=None,
                axis=_time_axis(),
            ),
            y=alt.Y("sum(visits):Q", title=None, axis=alt.Axis(tickMinStep=1, format="d")),
            color=alt.Color(
                "who:N",
                title=None,
                scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())),
                legend=alt.Legend(orient="top"),
            ),
            order=alt.Order("order:Q"),
        )
    )


def bundle_script() -> str:
    """Vega, Vega-Lite and their embedder as one script; takes some seconds."""
    import vl_convert

    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
