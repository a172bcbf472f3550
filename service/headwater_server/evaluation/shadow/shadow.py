"""The shadow: reads ahead, folds behind, and keeps what it found."""

from __future__ import annotations

import json
import time
from contextlib import aclosing

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.experiments import PolicyWrite
from headwater_server.engine.settings import EngineSettings
from headwater_server.errors import CommandFailed
from headwater_server.evaluation.asking.source import Source
from headwater_server.evaluation.shadow.ahead import Ahead, Following, Mark
from headwater_server.evaluation.shadow.asked import ShadowAsked
from headwater_server.evaluation.shadow.behind import Behind
from headwater_server.evaluation.shadow.quality import Quality
from headwater_server.evaluation.shadow.rows import Rows
from headwater_server.replica.ports.log import LoggedEntry
from headwater_server.replica.ports.position import Position, time_ms_of

READ_ENTRIES, FOLD_EVENTS = 5_000, 100


class Shadow:
    """Everything that one process knows. ``known_until``: policies were looked up until there."""

    def __init__(
        self,
        source: Source,
        asked: ShadowAsked,
        behind: Behind,
        *,
        rows: Rows,
        quality: Quality,
        start: Mark,
        known_until: int,
        late: int = 0,
    ) -> None:
        self.source, self.asked, self.behind = source, asked, behind
        self.rows, self.quality = rows, quality
        self.head = start.position
        self._known_until = known_until
        settings: EngineSettings = behind.champion.written_settings
        collecting = Following(
            asked.span,
            asked.window_minutes,
            asked.placement,
            start.position,
            settings,
            is_known=rows.__contains__,
        )
        self.ahead = Ahead(start, collecting, rows, folded=behind.position, late=late)
        self._read_s = time.monotonic()

    @property
    def position(self) -> Position:
        """Return where the fold is."""
        return self.behind.position

    @property
    def engine(self) -> Engine:
        """Return the state that the policy answers from."""
        return self.behind.own or self.behind.champion

    async def step(self, head: Position, *, to_the_end: bool = False) -> bool:
        """Read and fold some entries up to ``head``; return whether there was anything to do.

        The fold stays a window behind, except ``to_the_end``.
        """
        self.head = max(self.head, head, key=lambda one: one.sequence)
        moved = await self._read(head)
        is_read = self.ahead.position.sequence >= head.sequence
        if is_read:
            self.ahead.mark()
        until_ms = float("inf") if to_the_end and is_read else self._until_ms()
        target = self.ahead.target(until_ms, FOLD_EVENTS)
        if target != self.position:
            await self._fold(target)
            return True
        return moved

    async def ask_the_last(self) -> None:
        """Ask the answers that were given after the last entry; nothing may be read after that."""
        due = self.ahead.due(self.position, is_last=True)
        for row in await self.behind.fold((), due):
            self.rows.add(row)

    async def _read(self, head: Position) -> bool:
        if self.ahead.position.sequence >= head.sequence:
            return False
        done = 0
        # a generator, which the port calls an iterator
        async with aclosing(self.source.log.iterate(self.ahead.position, head.offset)) as entries:  # type: ignore[type-var]
            async for logged in entries:
                self._check(logged)
                self.ahead.take(logged)
                done += 1
                if done >= READ_ENTRIES:
                    break
        self._read_s = time.monotonic()
        return done > 0

    def _until_ms(self) -> float:
        """Return the time until which all windows are over; it goes on while the log is quiet."""
        quiet_ms = 1_000.0 * (time.monotonic() - self._read_s)
        return time_ms_of(self.ahead.position.offset) + quiet_ms - self.asked.window_ms

    async def _fold(self, target: Position) -> None:
        entries = [
            one async for one in self.source.log.iterate(self.position, target.offset)
        ]  # fmt: skip
        due = self.ahead.due(target, is_last=False)
        for row in await self.behind.fold(entries, due):
            self.rows.add(row)
        self.ahead.folded(self.position, self.asked.window_ms)
        self.settle()
        self.quality.look(self.behind.champion, self.engine)

    def settle(self, *, at_once: bool = False) -> None:
        """Settle the rows for which no act counts any more."""
        over_ms = time_ms_of(self.ahead.position.offset) - self.asked.window_ms
        self.rows.settle(over_ms, at_once=at_once)

    def _check(self, logged: LoggedEntry) -> None:
        """Raise `CommandFailed` if the policy on the log is another one from here on."""
        policy = self.asked.on_log
        if policy is None or logged.position.sequence <= self._known_until:
            return
        for one in logged.entry.operations:
            if not isinstance(one, PolicyWrite) or one.policy_id != policy.policy_id:
                continue
            if json.loads(one.overrides) != dict(policy.overrides):
                raise CommandFailed(
                    f"policy {one.policy_id} was written again at {logged.position.offset}: what "
                    "was found is of the one before. The next start begins again with the new one"
                )
