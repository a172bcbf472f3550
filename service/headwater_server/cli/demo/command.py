"""`headwater demo`: the whole loop on one machine, in about a minute."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from headwater import HeadwaterError
from headwater_server.cli.demo.crowd import Crowd, SimulatedCrowd
from headwater_server.cli.demo.feed import LostEventError
from headwater_server.cli.demo.meters import Meters
from headwater_server.cli.demo.recorded import RecordedCrowd
from headwater_server.cli.demo.screen import Screen
from headwater_server.cli.demo.server_process import ServerFailedError, ServerProcess
from headwater_server.cli.demo.shop.command import Wish, open_shop
from headwater_server.cli.demo.story import Story
from headwater_server.cli.failures import FAILED, explained, fail
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.shop_history import read_history

RESTART_S = 5.0  # what a kill, a start and two digests take, about
SERVING_MIN = 0.5  # share of the time, however long a cold start took
TOLD_EVERY_S = 25.0
SNAPSHOT_S = "10"  # often, so that the restart is what it is in a long life: snapshot and tail
TITLE = "Headwater: recommending, hearing back, having learned"


def demo(
    events: Annotated[
        Path | None, typer.Option(help="CSV (.gz) of a shop's events; else simulated shoppers")
    ] = None,
    items: Annotated[Path | None, typer.Option(help="CSV (.gz) of its items")] = None,
    seconds: Annotated[
        float, typer.Option(min=5, help="how long it takes, about; a long file takes longer")
    ] = 60.0,
    kills: Annotated[int, typer.Option(min=0, help="kill -9 and restart this often")] = 1,
    data_dir: Annotated[
        Path | None, typer.Option(help="keep the server's data here; else it is thrown away")
    ] = None,
    seed: Annotated[int, typer.Option(help="seed of the simulated shoppers")] = 1,
    shop: Annotated[
        bool, typer.Option("--shop", help="open a shop in the browser instead, until Ctrl-C")
    ] = False,
    listen: Annotated[
        str, typer.Option(help="with --shop: host:port of its page; port 0 takes a free one")
    ] = "127.0.0.1:8080",
    visits: Annotated[
        float, typer.Option(min=0, help="with --shop: visits of simulated others a minute")
    ] = 20.0,
) -> None:
    """Watch a shop's visitors being served and learned from.

    `headwater demo --shop` opens a shop in the browser: a server on an embedded store, its gateway
    and the page, filled with 300 products and four weeks of simulated shoppers, or with your own
    files (--events, --items). It prints the addresses of the shop and of the console, with its key.
    Click, and the lists follow; "why this?" tells why. Each browser window with a ?visitor=NAME of
    its own is a visitor of its own.

    Without --shop the whole loop runs in the terminal, in about a minute.

    Starts a real server on an embedded store, feeds it through its API, kills it half-way, starts
    it again, and shows that nothing was lost. Of a file, the first part is told in batches, and
    the last part played live: Recommend, then Feedback.

    The hit rate of a file counts as a backtest does: acts of positive reward after its first
    tenth, not on the item that the visitor touched just before; a hit is the act's item among the
    best 20, asked for just before. Of simulated shoppers it counts the visits for a certain item.
    """
    if shop:
        open_shop(Wish(listen, events, items, seed, visits), data_dir)
        return
    with explained():
        crowd = _crowd(events, items, seed)
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="headwater-demo-")
        directory = data_dir or Path(stack.enter_context(temporary))
        whole, failure = False, ""
        try:
            whole = asyncio.run(_run(crowd, directory, seconds, kills))
        except* (HeadwaterError, LostEventError, ServerFailedError, OSError) as group:
            failure = f"the demo broke off: {_innermost(group)}"
    if failure:  # not raised above, where it would become one of a group
        fail(failure, FAILED)
    if not whole:
        fail("the server did not keep what it had acknowledged", FAILED)


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _crowd(events: Path | None, items: Path | None, seed: int) -> Crowd:
    if events is None:
        return SimulatedCrowd(seed)
    return RecordedCrowd(read_history(events, items, EngineSettings()))


async def _run(crowd: Crowd, directory: Path, seconds: float, kills: int) -> bool:
    server, meters = ServerProcess(directory, "--snapshot-interval-s", SNAPSHOT_S), Meters()
    with Screen(TITLE, meters) as screen:
        screen.happen("starting a server with an embedded store (the first start compiles: 20 s)")
        started = time.monotonic()
        try:
            await _started(server, screen)
            left_s = seconds - (time.monotonic() - started) - kills * RESTART_S
            serving_s = max(left_s, seconds * SERVING_MIN)
            return await Story(server, crowd, screen, meters, serving_s, kills).play()
        finally:
            await server.stop()


async def _started(server: ServerProcess, screen: Screen) -> None:
    """Start it, and say meanwhile that it goes on: who sees nothing for minutes breaks off."""
    telling = asyncio.create_task(_tell(screen))
    try:
        await server.start()
    finally:
        telling.cancel()


async def _tell(screen: Screen) -> None:
    while True:
        await asyncio.sleep(TOLD_EVERY_S)
        screen.happen("still compiling: the machine is small or busy; later starts are quick")
