"""Matches calls with the outcomes of their own operations.

The answer to an append and the outcomes of applying its entry arrive in either order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass

from headwater_server.engine.messages.entries import Operation
from headwater_server.engine.messages.events import Outcome
from headwater_server.engine.messages.quick_value import quick_value
from headwater_server.engine.settings import EngineSettings


@quick_value
class Acknowledged:
    """The outcome of each operation, and an offset of a state that contains all."""

    offset: str
    outcomes: Sequence[Outcome]


@dataclass(slots=True)
class PendingWrite:
    """One call's operations. ``appended``: they are on the log, and maybe not applied yet.

    ``checked``: they are events, and the firewall passed them under these settings.
    """

    encoded: bytes
    operations: Sequence[Operation]
    future: asyncio.Future[Acknowledged]
    checked: EngineSettings | None = None
    appended: bool = False

    @property
    def size(self) -> int:
        """How many operations they are."""
        return len(self.operations)


def acknowledge(group: Iterable[PendingWrite], offset: str, outcomes: Sequence[Outcome]) -> None:
    """Pass each call of one entry its own outcomes; callers may have left meanwhile."""
    start = 0
    for pending in group:
        end = start + pending.size
        if not pending.future.done():
            pending.future.set_result(Acknowledged(offset, outcomes[start:end]))
        start = end


def refuse(group: Iterable[PendingWrite], error: BaseException) -> None:
    """End each call with an error: its operations may or may not be done."""
    for pending in group:
        if not pending.future.done():
            pending.future.set_exception(error)


Outcomes = list[Outcome]
Settle = Callable[[], Coroutine[None, None, None] | None]


class Acknowledgements:
    """The appender expects and claims outcomes; the tail reports what it applied.

    Unclaimed outcomes are kept only while an append is under way, so entries of other replicas
    leave nothing behind.
    """

    def __init__(self, settle: Settle | None = None) -> None:
        """Create it. Before a claim ends, it waits for what ``settle`` returns."""
        self._settle = settle
        self._settling: set[asyncio.Task[None]] = set()
        self._under_way = 0
        self._unclaimed: dict[str, Outcomes] = {}
        self._claims: dict[str, asyncio.Future[Outcomes]] = {}
        self._failure: Exception | None = None

    def expect(self) -> None:
        """Keep outcomes from now on: one of the next entries may be the appender's."""
        self._under_way += 1

    def claim(self, offset: str) -> asyncio.Future[Outcomes]:
        """End an `expect`: the entry is at ``offset``. The future ends when it is applied."""
        future: asyncio.Future[Outcomes] = asyncio.get_running_loop().create_future()
        if self._failure is not None:
            future.set_exception(self._failure)
        elif offset in self._unclaimed:
            self._meet(future, self._unclaimed[offset])
        else:
            self._claims[offset] = future
        self.forget()
        return future

    def forget(self) -> None:
        """End an `expect` whose append failed."""
        self._under_way -= 1
        if not self._under_way:
            self._unclaimed.clear()

    def applied(self, offset: str, outcomes: Outcomes) -> None:
        """Report the outcomes of the entry at ``offset``."""
        future = self._claims.pop(offset, None)
        if future is not None:
            self._meet(future, outcomes)
        elif self._under_way:
            self._unclaimed[offset] = outcomes

    def _meet(self, future: asyncio.Future[Outcomes], outcomes: Outcomes) -> None:
        waiting = self._settle() if self._settle is not None else None
        if waiting is None:
            future.set_result(outcomes)
            return
        task = asyncio.create_task(_meet_later(waiting, future, outcomes))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    def resume(self) -> None:
        """Accept claims again: entries are applied again, after a failure that was repaired."""
        self._failure = None
        self._unclaimed.clear()

    def fail(self, error: Exception) -> None:
        """End all claims, present and later ones: no more entries will be applied."""
        self._failure = error
        claims, self._claims = self._claims, {}
        for future in claims.values():
            future.set_exception(error)


async def _meet_later(
    waiting: Coroutine[None, None, None], future: asyncio.Future[Outcomes], outcomes: Outcomes
) -> None:
    await waiting
    if not future.done():
        future.set_result(outcomes)
