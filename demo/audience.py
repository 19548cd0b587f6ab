"""What two hundred simulated recipients do with a message: most read it nowhere we can see, some read, some click.

The shares are invented, seeded and the same at every run. What each program does is `overt.testing.reader`'s.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from overt.testing.reader import Client, Simulation, client

CLICKED = client("chrome")  # links open in a browser, whatever shows the mail
CLICK_SHARE = 0.35
# Who opens and follows a link within a second is taken for a scanner, and rightly so; our readers take their time.
READING_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Habit:
    """What one kind of recipient does: `share` of all, the program, its cache's name, what it does on delivery."""

    name: str
    share: float
    program: str
    reads: bool = True
    cache: str = ""
    on_delivery: str = ""


HABITS: tuple[Habit, ...] = (
    Habit("never looks, or with pictures off", 0.44, "", reads=False),
    Habit("Thunderbird", 0.09, "thunderbird"),
    Habit("Outlook", 0.11, "outlook"),
    Habit("Apple Mail without its proxy", 0.05, "apple-mail-direct"),
    Habit("Gmail, through Google's image proxy", 0.12, "gmail-proxy", cache="gmail"),
    Habit("Yahoo, through its image proxy", 0.04, "yahoo-proxy", cache="yahoo"),
    Habit("Apple Mail, fetched ahead by its proxy", 0.09, "apple-prefetch", reads=False, on_delivery="prefetch"),
    Habit("a scanner follows every link", 0.04, "barracuda", reads=False, on_delivery="scan"),
    Habit("a scanner that says it is Chrome", 0.02, "chrome-faced-scanner", reads=False, on_delivery="scan"),
)


def draw_habits(number: int, chance: Random) -> list[Habit]:
    """A habit for each recipient."""
    return chance.choices(HABITS, weights=[habit.share for habit in HABITS], k=number)


async def act_out(
    messages: Sequence[bytes], habits: Sequence[Habit], simulation: Simulation, chance: Random, done: Callable[[], None]
) -> Counter[str]:
    """Let each recipient do to their message what is their habit; how many did what, by habit, and who clicked."""
    told: Counter[str] = Counter()
    clicks: list[tuple[bytes, Client, int]] = []
    for number, (message, habit) in enumerate(zip(messages, habits, strict=True)):
        told[habit.name] += 1
        if habit.on_delivery == "prefetch":
            await simulation.display(message, client(habit.program))
        elif habit.on_delivery == "scan":
            await simulation.scan(message, client(habit.program))
        elif habit.reads:
            await _read(message, habit, simulation, chance, number, clicks)
        done()
    await asyncio.sleep(READING_SECONDS)
    for message, reader, link in clicks:
        if await simulation.click(message, reader, link):
            told["clicked a link"] += 1
    return told


async def _read(
    message: bytes,
    habit: Habit,
    simulation: Simulation,
    chance: Random,
    number: int,
    clicks: list[tuple[bytes, Client, int]],
) -> None:
    """Display the message, and put down what link will be followed."""
    program = client(habit.program)
    own = _address(program, number)
    await simulation.display(message, own if not habit.cache else program, cache=habit.cache)
    if chance.random() < 0.15 and not habit.cache:  # some look twice
        await simulation.display(message, own)
    if chance.random() < CLICK_SHARE:
        clicks.append((message, _address(CLICKED, number), chance.randrange(3)))


def _address(program: Client, number: int) -> Client:
    """The program at an address of its own, out of the networks kept for documents (RFC 5737, RFC 3849)."""
    if ":" in program.address:
        return program.at(f"2001:db8:{number:x}::7")
    return program.at(f"198.51.100.{number % 254 + 1}")
