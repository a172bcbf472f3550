"""Reads ahead of the fold: what was shown, what it earned, and how far the fold may go."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from headwater_server.engine.messages.entries import UserErase
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.shadow.rows import Rows
from headwater_server.evaluation.shown.answer import Answer
from headwater_server.evaluation.shown.collecting import Collecting, Counts
from headwater_server.evaluation.shown.span import Span
from headwater_server.replica.ports.log import LoggedEntry
from headwater_server.replica.ports.position import START, Position, time_ms_of

IDS_MAX = 1_000_000
MARK_MS, MARK_EVENTS = 1_000, 100


@dataclass(frozen=True)
class Mark:
    """A position that was read, with what had been counted until there."""

    position: Position
    counts: Counts

    @property
    def time_ms(self) -> int:
        """Return the time of the entry."""
        return time_ms_of(self.position.offset)


class Following(Collecting):
    """Collects for good: what is over is forgotten, and each answer is handed on when it comes."""

    def __init__(
        self,
        span: Span,
        window_minutes: float,
        placement: str | None,
        start: Position,
        settings: EngineSettings,
        *,
        is_known: Callable[[str], bool],
    ) -> None:
        """``is_known`` says of a recommendation whether it was asked about before."""
        super().__init__(span, window_minutes, placement, start, settings)
        self._ids: dict[int, None] = {}
        self._is_known = is_known

    def go_on(self) -> None:
        """Hand on answers from before the start, too: a stored state has asked most of them."""
        self._start = START

    def forget(self, now_ms: int) -> None:
        """Forget lists whose window is over, and event ids beyond the newest million."""
        self._open.forget(now_ms)
        self._drop_early(now_ms)
        while len(self._ids) > IDS_MAX:
            del self._ids[next(iter(self._ids))]

    def _is_early(self, token: str) -> bool:
        return super()._is_early(token) and not self._is_known(token)

    def _is_new_id(self, mark: int) -> bool:
        if mark in self._ids:
            return False
        self._ids[mark] = None
        return True


class Ahead:
    """What was read from ``start`` on; answers wait in the order of their places."""

    def __init__(
        self, start: Mark, collecting: Following, rows: Rows, *, folded: Position, late: int = 0
    ) -> None:
        """``folded``: where the fold is; what was shown before its place comes too late."""
        self.position = start.position
        self.collecting = collecting
        self.late = late
        collecting.counts = copied(start.counts)
        self.marks = deque([start])
        self._rows = rows
        self._folded = folded
        self._waiting: list[tuple[tuple[int, int, int], int, Answer]] = []
        self._number = 0
        self._erased: list[tuple[int, str, tuple[str, ...]]] = []

    def __len__(self) -> int:
        """Return how many answers wait for the fold."""
        return len(self._waiting)

    def take(self, logged: LoggedEntry) -> None:
        """Read one entry."""
        self.collecting.take(logged.position, logged.entry)
        self.position = logged.position
        for answer in self.collecting.answers:
            self._answer(answer)
        self.collecting.answers.clear()
        if logged.erases:
            self._erase(logged)
        self._mark()

    def _answer(self, answer: Answer) -> None:
        if answer.slate.recommendation_id in self._rows:
            self._rows.rejoin(answer)
        elif answer.place < (self._folded.sequence, 0, 0):
            self.late += 1
        else:
            self._number += 1
            heapq.heappush(self._waiting, (answer.place, self._number, answer))

    def _erase(self, logged: LoggedEntry) -> None:
        for one in logged.entry.operations:
            if isinstance(one, UserErase):
                self._rows.erase(one.user_id, one.visitor_ids)
                self._erased.append((logged.position.sequence, one.user_id, one.visitor_ids))

    def _mark(self) -> None:
        last, here = self.marks[-1], self.position
        is_due = time_ms_of(here.offset) >= last.time_ms + MARK_MS
        if is_due or self.collecting.counts.events >= last.counts.events + MARK_EVENTS:
            self.mark()

    def mark(self) -> None:
        """Note where the reading is."""
        if self.marks[-1].position == self.position:
            return
        self.marks.append(Mark(self.position, copied(self.collecting.counts)))
        self.collecting.forget(self.marks[-1].time_ms)

    def target(self, until_ms: float, events: int) -> Position:
        """Return how far the fold may go: over about so many events, none after a time."""
        found, begin = self._folded, 0
        for mark in self.marks:
            if mark.position.sequence <= self._folded.sequence:
                begin = mark.counts.events
                continue
            if mark.time_ms > until_ms:
                break
            found = mark.position
            if mark.counts.events >= begin + events:
                break
        return found

    def due(self, position: Position, *, is_last: bool) -> list[Answer]:
        """Take the answers whose place the fold up to ``position`` passes, in order.

        Those at the very end are left for the entry after it, unless it is the ``last``.
        """
        end, found = position.sequence + is_last, list[Answer]()
        while self._waiting and self._waiting[0][0][0] < end:
            found.append(heapq.heappop(self._waiting)[2])
        return found

    def folded(self, position: Position, window_ms: float) -> None:
        """Note that the fold is at ``position``; forget the marks that no restart begins at."""
        self._folded = position
        begin_ms = time_ms_of(position.offset) - window_ms
        while len(self.marks) > 1 and self.marks[1].time_ms <= begin_ms:
            self.marks.popleft()
        for _, user_id, visitor_ids in self._erased:  # what was asked since is of these, too
            self._rows.erase(user_id, visitor_ids)
        self._erased = [one for one in self._erased if one[0] > position.sequence]


def copied(counts: Counts) -> Counts:
    """Return a copy."""
    return replace(counts, unreplayable=counts.unreplayable.copy())
