"""Who gets the next turn: the caller with the least use, one step after another."""

from __future__ import annotations

import asyncio
import time

import pytest

from headwater_server.api.guard import turns as module
from headwater_server.api.guard.accounts import LEARNING_MAX_S, Account, Accounts
from headwater_server.api.guard.beside import NOTED_S
from headwater_server.api.guard.turns import READ_S, SHORT_S, StepsCpu, Turns


def burn(seconds: float) -> None:
    """Use the CPU."""
    end_s = time.thread_time() + seconds
    while time.thread_time() < end_s:
        pass


async def test_alone_a_step_runs_at_once() -> None:
    turns, ran = Turns(), []

    async def work() -> int:
        ran.append(1)
        return 7

    steps = turns.run(Account(), work()).__await__()
    with pytest.raises(StopIteration) as end:
        next(steps)
    assert (ran, end.value.value) == ([1], 7)


async def test_beside_a_flood_the_light_caller_goes_first() -> None:
    turns, flood, honest = Turns(), Account(), Account()
    order: list[str] = []

    async def work(name: str, seconds: float) -> None:
        burn(seconds)
        order.append(name)

    flooding = [asyncio.create_task(_run(turns, flood, work("flood", 0.01))) for _ in range(20)]
    await asyncio.sleep(0)  # the first runs, the others wait
    await asyncio.sleep(0)
    before = len(order)
    await _run(turns, honest, work("honest", 0.001))
    assert order.index("honest") <= before + 1
    await asyncio.gather(*flooding)
    assert len(order) == 21


@pytest.mark.parametrize(
    ("takes_all", "has_company"), [(True, False), (True, True), (False, False)]
)
async def test_the_loop_rests_after_much_work_only_if_another_caller_may_come(
    monkeypatch: pytest.MonkeyPatch, takes_all: bool, has_company: bool
) -> None:
    rests = []
    monkeypatch.setattr(module.Turns, "_accept", lambda self: (rests.append(1), self._give()))
    accounts, turns = Accounts(), Turns(takes_all=takes_all)
    flood, now_s = accounts.of("flood"), time.monotonic()
    turns.charge(flood, now_s)
    if has_company:
        turns.charge(accounts.of("shop"), now_s)
        flood.charge(0.1, now_s)
        turns.charge(flood, now_s)

    async def work() -> None:
        burn(module.BUSY_MAX_S)

    await asyncio.gather(*(_run(turns, flood, work()) for _ in range(4)))
    assert bool(rests) is (has_company or not takes_all)


@pytest.mark.parametrize("others", [1, 7, 31])
async def test_equal_callers_are_answered_together_however_busy_they_are(others: int) -> None:
    accounts, turns = Accounts(), Turns()
    callers = [accounts.of(f"connection {n}") for n in range(1 + others)]
    for number, caller in enumerate(callers):
        turns.charge(caller, time.monotonic())
        caller.charge((1.0 + 0.01 * number) / len(callers), time.monotonic())
        turns.answered(caller, time.monotonic() - module.BUSY_MAX_S, 0.0)
    assert all(turns.may_run(caller) for caller in callers)


async def test_a_caller_gives_way_to_one_who_uses_clearly_less() -> None:
    accounts, turns = Accounts(), Turns()
    busy, rare = accounts.of("busy"), accounts.of("rare")
    turns.charge(busy, time.monotonic())
    busy.charge(2 * NOTED_S, time.monotonic())
    turns.charge(rare, time.monotonic())
    turns.answered(busy, time.monotonic() - module.BUSY_MAX_S, 0.0)
    assert not turns.may_run(busy)


async def test_work_that_offers_its_turn_lets_others_go_first() -> None:
    turns, heavy, light = Turns(), Account(), Account()
    order: list[str] = []

    async def long() -> None:
        for _ in range(10):
            burn(0.005)
            await asyncio.sleep(0)
        order.append("long")

    async def short() -> None:
        order.append("short")

    long_task = asyncio.create_task(_run(turns, heavy, long()))
    await asyncio.sleep(0)
    await _run(turns, light, short())
    await long_task
    assert order == ["short", "long"]


