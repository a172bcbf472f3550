"""How long after its acknowledgement an event is part of another worker's answers.

Two servers share one store. An event is sent to the first; its offset is then asked of the second,
which answers when it has applied the event. The median of a plain answer is subtracted, so what
remains is the wait. It is measured quietly, and beside a feed that the first one takes.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.serving import program
from benchmarks.serving.figures import percentile
from benchmarks.serving.program import running
from benchmarks.shops.shop import Shop, item_id, visitor_id
from headwater import AsyncClient, Event
from headwater_server.storage.embedded.data_dir import socket_in

PLAIN_ANSWERS = 100
FEED_EVENTS = 20
FEED_EVERY_S = 0.1


def run_visible(data_dir: Path, shop: Shop, events: int) -> dict[str, Any]:
    """Return the wait in ms at the other worker: half of the events quietly, half beside a feed."""
    with running("one", *program.headwater(data_dir), core=0) as one:
        store = one.store_process()
        if store is None:
            raise RuntimeError("the server has no store of its own to share")
        other_one = program.headwater_on(store_address(data_dir))
        with running("other", *other_one, core=1) as other:
            return asyncio.run(_measured(one.address, other.address, shop, events // 2))


def store_address(data_dir: Path) -> str:
    """Return the address of the embedded store of a data directory with a short path."""
    return f"unix://{socket_in(data_dir)}"


async def _measured(here: str, there: str, shop: Shop, events: int) -> dict[str, Any]:
    async with AsyncClient(here) as one, AsyncClient(there) as other:
        plain = [await _ask(other, shop, n, "") for n in range(PLAIN_ANSWERS)]
        quiet = await _waits(one, other, shop, "quiet", events)
        stopping = asyncio.Event()
        feeding = asyncio.create_task(_feed(one, shop, stopping))
        busy = await _waits(one, other, shop, "busy", events)
        stopping.set()
        await feeding
    answer_ms = median(plain[PLAIN_ANSWERS // 2 :])

    def wait_ms(values: list[float], share: float) -> float:
        return max(0.0, percentile(values, share) - answer_ms)

    return {
        "answer_ms": answer_ms,
        "quiet_p50_ms": wait_ms(quiet, 0.5),
        "quiet_p99_ms": wait_ms(quiet, 0.99),
        "busy_p50_ms": wait_ms(busy, 0.5),
        "busy_p99_ms": wait_ms(busy, 0.99),
        "failed": 0,
    }


async def _waits(
    one: AsyncClient, other: AsyncClient, shop: Shop, name: str, events: int
) -> list[float]:
    took_ms = []
    for n in range(events):
        item = item_id(n % shop.items)
        sent = Event("view", visitor_id(n % shop.visitors), items=[item], event_id=f"{name}-{n}")
        done = await one.feedback([sent], timeout_s=30.0)
        took_ms.append(await _ask(other, shop, n, done.offset))
    return took_ms


async def _ask(client: AsyncClient, shop: Shop, n: int, offset: str) -> float:
    start_s = time.perf_counter()
    await client.recommend(visitor_id(n % shop.visitors), min_offset=offset, timeout_s=30.0)
    return 1_000 * (time.perf_counter() - start_s)


async def _feed(client: AsyncClient, shop: Shop, stopping: asyncio.Event) -> None:
    n = 0
    while not stopping.is_set():
        events = [
            Event(
                "view", visitor_id((n + k) % shop.visitors), items=[item_id((n + k) % shop.items)]
            )
            for k in range(FEED_EVENTS)
        ]
        n += FEED_EVENTS
        await asyncio.gather(client.feedback(events, timeout_s=30.0), asyncio.sleep(FEED_EVERY_S))
