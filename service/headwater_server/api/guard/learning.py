"""Holds writes back by caller, and charges what they take to learn to the caller's account."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from headwater_server.api.guard.accounts import (
    LEARNING_BESIDE_S,
    LEARNING_MAX_S,
    Account,
    current_account,
)
from headwater_server.api.ports import Replica
from headwater_server.engine.messages.events import Event, Outcome
from headwater_server.replica.answers import WriteAnswer
from headwater_server.replica.writes.caller import Caller

Answer = TypeVar("Answer")

SignedEvent = tuple[Event, str]


def cost_of_events(events: Sequence[SignedEvent], item_s: float) -> float:
    """Return about how many seconds events take to learn, if one item takes ``item_s``.

    >>> from headwater_server.engine.messages.events import EventItem
    >>> event = Event("e1", "click", "ann", items=(EventItem("tent"), EventItem("lamp")))
    >>> cost_of_events([(event, "")], item_s=0.25)
    0.5
    """
    return item_s * sum([len(event.items) or 1 for event, _ in events])


def next_part(events: Sequence[SignedEvent], item_s: float) -> tuple[int, float]:
    """Return how many of the events go on the log together, and about what they take to learn.

    They are fewer beside another caller: whose event then waits for a part of a large call, and
    not for all of it.
    """
    has_company = _account().has_company(time.monotonic())
    most_s = LEARNING_BESIDE_S if has_company else LEARNING_MAX_S
    cost_s = cost_of_events(events, item_s)
    if cost_s <= most_s:
        return len(events), cost_s
    cost_s, count = 0.0, 0
    for event, _ in events:
        following_s = cost_s + item_s * (len(event.items) or 1)
        if count and following_s > most_s:  # the first is never divided
            break
        cost_s, count = following_s, count + 1
    return count, cost_s


async def feedback_in_parts(
    replica: Replica,
    events: Sequence[SignedEvent],
    remaining_s: Callable[[], float],
    caller: Caller,
) -> WriteAnswer:
    """Learn from the events, some after the others: see `next_part`.

    If a part fails, those before it are learned: a retry gets EXISTS for them.
    """
    outcomes: list[Outcome] = []
    while True:
        rest = events[len(outcomes) :] if outcomes else events
        count, cost_s = next_part(rest, replica.item_s)
        part = rest if count == len(rest) else rest[:count]
        async with Learning(cost_s):
            answer = await replica.feedback(part, remaining_s(), caller)
        if part is events:
            return answer
        outcomes += answer.outcomes
        if len(outcomes) >= len(events):
            return replace(answer, outcomes=outcomes)


class Learning:
    """Begins when the current caller's writes before are learned, but for a few; ``async with``.

    A class, since a generator takes longer to enter and leave.
    """

    __slots__ = ("_account", "_cost_s")

    def __init__(self, cost_s: float) -> None:
        self._account = _account()
        self._cost_s = cost_s

    async def __aenter__(self) -> None:
        await self._account.begin_learning(self._cost_s)

    async def __aexit__(self, *_: object) -> None:
        self._account.end_learning(self._cost_s)


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
