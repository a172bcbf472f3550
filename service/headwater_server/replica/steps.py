"""Long work on the event loop, in steps between which other calls are answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import TypeVar

Value = TypeVar("Value")

STEP_S = 0.003
TURNS = 4
"""Turns of the event loop for other tasks between two steps: a read needs several."""


async def yield_to_others() -> None:
    """Let other tasks run."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def taken_in_steps(values: Iterable[Value]) -> list[Value]:
    """Return all ``values``; whenever taking them has used `STEP_S`, other tasks run.

    >>> asyncio.run(taken_in_steps(number * number for number in range(4)))
    [0, 1, 4, 9]
    """
    taken, start_s = [], time.perf_counter()
    for value in values:
        taken.append(value)
        if time.perf_counter() - start_s > STEP_S:
            await asyncio.sleep(0)
            start_s = time.perf_counter()
    return taken


async def in_steps(values: Iterable[Value]) -> list[Value]:
    """Return all ``values``; after each of them, which takes a step's time, other tasks run."""
    taken = []
    for value in values:
        taken.append(value)
        await yield_to_others()
    return taken
