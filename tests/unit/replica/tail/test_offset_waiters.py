from __future__ import annotations

import asyncio

import pytest

from headwater_server.replica.tail.offset_waiters import OffsetWaiters


async def test_waiters_are_woken_by_the_first_state_that_is_new_enough() -> None:
    waiters = OffsetWaiters()
    woken: list[str] = []

    async def wait(offset: str) -> None:
        await waiters.wait_for(offset)
        woken.append(offset)

    waiting = [asyncio.create_task(wait(offset)) for offset in ("9-1", "5-0", "10-0", "5-0")]
    await asyncio.sleep(0)
    waiters.reached("4-9")
    await asyncio.sleep(0)
    assert woken == []
    waiters.reached("9-1")
    await asyncio.gather(waiting[0], waiting[1], waiting[3])
    assert sorted(woken) == ["5-0", "5-0", "9-1"]
    await waiters.wait_for("9-1")
    waiters.reached("11-0")
    await waiting[2]


async def test_who_leaves_costs_nothing() -> None:
    waiters = OffsetWaiters()
    for _ in range(100):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await waiters.wait_for("5-0")
    assert waiters._waiting == []


async def test_what_is_no_offset_is_said_at_once() -> None:
    with pytest.raises(ValueError, match="not an offset"):
        await OffsetWaiters().wait_for("soon")
