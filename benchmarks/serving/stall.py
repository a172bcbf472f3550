"""Answers while snapshots are taken, and while none is.

The server has the machine to itself but for this program, which asks at a fixed rate and counts
an answer from when its question was due.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from benchmarks.serving.figures import percentile
from benchmarks.serving.pacing import at_rate
from benchmarks.shops.shop import Shop, item_id, visitor_id
from headwater import AsyncClient, Event
from headwater_server.cli.demo.server_process import ServerProcess

WARM_S = 3.0
READS_PER_S, WRITES_PER_S = 50.0, 20.0
NEVER, ALWAYS = "1000000000", "20"
_TAKEN = re.compile(r"snapshot taken.*?capture_ms=?\S*?([\d.]+)", re.ASCII)


def run_stall(data_dir: Path, shop: Shop, seconds: float) -> dict[str, Any]:
    """Return how long answers take with and without snapshots; two rounds, the second counts."""
    found: dict[str, Any] = {"failed": 0}
    for _ in range(2):
        for name, entries in (("none", NEVER), ("always", ALWAYS)):
            found[name] = asyncio.run(_served(data_dir, entries, shop, seconds))
    return found


async def _served(data_dir: Path, entries: str, shop: Shop, seconds: float) -> dict[str, Any]:
    flags = ("--snapshot-entries", entries, "--no-snapshot-on-stop", "--log-format", "text")
    server = ServerProcess(data_dir, *flags, "--snapshot-interval-s", NEVER)
    await server.start()
    try:
        asked, sent = await _measure(server.address, shop, seconds)
    finally:
        await server.stop()
    log = re.sub(r"\x1b\[\d*m", "", (data_dir / "server.log").read_text())
    (data_dir / "server.log").unlink()
    captures = [float(ms) for ms in _TAKEN.findall(log)]
    return {
        "snapshots": len(captures),
        "capture_ms": max(captures, default=0.0),
        "recommend": _figures(asked),
        "feedback": _figures(sent),
    }


def _figures(took_ms: list[float]) -> dict[str, float]:
    shares = {"p50_ms": 0.5, "p99_ms": 0.99, "most_ms": 1.0}
    return {name: percentile(took_ms, share) for name, share in shares.items()}


async def _measure(address: str, shop: Shop, seconds: float) -> tuple[list[float], list[float]]:
    rng = random.Random(11)
    async with AsyncClient(address) as client:

        async def ask() -> None:
            await client.recommend(visitor_id(rng.randrange(shop.visitors)), timeout_s=30.0)

        async def send() -> None:
            item = item_id(rng.randrange(shop.items))
            visitor = visitor_id(rng.randrange(shop.visitors))
            await client.feedback([Event("view", visitor, items=[item])], timeout_s=30.0)

        await asyncio.gather(_paced(READS_PER_S, WARM_S, ask), _paced(WRITES_PER_S, WARM_S, send))
        return await asyncio.gather(
            _paced(READS_PER_S, seconds, ask), _paced(WRITES_PER_S, seconds, send)
        )


async def _paced(rate: float, seconds: float, call: Callable[[], Awaitable[None]]) -> list[float]:
    """Call at ``rate`` a second; return how long after its time each was answered, in ms."""
    took_ms: list[float] = []

    async def one(due_s: float) -> None:
        await call()
        took_ms.append(1_000 * (time.perf_counter() - due_s))

    await at_rate(rate, seconds, one)
    return took_ms
