"""Reads the log in order and applies it: the only place that changes the engine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from headwater_server.engine.messages.entries import Build
from headwater_server.engine.messages.events import Outcome
from headwater_server.engine.settings import EngineSettings
from headwater_server.errors import StoreUnavailable
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.health import Health
from headwater_server.replica.ports.log import Log, LoggedEntry
from headwater_server.replica.ports.position import Position, offset_key
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.tail.acknowledgements import Acknowledgements
from headwater_server.replica.tail.item_cost import ItemCost
from headwater_server.replica.tail.offset_waiters import OffsetWaiters
from headwater_server.replica.tail.own_entries import OwnEntries
from headwater_server.replica.tail.recent_entries import OnLost, RecentEntries
from headwater_server.replica.tail.slice_budget import SliceBudget
from headwater_server.replica.tail.stretches import Stretch, Whole, stretches

BLOCK_MS = 500  # also the time after which an outage is noticed without a write
AWAY_PAUSE_S = 0.25  # at most: an outage of the store is so much longer for learning
PAGE_OPERATIONS = 4_000
PAGE_ENTRIES_MAX = 500
PART_OPERATIONS = 10  # of one or more entries, learned together at most: about a millisecond
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
        self._stretch: Stretch | None = None  # that is being applied
        self._steps: Iterator[Sequence[Outcome] | bool | None] = iter(())
        self._is_whole = True
        self.item_cost = ItemCost()
        self._applying = asyncio.Lock()
        self.recent = RecentEntries(position, on_lost, past)

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
        if self._stretch is None:
            return self.position.sequence, 0, 0
        if not self._is_whole:
            return None
        return self.position.sequence, len(self._stretch.outcomes), self._stretch.windows

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
        self._stretch, self._steps, self._is_whole = None, iter(()), True
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
            for entries in stretches(page, self._most):
                self._stretch = stretch = Stretch(entries)
                self._steps = self._applied(stretch)
                while self._stretch is stretch:
                    self._apply_slice(stretch)
                    if self._budget.used_up():
                        await self._rest()
                if self._on_marks is not None and (marks := entries[-1].marks):
                    await self._on_marks(marks)

    def _next_page(self, page: Sequence[LoggedEntry]) -> None:
        """Read fewer large entries at once."""
        operations = sum(entry.size for entry in page)
        wanted = PAGE_OPERATIONS * len(page) // max(1, operations)
        self._page_entries = max(1, min(PAGE_ENTRIES_MAX, wanted))

    def _most(self) -> int:
        """Return how many operations are converted from bytes at once, and learned together."""
        return PART_OPERATIONS if self._budget.is_read else QUIET_OPERATIONS

    def _applied(self, stretch: Stretch) -> Iterator[Sequence[Outcome] | bool | None]:
        """Apply entries: a large one in parts, several together."""
        entry, *others = stretch.entries
        following = (stretch.part(one, 0, one.size) for one in others)
        start = 0
        while start < entry.size:
            stop = entry.size if others else start + self._most()
            part, start = stretch.part(entry, start, stop), stop
            yield from self._engine.applying(part, self._budget.used_up, following)

    def _apply_slice(self, stretch: Stretch) -> None:
        """Apply the present entries to their end, or until the slice is used up."""
        if stretch.entries[0].position.sequence % COST_EVERY:
            is_over = self._over(stretch)
        else:
            start_s = time.thread_time()
            is_over = self._over(stretch)
            stretch.took_s += time.thread_time() - start_s
        if is_over:
            self._end(stretch)

    def _over(self, stretch: Stretch) -> bool:
        """Take steps until the slice is used up; return whether the entries ended."""
        self._is_whole = False  # also if a step fails
        late = 0
        for step in self._steps:
            if step is True:
                stretch.windows += 1
            elif step:
                for whole in stretch.learned(step):
                    self._applied_whole(whole)
            if self._budget.used_up():
                if step is not None:
                    self._is_whole = True
                    return False
                late += 1
                if late > LATE_STEPS and self._budget.overdrawn:
                    return False
        return True

    def _end(self, stretch: Stretch) -> None:
        whole = stretch.last()
        if whole is None:  # a step failed: the state belongs to no offset
            raise StoreUnavailable(self._health.reason)
        self._stretch, self._is_whole = None, True
        if stretch.took_s:
            self.item_cost.learned(stretch.items, stretch.took_s)
        self._applied_whole(whole)

    def _applied_whole(self, whole: Whole) -> None:
        entry, operations, outcomes = whole
        self.position = entry.position
        self.recent.learned(entry.position, operations, outcomes)
        self._on_applied(entry)
        self._acknowledgements.applied(entry.position.offset, outcomes)
        self.waiters.reached(entry.position.offset)

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Pause learning at the end of an entry: the state stays that of `position`.

        Reads continue, also while the rest of a half applied entry is applied.
        """
        async with self._applying:
            while self._stretch is not None:
                self._budget.start()
                self._apply_slice(self._stretch)
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
