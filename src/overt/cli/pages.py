"""`overt pages`: what recipients see of themselves and may change, served in a process of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from overt.cli.log import start_logging
from overt.cli.settings import load_settings
from overt.cli.web import serve_web

if TYPE_CHECKING:
    from overt.cli.house import House
    from overt.serve.pages import Desk


def pages(*, settings: Path | None = None, parent: Annotated[int, Parameter(show=False, negative=())] = 0) -> int:
    """Run the recipients' pages: what is recorded about me, change it, unsubscribe. `overt up` does it by itself.

    Parameters
    ----------
    settings
        The settings file.
    parent
        Stop when this process is no longer the one that started us.
    """
    from overt.cli.house import open_house
    from overt.serve.pages import make_app

    loaded = load_settings(settings, needed=("base_url",))
    start_logging()
    with open_house(loaded, make_keys=True) as house:
        return asyncio.run(serve_web(make_app(make_desk(house)), loaded.pages.listen, parent))


def make_desk(house: House) -> Desk:
    """The desk behind the pages, on what the house holds."""
    from overt.measure import parse_mode
    from overt.serve.pages import Desk, Sender
    from overt.store import Eraser, Queue, SuppressionList

    settings, keyring = house.settings, house.need_keyring()

    sender = Sender(
        name=settings.sender.name,
        contact=settings.sender.contact,
        address=settings.pages.address or next(iter(settings.sender.addresses), ""),
        base_url=settings.pages_url,
        opens=parse_mode(settings.modes.opens),
        links=parse_mode(settings.modes.links),
        language=settings.disclosure.language,
    )
    return Desk(
        house.ledger,
        Queue(house.engine, house.clock),
        SuppressionList(house.engine, keyring, house.clock),
        keyring,
        sender,
        read_hits=house.hits_of,
        eraser=Eraser(house.engine, keyring, house.clock),
        clock=house.clock,
    )
