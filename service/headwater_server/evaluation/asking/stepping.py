"""Folds the log and stops at the place of each answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.evaluation.asking.source import ReadableLog
from headwater_server.evaluation.shown.answer import Answer
from headwater_server.replica.ports.log import LoggedEntry
from headwater_server.replica.ports.position import Position


class Stepping:
    """One fold from ``position`` to ``end``; ``position`` moves with it.

    ``changed`` is applied to each part of an entry before the engine sees it. ``is_left`` counts
    answers whose place is not on this log.
    """

    def __init__(
        self,
        log: ReadableLog,
        engine: Engine,
        position: Position,
        end: Position,
        *,
        changed: Callable[[Entry], Entry] = lambda entry: entry,
        on_entry: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.position = position
        self._log, self._engine, self._end = log, engine, end
        self._changed, self._on_entry = changed, on_entry

    async def stops(self, answers: Sequence[Answer]) -> AsyncIterator[int]:
        """Yield the row of each answer while the engine is in its state.

        ``answers`` are in the order of their places; one whose place does not exist is left out.
        """
        row = 0
        while row < len(answers) and answers[row].place < (self.position.sequence, 0):
            row += 1
        entries = self._log.iterate(self.position, self._end.offset)
        async for logged in entries if self.position != self._end else _nothing():
            done = 0
            while row < len(answers) and answers[row].place[0] == self.position.sequence:
                operations = answers[row].place[1]
                if operations <= logged.size:
                    self._apply(logged, done, operations)
                    done = operations
                    yield row
                row += 1
            self._apply(logged, done, logged.size)
            self.position = logged.position
            self._on_entry(self.position.sequence)
        while row < len(answers) and answers[row].place == (self.position.sequence, 0):
            yield row
            row += 1

    def _apply(self, logged: LoggedEntry, start: int, stop: int) -> None:
        if start < stop:
            self._engine.apply(self._changed(logged.part(start, stop)))


async def _nothing() -> AsyncIterator[LoggedEntry]:
    return
    yield