async def test_errors_and_cancellation_reach_the_work_and_free_the_turn() -> None:
    turns, account = Turns(), Account()
    seen: list[str] = []

    async def failing() -> None:
        await asyncio.sleep(0)
        raise ValueError("x")

    async def hanging() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    with pytest.raises(ValueError, match="x"):
        await turns.run(account, failing())
    task = asyncio.create_task(_run(turns, account, hanging()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await turns.run(account, hanging())
    assert seen == ["cancelled", "cancelled"]
    assert turns.begun_s(account) or turns._busy_s >= module.BUSY_MAX_S


async def test_callers_that_leave_while_they_wait_do_not_stop_the_others() -> None:
    turns, flood = Turns(), Account()

    async def work() -> str:
        burn(0.003)
        return "done"

    tasks = [asyncio.create_task(_run(turns, flood, work())) for _ in range(30)]
    await asyncio.sleep(0)
    for task in tasks[1::2]:
        task.cancel()
    ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 60)
    assert ended[0::2] == ["done"] * 15
    assert await turns.run(Account(), work()) == "done"


async def test_one_callers_writes_are_learned_a_few_at_a_time() -> None:
    account, begun = Account(), []

    async def write(n: int) -> None:
        await account.begin_learning(LEARNING_MAX_S)
        begun.append(n)

    tasks = [asyncio.create_task(write(n)) for n in range(3)]
    await asyncio.sleep(0.01)
    assert begun == [0]
    account.end_learning(LEARNING_MAX_S)
    await asyncio.sleep(0.01)
    assert begun == [0, 1]
    tasks[2].cancel()
    account.end_learning(LEARNING_MAX_S)
    await asyncio.gather(*tasks, return_exceptions=True)
    assert account.is_idle


async def test_as_many_writes_begin_as_fit_in_the_order_of_arrival() -> None:
    account, begun = Account(), []

    async def write(n: int, share: float) -> None:
        await account.begin_learning(share * LEARNING_MAX_S)
        begun.append(n)

    shares = [1.0, 0.5, 0.25, 0.5, 0.125]  # the last one would fit, but is not before the fourth
    tasks = [asyncio.create_task(write(n, share)) for n, share in enumerate(shares)]
    await asyncio.sleep(0)
    assert begun == [0]
    account.end_learning(LEARNING_MAX_S)
    for _ in range(3):
        await asyncio.sleep(0)
    assert begun == [0, 1, 2]
    assert len(account._held) == 2
    account.end_learning(0.5 * LEARNING_MAX_S)
    await asyncio.gather(*tasks)
    assert begun == [0, 1, 2, 3, 4]


async def test_a_write_whose_caller_leaves_as_it_is_let_in_makes_room() -> None:
    account = Account()
    await account.begin_learning(LEARNING_MAX_S)
    leaving, next_ = (asyncio.create_task(account.begin_learning(LEARNING_MAX_S)) for _ in "ab")
    await asyncio.sleep(0)
    account.end_learning(LEARNING_MAX_S)  # lets the first in
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    await next_
    account.end_learning(LEARNING_MAX_S)
    assert account.is_idle


def test_accounts_are_bounded_and_those_in_use_stay() -> None:
    accounts = Accounts(accounts_max=3)
    busy = accounts.of("busy")
    busy.enter("a guard")
    for n in range(50):
        accounts.of(f"source {n}")
    assert accounts.of("busy") is busy
    assert len(accounts._accounts) <= 4


async def _run(turns: Turns, account: Account, work):
    return await turns.run(account, work)


def test_a_step_is_charged_what_the_thread_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the time in which another process ran: a long step is compared with the thread's clock.

    The short steps since the last comparison are charged already.
    """
    used_s = [1.0]
    monkeypatch.setattr(module.time, "thread_time", lambda: used_s[0])
    cpu, short_s = StepsCpu(), SHORT_S / 2
    used_s[0] += short_s
    assert cpu.of_step(short_s, 100.0) == pytest.approx(short_s)
    assert cpu.of_step(short_s, 100.001) == short_s  # without a look at the clock
    used_s[0] += short_s + 0.002
    assert cpu.of_step(0.5, 100.002) == pytest.approx(0.002)
    used_s[0] += 0.5
    assert cpu.of_step(0.001, 100.003) == 0.001
    assert cpu.of_step(short_s, 100.003 + 2 * READ_S) == 0.0  # the thread did not run
