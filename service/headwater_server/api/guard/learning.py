"""Holds writes back by caller, and charges what they take to learn to the caller's account."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import TypeVar

from headwater_server.api.guard.accounts import Account, current_account
from headwater_server.engine.messages.events import Event

Answer = TypeVar("Answer")

ITEM_S = 100e-6  # about what one item of an event, or one write, takes to learn


def cost_of_events(events: Sequence[tuple[Event, str]]) -> float:
    """Return about how many seconds events take to learn.

    >>> from headwater_server.engine.messages.events import EventItem
    >>> event = Event("e1", "click", "ann", items=(EventItem("tent"), EventItem("lamp")))
    >>> cost_of_events([(event, "")])
    0.0002
    """
    return ITEM_S * sum(max(1, len(event.items)) for event, _ in events)


def cost_of_writes(writes: Sequence[object]) -> float:
    """Return about how many seconds catalogue writes take to apply."""
    return ITEM_S * len(writes)


@contextlib.asynccontextmanager
async def learning(cost_s: float) -> AsyncIterator[None]:
    """Begin when the current caller's writes before are learned, but for a few."""
    account = _account()
    await account.begin_learning(cost_s)
    try:
        yield
    finally:
        account.end_learning(cost_s)


async def learning_later(cost_s: float, take: Awaitable[Awaitable[Answer]]) -> Awaitable[Answer]:
    """Do the same for a write that ``take`` queues; it ends with the awaitable that it returns."""
    account = _account()
    await account.begin_learning(cost_s)
    try:
        answer = asyncio.ensure_future(await take)
    except BaseException:
        account.end_learning(cost_s)
        raise
    answer.add_done_callback(lambda _: account.end_learning(cost_s))
    return answer


def _account() -> Account:
    return current_account.get() or Account()
