"""The demo in the terminal: a server, a crowd of visitors, and the story of one minute."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from headwater import HeadwaterError
from headwater_server.cli.compiling import COST
from headwater_server.cli.demo.crowd import Crowd, SimulatedCrowd
from headwater_server.cli.demo.feed import LostEventError
from headwater_server.cli.demo.meters import Meters
from headwater_server.cli.demo.recorded import RecordedCrowd
from headwater_server.cli.demo.screen import Screen
from headwater_server.cli.demo.server_process import ServerFailedError, ServerProcess
from headwater_server.cli.demo.story import Story
from headwater_server.cli.reading.files import read_files
from headwater_server.cli.reading.flags import Reading
from headwater_server.engine.settings import EngineSettings

RESTART_S = 5.0  # what a kill, a start and two digests take, about
SERVING_MIN = 0.5  # share of the time, even after a long cold start
PROGRESS_S = 10.0
SNAPSHOT_S = "10"  # often, so that the restart is as usual: from a snapshot and the newest entries
TITLE = "Headwater: recommend, receive feedback, learn"


class DemoFailedError(Exception):
    """The demo stopped; the text says why."""


def play(crowd: Crowd, data_dir: Path | None, seconds: float, kills: int) -> bool:
    """Play the demo; return whether the server kept every promise. Raises `DemoFailedError`."""
    failure = ""
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="headwater-demo-")
        directory = data_dir or Path(stack.enter_context(temporary))
        whole = False
        try:
            whole = asyncio.run(_run(crowd, directory, seconds, kills))
        except* (HeadwaterError, LostEventError, ServerFailedError, OSError) as group:
            failure = str(_innermost(group))
    if failure:  # not raised above, where it would become one of a group
        raise DemoFailedError(failure)
    return whole


def crowd_of(files: Reading, seed: int) -> Crowd:
    """Return the visitors of your files, or simulated ones. Raises `BadFile`."""
    if not files.events:
        return SimulatedCrowd(seed)
    return RecordedCrowd(read_files(files, EngineSettings()).in_memory())


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def _run(crowd: Crowd, directory: Path, seconds: float, kills: int) -> bool:
    server, meters = ServerProcess(directory, "--snapshot-interval-s", SNAPSHOT_S), Meters()
    with Screen(TITLE, meters) as screen:
        screen.happen("starting a server with an embedded store")
        started = time.monotonic()
        try:
            await _started(server, screen)
            left_s = seconds - (time.monotonic() - started) - kills * RESTART_S
            serving_s = max(left_s, seconds * SERVING_MIN)
            return await Story(server, crowd, screen, meters, serving_s, kills).play()
        finally:
            await server.stop()


async def _started(server: ServerProcess, screen: Screen) -> None:
    """Start the server; show meanwhile how far it has compiled, so that nobody gives up."""
    showing = asyncio.create_task(_show_compiling(server, screen))
    try:
        await server.start()
    finally:
        showing.cancel()


async def _show_compiling(server: ServerProcess, screen: Screen) -> None:
    before = ""
    while True:
        if (progress := server.compiling()) and progress != before:
            screen.happen(progress if before else f"{progress} (first start: {COST})")
            before = progress
        await asyncio.sleep(PROGRESS_S if before else 1.0)
