"""A caller who uses much more than another one rests, and its large writes go in parts."""

from __future__ import annotations

import asyncio
import time
from typing import cast

import pytest

from headwater_server.api.errors import Context
from headwater_server.api.guard import refusals as refusals_module
from headwater_server.api.guard.accounts import (
    LEARNING_BESIDE_S,
    LEARNING_MAX_S,
    Account,
    Accounts,
    current_account,
)
from headwater_server.api.guard.beside import BESIDE_S, HEAVY_S
from headwater_server.api.guard.gate import Gate
from headwater_server.api.guard.learning import next_part
from headwater_server.api.guard.refusals import FREE_PER_S, Refusals
from headwater_server.api.guard.turns import CALL_S, REST_SHARE, Turns
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.errors import InvalidRequest, StoreUnavailable

STEP_S = 0.005


def burn(seconds: float) -> None:
    """Use the CPU."""
    end_s = time.thread_time() + seconds
    while time.thread_time() < end_s:
        pass


def callers() -> tuple[Turns, Account, Account]:
    """Return turns, a heavy account, and another one that called just now."""
    accounts, turns = Accounts(), Turns()
    flood, shop = accounts.of("flood"), accounts.of("shop")
    flood.charge(100 * HEAVY_S, time.monotonic())
    turns.charge(flood, time.monotonic())
    turns.charge(shop, time.monotonic())
    return turns, flood, shop


async def work() -> None:
    burn(STEP_S)


async def run(turns: Turns, account: Account) -> float:
    """Return when a step of work ended."""
    await turns.run(account, work())
    return time.perf_counter()


async def test_a_heavy_caller_rests_after_each_step_beside_another() -> None:
    turns, flood, _ = callers()
    ended = [await run(turns, flood) for _ in range(4)]  # also one at a time
    assert ended[-1] - ended[0] >= 3 * (1 + REST_SHARE) * STEP_S


async def test_another_caller_does_not_wait_for_the_rest() -> None:
    turns, flood, shop = callers()
    order: list[str] = []

    async def named(name: str, account: Account) -> None:
        await run(turns, account)
        order.append(name)

    flooding = [asyncio.create_task(named("flood", flood)) for _ in range(10)]
    await asyncio.sleep(0)
    await named("shop", shop)
    assert order.index("shop") <= 2
    await asyncio.gather(*flooding)


async def test_a_heavy_caller_alone_does_not_rest() -> None:
    flood = Accounts().of("flood")
    flood.charge(100 * HEAVY_S, time.monotonic())
    flood.arrived(time.monotonic())
    assert not flood.is_heavy(time.monotonic())
    assert not flood.has_company(time.monotonic())


def test_a_caller_is_heavy_only_while_the_other_still_calls() -> None:
    _, flood, shop = callers()
    now_s = time.monotonic()
    assert (flood.is_heavy(now_s), shop.is_heavy(now_s)) == (True, False)
    assert not flood.is_heavy(now_s + 2 * BESIDE_S)


def test_callers_of_the_same_size_are_not_heavy() -> None:
    _, flood, shop = callers()
    shop.charge(90 * HEAVY_S, time.monotonic())
    assert not flood.is_heavy(time.monotonic())


def test_every_call_is_charged() -> None:
    turns, _, shop = callers()
    before_s = shop.use_s(time.monotonic())
    for _ in range(10):
        turns.charge(shop, time.monotonic())
    assert shop.use_s(time.monotonic()) - before_s > 9 * CALL_S


def test_a_large_call_goes_on_the_log_in_parts_smaller_ones_beside_another() -> None:
    _, flood, _ = callers()
    items = tuple(EventItem(f"i{n}") for n in range(10))
    events = [(Event(f"e{n}", "click", "ann", items=items), "") for n in range(100)]
    item_s = 2**-13
    current_account.set(flood)
    assert next_part(events, item_s)[0] == int(LEARNING_BESIDE_S / (10 * item_s))
    current_account.set(Account())
    assert next_part(events, item_s)[0] == int(LEARNING_MAX_S / (10 * item_s))
    assert next_part(events[:1], item_s=1.0) == (1, 10.0)  # an event is never divided


async def test_refusals_to_a_heavy_caller_are_delayed_from_the_first(monkeypatch) -> None:
    monkeypatch.setattr(refusals_module, "HEAVY_DELAY_S", (0.02, 0.02))
    refusals = Refusals()
    start_s = time.perf_counter()
    await refusals.refused("source")
    free_s = time.perf_counter() - start_s
    await refusals.refused("source", is_heavy=True)
    assert time.perf_counter() - start_s - free_s >= 0.02
    assert FREE_PER_S > 2


async def test_a_heavy_callers_next_write_waits_for_a_rest() -> None:
    _, flood, _ = callers()
    await flood.begin_learning(0.02)
    flood.end_learning(0.02)
    start_s = time.monotonic()
    await flood.begin_learning(0.001)
    assert time.monotonic() - start_s >= 0.035
    flood.end_learning(0.001)
    assert flood.is_idle


class _Context:
    def peer(self) -> str:
        return "ipv4:10.0.0.7:1"


@pytest.mark.parametrize(
    ("use_s", "error", "is_late"),
    [
        (1.0, InvalidRequest("min_offset", "x"), True),
        (0.0, InvalidRequest("min_offset", "x"), False),
        (1.0, StoreUnavailable("x"), False),
    ],
)
async def test_a_callers_own_errors_are_delayed_while_it_makes_many(
    monkeypatch, use_s: float, error: Exception, is_late: bool
) -> None:
    monkeypatch.setattr(refusals_module, "DELAY_S", (60.0, 60.0))
    monkeypatch.setattr(refusals_module, "FREE_OF_ONE_PER_S", 0)
    gate, account, context = Gate(ApiSettings()), Account(), cast("Context", _Context())
    account.charge(use_s, time.monotonic())
    answering = asyncio.create_task(gate.failed(context, account, error))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert answering.done() is not is_late
    answering.cancel()
