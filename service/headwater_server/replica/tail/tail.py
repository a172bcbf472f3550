"""Reads the log in order and applies it: the only place that changes the engine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from headwater_server.engine.messages.entries import Build, Operation
from headwater_server.engine.messages.events import Outcome
from headwater_server.engine.settings import EngineSettings
from headwater_server.errors import StoreUnavailable
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.health import Health
from headwater_server.replica.ports.log import Log, LoggedEntry
from headwater_server.replica.ports.position import Position, offset_key
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.tail.acknowledgements import Acknowledgements
from headwater_server.replica.tail.item_cost import ItemCost, items_of
from headwater_server.replica.tail.offset_waiters import OffsetWaiters
from headwater_server.replica.tail.own_entries import OwnEntries
from headwater_server.replica.tail.recent_entries import OnLost, RecentEntries
from headwater_server.replica.tail.slice_budget import SliceBudget

BLOCK_MS = 500  # also the time after which an outage is noticed without a write
AWAY_PAUSE_S = 0.25  # at most: an outage of the store is so much longer for learning
PAGE_OPERATIONS = 4_000
PAGE_ENTRIES_MAX = 500
PART_OPERATIONS = 10  # converted from bytes at once, and learned together at most: a millisecond
QUIET_OPERATIONS = 100  # the same while nobody reads
LATE_STEPS = 4  # with so few more an ordinary operation is finished, whatever they take
COST_EVERY = 4  # of so many entries one is timed: the thread's clock takes microseconds to read


class Tail:
    """Applies in slices, see `SliceBudget`, so an entry may be half applied while other tasks run.

    A slice ends after a whole operation, so that `place` describes the state that others see; only
    a large event, which is learned in steps, may be interrupted between two of its items. Code that
    needs the state at an offset holds `paused`.
    """

    def __init__(
        self,
        log: Log,
        engine: StateMachine,
        position: Position,
        *,
        acknowledgements: Acknowledgements,
        health: Health,
        budget: SliceBudget,
        own: OwnEntries | None = None,
        on_applied: Callable[[LoggedEntry], None] = lambda _: None,
        on_marks: Callable[[Sequence[str]], Awaitable[None]] | None = None,
        on_lost: OnLost = lambda _, __: None,
        past: Sequence[Position] = (),
    ) -> None:
        """Continue after ``position``, which is the position of ``engine``.

        ``own`` are the entries that need not be read.
        ``on_applied`` is called with each entry before it is acknowledged; ``on_marks`` with the
        marks of an entry, and the state does not change until it returns; ``on_lost`` with what an
        entry says about a loss. ``past`` are earlier positions of the log.
        """
        self.position = position
        self.waiters = OffsetWaiters()
        self.waiters.reached(position.offset)
        self._log = log
        self._engine = engine
        self._acknowledgements = acknowledgements
        self._health = health
        self._budget = budget
        self._own = own or OwnEntries()
        self._on_applied = on_applied
        self._on_marks = on_marks
        self._on_lost = on_lost
        self.reads = 0  # `Reads` counts them
        self._page_entries = PAGE_ENTRIES_MAX
        self._entry: LoggedEntry | None = None
        self._steps: Iterator[Sequence[Outcome] | bool | None] = iter(())
        self._is_whole = True
        self._windows = 0  # that the operation after the outcomes has closed
        self._outcomes: list[Outcome] = []
        self.item_cost = ItemCost()
        self._items, self._took_s = 0, 0.0  # of the present entry so far
        self._applying = asyncio.Lock()
        self.recent = RecentEntries(position, on_lost, past)
        self._operations: list[Operation] = []  # of the present entry so far

    @property
    def settings(self) -> EngineSettings:
        """The settings that the state has now."""
        return self._engine.settings

    @property
    def written_settings(self) -> EngineSettings:
        """Those without what is promoted over them: a start compares with these."""
        return self._engine.written_settings

    @property
    def place(self) -> tuple[int, int, int] | None:
        """The state's place, see `Slate`.

        None while the state is within an operation, which no place describes.
        """
        if self._entry is None:
            return self.position.sequence, 0, 0
        if not self._is_whole:
            return None
        return self.position.sequence, len(self._outcomes), self._windows

    @property
    def build(self) -> Build | None:
        """The build that the log names last."""
        return self._engine.build

    @property
    def keys(self) -> Sequence[str]:
        """The API keys that the log describes last."""
        return self._engine.access.keys

    def restart(self, position: Position) -> None:
        """Continue after another position: the engine has its state. Not while it runs."""
        self.position = position
        self.recent = RecentEntries(position, self._on_lost, self.recent.positions())
        self._entry, self._steps, self._outcomes = None, iter(()), []
        self._is_whole, self._windows = True, 0
        self._items, self._took_s, self._operations = 0, 0.0, []
        self._own.clear()
        self.waiters.reached(position.offset)

    async def run(self) -> None:
        """Apply until cancelled. Ends with an error if the log or an entry is invalid."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(StoreUnavailable),
            wait=wait_random_exponential(multiplier=0.02, max=AWAY_PAUSE_S),
            before_sleep=self._away,
        )
        while True:
            try:
                await self._following()
            except StoreUnavailable as error:
                self._health.store_away(str(error))
                await retrying(self._step)

    def _away(self, attempt: RetryCallState) -> None:
        error = attempt.outcome.exception() if attempt.outcome else None
        self._health.store_away(str(error))

    async def _following(self) -> None:
        """Take steps until the store is away."""
        while True:
            await self._step()

    async def _step(self) -> None:
        """Apply the next entries: our own from memory, if they follow; otherwise what is read."""
        if own := self._own.following(self.position):
            await self._apply(own)
        elif not await self._own.comes_soon():
            await self._read()

    async def _read(self) -> None:
        page = await self._log.read(self.position, self._page_entries, BLOCK_MS)
        if page:
            self._health.store_back()
            await self._apply(self._own.known(page))
            self._next_page(page)
        else:
            await self._check_head()
            self._health.store_back()

    async def _check_head(self) -> None:
        """Detect a log that was set back, even if no entry follows that could show it."""
        head, here = await self._log.head(), self.position
        behind = offset_key(head.offset) <= offset_key(here.offset)  # so it can never be read
        if head != here and (behind or head.sequence <= here.sequence):
            raise LogBroken(
                f"a head at or after entry {here.sequence} at {here.offset}",
                f"entry {head.sequence} at {head.offset}",
            )

    async def _apply(self, page: Sequence[LoggedEntry]) -> None:
        async with self._applying:
            self._budget.start()
            for entry in page:
                self._entry, self._steps, self._outcomes = entry, self._applied(entry), []
                while self._entry is entry:
                    self._apply_slice(entry)
                    if self._budget.used_up():
                        await self._rest()
                if self._on_marks is not None and entry.marks:
                    await self._on_marks(entry.marks)

    def _next_page(self, page: Sequence[LoggedEntry]) -> None:
        """Read fewer large entries at once."""
        operations = sum(entry.size for entry in page)
        wanted = PAGE_OPERATIONS * len(page) // max(1, operations)
        self._page_entries = max(1, min(PAGE_ENTRIES_MAX, wanted))

    def _applied(self, entry: LoggedEntry) -> Iterator[Sequence[Outcome] | bool | None]:
        start = 0
        while start < entry.size:
            stop = start + (PART_OPERATIONS if self._budget.is_read else QUIET_OPERATIONS)
            part, start = entry.part(start, stop), stop
            self._items += items_of(part)
            self._operations += part.operations
            yield from self._engine.applying(part, self._budget.used_up)

    def _apply_slice(self, entry: LoggedEntry) -> None:
        """Apply the present entry to its end, or until the slice is used up."""
        if entry.position.sequence % COST_EVERY:
            is_over = self._over()
        else:
            start_s = time.thread_time()
            is_over = self._over()
            self._took_s += time.thread_time() - start_s
        if is_over:
            self._applied_whole(entry)

    def _over(self) -> bool:
        """Take steps until the slice is used up; return whether the entry ended."""
        self._is_whole = False  # also if a step fails
        late = 0
        for step in self._steps:
            if step is True:
                self._windows += 1
            elif step:
                self._outcomes += step
                self._windows = 0
            if self._budget.used_up():
                if step is not None:
                    self._is_whole = True
                    return False
                late += 1
                if late > LATE_STEPS and self._budget.overdrawn:
                    return False
        return True

    def _applied_whole(self, entry: LoggedEntry) -> None:
        if len(self._outcomes) < entry.size:  # a step failed: the state belongs to no offset
            raise StoreUnavailable(self._health.reason)
        self._entry, self._is_whole, self._windows = None, True, 0
        if self._took_s:
            self.item_cost.learned(self._items, self._took_s)
        self._items, self._took_s = 0, 0.0
        self.position = entry.position
        self.recent.learned(entry.position, self._operations, self._outcomes)
        self._operations = []
        self._on_applied(entry)
        self._acknowledgements.applied(entry.position.offset, self._outcomes)
        self.waiters.reached(entry.position.offset)

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Pause learning at the end of an entry: the state stays that of `position`.

        Reads continue, also while the rest of a half applied entry is applied.
        """
        async with self._applying:
            while self._entry is not None:
                self._budget.start()
                self._apply_slice(self._entry)
                await self._turns()
            yield

    async def _rest(self) -> None:
        self._applying.release()
        try:
            await self._turns()
        finally:
            await self._applying.acquire()
        self._budget.start()

    async def _turns(self) -> None:
        for _ in range(self._budget.turns(self.reads)):
            await asyncio.sleep(0)
