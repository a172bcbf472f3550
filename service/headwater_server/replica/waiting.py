"""Calls whose operations are on their way, and how they hear what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from headwater_server.engine.messages.events import Outcome


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What became of each operation, and an offset that holds them all."""

    offset: str
    outcomes: Sequence[Outcome]


@dataclass(slots=True)
class Waiting:
    """One call's operations. ``appended`` says that they are on the log, applied or not yet."""

    encoded: bytes
    size: int
    future: asyncio.Future[Acknowledged]
    appended: bool = False


def acknowledge(group: Iterable[Waiting], offset: str, outcomes: Sequence[Outcome]) -> None:
    """Give each call of one entry its own outcomes; callers may have left meanwhile."""
    start = 0
    for waiting in group:
        end = start + waiting.size
        if not waiting.future.done():
            waiting.future.set_result(Acknowledged(offset, outcomes[start:end]))
        start = end


def refuse(group: Iterable[Waiting], error: BaseException) -> None:
    """Tell each call that it was not done, or not surely."""
    for waiting in group:
        if not waiting.future.done():
            waiting.future.set_exception(error)
