"""`python -m benchmarks.stall`: answers while snapshots are taken, and while none is.

The server has the machine to itself but for this program, which asks at a fixed rate and counts
an answer from when its question was due.
"""

from __future__ import annotations

import asyncio
import random
import re
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.stall.shop import built, item_id, keep, visitor_id
from headwater import AsyncClient, Event
from headwater_server.cli.demo.server_process import ServerProcess

WARM_S = 3.0
NEVER, ALWAYS = "1000000000", "20"
_TAKEN = re.compile(r"snapshot taken.*?capture_ms=?\S*?([\d.]+)", re.ASCII)


async def _paced(rate: float, seconds: float, call: Callable[[], Awaitable[None]]) -> list[float]:
    """Call at ``rate`` a second; return how long after its time each was answered, in ms."""
    took_ms: list[float] = []

    async def one(due_s: float) -> None:
        await call()
        took_ms.append(1_000 * (time.perf_counter() - due_s))

    start_s = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for n in range(int(rate * seconds)):
            due_s = start_s + n / rate
            await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
            tasks.create_task(one(due_s))
    return took_ms


async def _measure(
    address: str, seconds: float, items: int, visitors: int
) -> dict[str, list[float]]:
    rng = random.Random(11)
    async with AsyncClient(address) as client:

        async def ask() -> None:
            await client.recommend(visitor_id(rng.randrange(visitors)), timeout_s=30.0)

        async def send() -> None:
            item = item_id(rng.randrange(items))
            event = Event("view", visitor_id(rng.randrange(visitors)), items=[item])
            await client.feedback([event], timeout_s=30.0)

        await asyncio.gather(_paced(50, WARM_S, ask), _paced(20, WARM_S, send))
        asked, sent = await asyncio.gather(_paced(50, seconds, ask), _paced(20, seconds, send))
    return {"Recommend": asked, "Feedback": sent}


async def _served(data_dir: Path, entries: str, seconds: float, items: int, visitors: int) -> None:
    flags = ("--snapshot-entries", entries, "--no-snapshot-on-stop", "--log-format", "text")
    server = ServerProcess(data_dir, *flags, "--snapshot-interval-s", NEVER)
    await server.start()
    try:
        measured = await _measure(server.address, seconds, items, visitors)
    finally:
        await server.stop()
    log = re.sub(r"\x1b\[\d*m", "", (data_dir / "server.log").read_text())
    captures = [float(ms) for ms in _TAKEN.findall(log)]
    (data_dir / "server.log").unlink()
    print(f"snapshots: {len(captures)}" + (f", captured in {max(captures)} ms" if captures else ""))
    for call, took_ms in measured.items():
        p50, p99, most = np.percentile(took_ms, (50, 99, 100))
        figures = f"p50 {p50:6.1f}  p99 {p99:6.1f}  most {most:6.1f} ms"
        print(f"  {call:10} {len(took_ms):5} answers: {figures}")


def stall(
    items: int = 100_000,
    visitors: int = 100_000,
    seconds: float = 20.0,
    data_dir: Annotated[Path | None, typer.Option(help="kept, and used again, if given")] = None,
) -> None:
    """Report how long answers take with and without snapshots of a large state in progress."""
    directory = data_dir or Path(tempfile.mkdtemp(prefix="headwater-stall-"))
    if not (directory / "appendonlydir").exists():
        asyncio.run(keep(built(items, visitors), directory))
    for entries in (NEVER, ALWAYS, NEVER, ALWAYS):
        asyncio.run(_served(directory, entries, seconds, items, visitors))


if __name__ == "__main__":
    typer.run(stall)
