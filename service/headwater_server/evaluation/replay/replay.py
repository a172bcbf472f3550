"""Folds a log again and stops at places, with the engine in the state that answered there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Slate
from headwater_server.engine.messages.requests import Recommendation
from headwater_server.engine.tokens.token_body import packed
from headwater_server.evaluation.replay.partly_applied import PartlyApplied
from headwater_server.evaluation.replay.shown import Place, Shown, request_of
from headwater_server.replica.ports.log import LoggedEntry
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.state_machine import StateMachine


class ReadableLog(Protocol):
    """What is folded: the log of a store, or an archive."""

    def iterate(self, after: Position, until: str | None = None) -> AsyncIterator[LoggedEntry]:
        """Yield the entries after ``after``, up to and including the offset ``until``."""


class Replay:
    """One fold of ``engine``, whose state is that of ``position``; ``position`` moves with it.

    ``until`` is the offset of the last entry, None for the log's present end. ``changed`` is
    applied to each part of an entry before the engine sees it.
    """

    def __init__(
        self,
        log: ReadableLog,
        engine: StateMachine,
        position: Position,
        *,
        until: str | None = None,
        changed: Callable[[Entry], Entry] = lambda entry: entry,
        on_entry: Callable[[Position], None] = lambda _: None,
    ) -> None:
        self.position = position
        self.engine = engine
        self._log = log
        self._until = until
        self._changed = changed
        self._on_entry = on_entry

    async def stops(self, places: Sequence[Place]) -> AsyncIterator[int]:
        """Yield the number of each place, while the engine is in its state; then fold the rest.

        ``places`` are in order; one that this part of the log does not have is left out.
        """
        row = 0
        while row < len(places) and places[row] < (self.position.sequence, 0):
            row += 1
        async for logged in self._entries():
            for stop in self._applying(logged, places, row):
                yield stop
            while row < len(places) and places[row] < (logged.position.sequence, 0):
                row += 1
            self.position = logged.position
            self._on_entry(self.position)
        while row < len(places) and places[row] in self._end_places():
            yield row
            row += 1

    async def _entries(self) -> AsyncIterator[LoggedEntry]:
        if self.position.offset == self._until:
            return
        async for logged in self._log.iterate(self.position, self._until):
            yield logged

    def _end_places(self) -> tuple[Place, ...]:
        return (self.position.sequence, 0), (self.position.sequence, 0, 0)

    def _applying(self, logged: LoggedEntry, places: Sequence[Place], row: int) -> Iterator[int]:
        """Apply an entry; stop at those of the places, from ``row`` on, that are within it."""
        entry = PartlyApplied(self.engine, logged, self._changed)
        while row < len(places) and places[row][0] == self.position.sequence:
            _, operations, windows = (*places[row], 0)[:3]
            if entry.reaches(operations, windows):
                yield row
            row += 1
        entry.finish()


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """A list that was shown, and what the state of its place answers now."""

    shown: Shown
    answer: Recommendation

    @property
    def is_same(self) -> bool:
        """Whether both are equal, see `is_same_list`."""
        return is_same_list(self.answer, self.shown.slate)


def is_same_list(answer: Recommendation, slate: Slate) -> bool:
    """Return whether items, policy and propensities are equal, byte for byte as in a token."""
    return packed(answer) == packed(slate)


async def asked_again(replay: Replay, shown: Iterable[Shown]) -> AsyncIterator[AskedAgain]:
    """Ask every list again at its place, in the order of places.

    Lists that are not replayable, or whose place is not on this part of the log, are left out.
    """
    lists = sorted((one for one in shown if one.is_replayable), key=lambda one: one.place)
    async for row in replay.stops([one.place for one in lists]):
        one = lists[row]
        request = request_of(one.visitor_id, one.slate, by_page=one.by_page)
        yield AskedAgain(one, replay.engine.recommend(request, one.slate.time_ms))
