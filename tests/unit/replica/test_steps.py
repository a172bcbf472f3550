"""Long work is done in steps, and others run in between."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from headwater_server.replica.operators.memory import StateMemory
from headwater_server.replica.steps import STEP_S, taken_in_steps


def slow(count: int) -> Iterator[int]:
    for number in range(count):
        end_s = time.perf_counter() + 1.1 * STEP_S
        while time.perf_counter() < end_s:
            pass
        yield number


async def test_others_run_between_slow_values() -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    assert await taken_in_steps(slow(5)) == [*range(5)]
    task.cancel()
    assert turns >= 4


class Measured:
    """A state of three parts, that counts how often it is measured."""

    times = 0

    def measuring_memory(self) -> Iterator[float]:
        self.times += 1
        yield from (1.0, 2.0, 3.4)


async def test_callers_at_the_same_time_share_one_estimate_of_the_memory() -> None:
    engine = Measured()
    memory = StateMemory(engine)  # type: ignore[arg-type]
    assert await asyncio.gather(*(memory.measure() for _ in range(5))) == [6] * 5
    assert engine.times == 1
