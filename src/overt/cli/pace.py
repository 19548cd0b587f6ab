"""Click-to-open and how soon, in words for the terminal: an interval beside each number, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from overt.cli.wording import number, plural
from overt.measure import FEWEST
from overt.measure.delay import Delay, Quantile, say_seconds
from overt.measure.following import Following

_PART = {0.25: "a quarter", 0.5: "half", 0.75: "three quarters", 0.9: "nine of ten"}


def tell_following(found: Following) -> Iterator[str]:
    """Of those who opened, who clicked; nothing where no sending tells of both."""
    bounds = found.bounds
    if not found.of:
        return
    if bounds is None:
        yield "nobody is seen opening"
        return
    low, high = bounds.lower.value or 0.0, bounds.upper.value or 0.0
    shares = f"{low:.0%}" if f"{low:.0%}" == f"{high:.0%}" else f"{low:.0%} to {high:.0%}"
    most = found.opened + found.perhaps
    opened = number(found.opened) if not found.perhaps else f"{number(found.opened)} to {number(most)}"
    yield f"{shares} of the {opened} who opened with pictures on or clicked"
    yield f"the true rate lies between {bounds.low:.0%} and {bounds.high:.0%}, at {bounds.level:.0%} confidence"
    if found.opened < FEWEST:
        yield f"fewer than {FEWEST} are seen opening: it tells little"


def tell_delay(found: Delay) -> Iterator[str]:
    """How soon people came, of those seen so far; nothing where nobody may have come."""
    if not found.seen:
        if found.hidden:
            yield f"hidden: {plural(found.hidden, 'recipient')} may have, none was seen doing so"
        return
    if found.seen < FEWEST:
        yield f"fewer than {FEWEST} are seen: it tells little"
    for one in found.quantiles:
        yield f"{_PART[one.share]} within {say_seconds(one.seconds)} ({_between(one)})"
    said = f"of {plural(found.seen, 'recipient')} seen so far; late ones will make it longer"
    if found.hidden:
        said += f"; of {number(found.hidden)} more it is hidden by machines or unknown programs"
    yield said


def _between(one: Quantile) -> str:
    if one.low is None and one.high is None:
        return f"too few for an interval at {one.level:.0%}"
    low = "" if one.low is None else f"{say_seconds(one.low)} or more" if one.high is None else say_seconds(one.low)
    high = "" if one.high is None else f"{say_seconds(one.high)} or less" if one.low is None else say_seconds(one.high)
    between = f"{low} to {high}" if low and high else low or high
    return f"{between} at {one.level:.0%}"
