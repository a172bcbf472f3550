"""`headwater demo`: the whole loop on one machine, in about a minute."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from headwater import HeadwaterError
from headwater_server.cli.demo.crowd import Crowd, RecordedCrowd, SimulatedCrowd
from headwater_server.cli.demo.feed import LostEventError
from headwater_server.cli.demo.meters import Meters
from headwater_server.cli.demo.screen import Screen
from headwater_server.cli.demo.server_process import ServerFailedError, ServerProcess
from headwater_server.cli.demo.story import Story
from headwater_server.cli.failures import FAILED, explained, fail
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.history import read_history

OUTSIDE_SERVING = 0.8  # the rest of the time goes to starts, the restart and the summary
TITLE = "Headwater: recommending, hearing back, having learned"


def demo(
    events: Annotated[
        Path | None, typer.Option(help="CSV (.gz) of a shop's events; else simulated shoppers")
    ] = None,
    items: Annotated[Path | None, typer.Option(help="CSV (.gz) of its items")] = None,
    seconds: Annotated[float, typer.Option(min=5, help="how long it takes, about")] = 60.0,
    kills: Annotated[int, typer.Option(min=0, help="kill -9 and restart this often")] = 1,
    data_dir: Annotated[
        Path | None, typer.Option(help="keep the server's data here; else it is thrown away")
    ] = None,
    seed: Annotated[int, typer.Option(help="seed of the simulated shoppers")] = 1,
) -> None:
    """Watch a shop's visitors being served and learned from.

    Starts a real server on an embedded store, feeds it through its API, kills it half-way, starts
    it again, and shows that nothing was lost.
    """
    with explained():
        crowd = _crowd(events, items, seed)
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="headwater-demo-")
        directory = data_dir or Path(stack.enter_context(temporary))
        try:
            whole = asyncio.run(_run(crowd, directory, seconds, kills))
        except* (HeadwaterError, LostEventError, ServerFailedError) as group:
            fail(f"the demo broke off: {group.exceptions[0]}")
    if not whole:
        raise typer.Exit(FAILED)


def _crowd(events: Path | None, items: Path | None, seed: int) -> Crowd:
    if events is None:
        return SimulatedCrowd(seed)
    return RecordedCrowd(read_history(events, items, EngineSettings()))


async def _run(crowd: Crowd, directory: Path, seconds: float, kills: int) -> bool:
    server, meters = ServerProcess(directory), Meters()
    with Screen(TITLE, meters) as screen:
        screen.happen("starting a server with an embedded store")
        try:
            await server.start()
            story = Story(server, crowd, screen, meters, seconds * OUTSIDE_SERVING, kills)
            return await story.play()
        finally:
            await server.stop()
