"""Honest shoppers, a process of its own: ``python -m benchmarks.attack.honest ADDRESS SECONDS``.

They call at a fixed rate, and an answer counts from when its question was due.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable

from benchmarks.attack.shop import SHOP_KEY, VISITORS, click, visitor_id
from benchmarks.serving.pacing import at_rate
from headwater import AsyncClient, HeadwaterError

RECOMMENDS_PER_S, EVENTS_PER_S = 30, 10
TIMEOUT_S = 5.0


async def _paced(
    rate: float, seconds: float, call: Callable[[], Awaitable[object]]
) -> tuple[list[float], int]:
    """Return how many ms after its time each call was answered, and how many failed."""
    took_ms: list[float] = []
    failed = 0

    async def one(due_s: float) -> None:
        nonlocal failed
        try:
            await call()
        except HeadwaterError:
            failed += 1
        took_ms.append(1_000 * (time.perf_counter() - due_s))

    await at_rate(rate, seconds, lambda due_s: one(max(due_s, time.perf_counter())))
    return took_ms, failed


async def shop(address: str, seconds: float) -> dict[str, object]:
    """Return the times of lists and events in ms, and how many calls failed."""
    rng = random.Random(11)
    async with AsyncClient(address, key=SHOP_KEY) as client:

        async def ask() -> None:
            await client.recommend(visitor_id(rng.randrange(VISITORS)), timeout_s=TIMEOUT_S)

        async def send() -> None:
            await client.feedback([click(rng)], timeout_s=TIMEOUT_S)

        asked, sent = await asyncio.gather(
            _paced(RECOMMENDS_PER_S, seconds, ask), _paced(EVENTS_PER_S, seconds, send)
        )
    return {"lists": asked[0], "events": sent[0], "failed": asked[1] + sent[1]}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(shop(sys.argv[1], float(sys.argv[2])))))
