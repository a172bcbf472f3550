"""Steps that wait get their turns in groups; what was computed with others goes on at once."""

from __future__ import annotations

import asyncio
import time

from headwater_server.api.guard import turns as module
from headwater_server.api.guard.accounts import Account, Accounts
from headwater_server.api.guard.turns import Turns
from headwater_server.replica.shared_work import SharedWork


def burn(seconds: float) -> None:
    """Use the CPU."""
    end_s = time.thread_time() + seconds
    while time.thread_time() < end_s:
        pass


async def _run(turns: Turns, account: Account, work):
    return await turns.run(account, work)


async def test_short_steps_that_wait_run_in_one_turn_of_the_loop(monkeypatch) -> None:
    monkeypatch.setattr(module, "GROUP_S", 60.0)  # so that no pause of the process ends the group
    turns, account, loop_turns, ran = Turns(), Account(), [0], []

    async def work(n: int) -> None:
        ran.append((n, loop_turns[0]))

    def count() -> None:
        loop_turns[0] += 1
        asyncio.get_running_loop().call_soon(count)

    turns._busy_s = module.BUSY_MAX_S  # so that the first one waits, and the others behind it
    turns._ended_s = time.monotonic()
    tasks = [asyncio.create_task(_run(turns, account, work(n))) for n in range(20)]
    count()
    await asyncio.gather(*tasks)
    assert [n for n, _ in ran] == list(range(20))
    assert len({turn for _, turn in ran}) == 1


async def test_steps_that_come_too_late_for_their_group_wait_again_in_order() -> None:
    turns, account, light, order = Turns(), Account(), Account(), []

    async def work(name: str, seconds: float) -> None:
        burn(seconds)
        order.append(name)

    turns._busy_s = module.BUSY_MAX_S
    turns._ended_s = time.monotonic()
    half_s = 0.5 * module.GROUP_S
    tasks = [
        asyncio.create_task(_run(turns, account, work(f"heavy {n}", half_s + 0.001)))
        for n in range(6)
    ]
    await asyncio.sleep(0)
    while not order:
        await asyncio.sleep(0)
    await _run(turns, light, work("light", 0.0))
    assert order.index("light") <= 4
    await asyncio.gather(*tasks)
    assert [name for name in order if name != "light"] == [f"heavy {n}" for n in range(6)]


async def test_beside_a_lighter_caller_steps_of_a_heavier_one_run_one_by_one() -> None:
    accounts, turns, order = Accounts(), Turns(), []
    flood, now_s = accounts.of("flood"), time.monotonic()
    turns.charge(accounts.of("shop"), now_s)
    flood.charge(0.3, now_s)  # well above `NOTED_S`, however slow this machine is, and not heavy
    turns.charge(flood, now_s)
    turns._busy_s, turns._ended_s = module.BUSY_MAX_S, now_s

    async def work(name: str) -> None:
        order.append(name)

    async def late() -> None:
        while not order:
            await asyncio.sleep(0)
        await _run(turns, accounts.of("shop"), work("shop"))

    flooding = [asyncio.create_task(_run(turns, flood, work("flood"))) for _ in range(9)]
    await asyncio.gather(late(), *flooding)
    assert order.index("shop") <= 2


async def test_what_was_computed_with_others_goes_on_before_those_that_wait() -> None:
    turns, account, order = Turns(), Account(), []
    shared = SharedWork()

    async def asking() -> None:
        await shared
        order.append("asked")

    async def other() -> None:
        order.append("other")

    first = asyncio.create_task(_run(turns, account, asking()))
    await asyncio.sleep(0)
    turns._busy_s, turns._ended_s = module.BUSY_MAX_S, time.monotonic()
    others = [asyncio.create_task(_run(turns, account, other())) for _ in range(3)]
    await asyncio.sleep(0)
    used_s = account.use_s(time.monotonic())
    shared.took_s = 0.25
    shared.set_result(None)
    await asyncio.gather(first, *others)
    assert order == ["asked", "other", "other", "other"]
    assert account.use_s(time.monotonic()) > used_s + 0.2
