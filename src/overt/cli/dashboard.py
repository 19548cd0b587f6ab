"""`overt dashboard`: campaigns, people and what comes in, for whoever has an account; a process of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from overt.cli.log import start_logging
from overt.cli.settings import load_settings
from overt.cli.web import serve_web


def dashboard(*, settings: Path | None = None, parent: Annotated[int, Parameter(show=False, negative=())] = 0) -> int:
    """Run the dashboard and the API. `overt up` does it by itself, once there is an account: overt account add NAME

    Parameters
    ----------
    settings
        The settings file.
    parent
        Stop when this process is no longer the one that started us.
    """
    from overt.cli.gallery import Gallery
    from overt.cli.house import open_house
    from overt.serve.board import Board, make_app
    from overt.serve.client import TrustedProxies
    from overt.store import Accounts, Answers

    loaded = load_settings(settings)
    start_logging()
    with open_house(loaded) as house:
        gallery = Gallery(house)
        proxies = TrustedProxies(loaded.collector.trusted_proxies, field=loaded.collector.forwarded_field)
        accounts, answers = Accounts(house.engine, house.clock), Answers(house.engine, house.clock)
        board = Board(gallery, accounts, house.ledger, answers, loaded.dashboard_url, proxies)
        try:
            if not parent:
                print(f"overt: the dashboard is at {loaded.dashboard_url}; Ctrl-C stops it", flush=True)
            return asyncio.run(serve_web(make_app(board), loaded.dashboard.listen, parent, closing=gallery.end_live))
        finally:
            gallery.close()
