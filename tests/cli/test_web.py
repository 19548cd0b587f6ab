"""Web servers for people: started again when they die, gone with their keeper."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from pathlib import Path

import pytest

from overt.cli.web import WebProcess, web_command


def test_a_process_that_ends_is_started_again_with_longer_rests(caplog: pytest.LogCaptureFixture) -> None:
    rests: list[float] = []

    async def go() -> None:
        async def sleep(seconds: float) -> None:
            rests.append(seconds)
            if len(rests) == 6:
                raise asyncio.CancelledError

        command = (sys.executable, "-c", "import sys; sys.exit('the port is taken')")
        with pytest.raises(asyncio.CancelledError):
            await WebProcess("the pages", command, {}).run(sleep)

    with caplog.at_level(logging.ERROR):
        asyncio.run(go())
    assert rests == [1.0, 5.0, 30.0, 60.0, 60.0, 60.0]
    assert "the pages ended" in caplog.text
    assert "the port is taken" in caplog.text


def test_the_process_ends_with_its_keeper() -> None:
    async def go() -> float:
        pages = WebProcess("the pages", (sys.executable, "-c", "import time; time.sleep(60)"), {})
        task = asyncio.create_task(pages.run())
        while not pages.starts:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        began = time.monotonic()
        task.cancel()
        await asyncio.wait([task])
        return time.monotonic() - began

    assert asyncio.run(go()) < 10


def test_the_command_names_this_process_and_the_settings_file() -> None:
    command = web_command("pages", Path("here.toml"))
    assert command[-2:] == ("--settings", "here.toml")
    assert command[-5:-3] == ("pages", "--parent")
