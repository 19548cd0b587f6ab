"""Two hundred invented recipients, the same at every run: seeded names, addresses under reserved domains."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

FIRST = (
    "Ada Amir Anke Aoife Arun Bela Bo Carla Chidi Clara Dag Dina Edda Emeka Enzo Esra Finn Freya Gita Hana Hugo Ines "
    "Isak Jale Jonas Juna Kaito Karin Lars Lena Lior Lucia Malik Mara Mei Milan Nadia Nils Noor Olga Omar Paula Pavel "
    "Quinn Rana Rosa Sami Selma Sven Tariq Tess Tomas Uma Vera Wim Xenia Yara Yusuf Zoe"
).split()
TOWNS = ("Northquay", "Weirbridge", "Millford", "Saltmarsh")
DOMAINS = ("example.org", "example.net", "example.com")  # RFC 2606
GRANTED_OF_TEN = 3


@dataclass(frozen=True, slots=True)
class Person:
    """One recipient; `granted` says that they agreed to be measured one by one."""

    address: str
    first: str
    town: str
    granted: bool


def make_people(number: int, chance: Random) -> tuple[Person, ...]:
    """`number` people with addresses of their own."""
    people = []
    for count in range(1, number + 1):
        first = chance.choice(FIRST)
        address = f"{first.lower()}.{count:03d}@{chance.choice(DOMAINS)}"
        people.append(Person(address, first, chance.choice(TOWNS), chance.randrange(10) < GRANTED_OF_TEN))
    return tuple(people)


def write_list(people: Sequence[Person], path: Path) -> None:
    """The list as a sender keeps it. Consent is not in it: that is the ledger's."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("email", "first", "town"))
        rows.writerows((person.address, person.first, person.town) for person in people)
