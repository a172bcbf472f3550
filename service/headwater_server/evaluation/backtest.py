"""Replays a file: before each event the engine recommends, then it applies the event.

It measures what runs online: the same `apply`, the same `recommend`. Only `recommend`'s answers
are compared; no slate is shown, so there are no impressions.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from headwater_server.engine.asked.asked_acts import AskedAct, AskedActs
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, Outcome, Status
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.messages.rewards import IMPRESSION
from headwater_server.evaluation.asked_after import AskedAfter
from headwater_server.evaluation.interactions import Ask, Interactions, Repeats
from headwater_server.evaluation.shop_history import ShopHistory
from headwater_server.evaluation.strangers import CHUNK_EVENTS, Strangers
from headwater_server.evaluation.tally import CUT, Tally, rank_of

TENTHS = 10


class Foldable(Protocol):
    """The methods of an engine that a backtest needs."""

    def apply(self, entry: Entry) -> list[Outcome]:
        """Change the state by one entry."""

    def recommend(self, request: RecommendRequest, now_ms: int) -> Recommendation:
        """Answer from the state without a change of it."""

    def digest(self) -> str:
        """Return the digest of the state."""


@dataclass
class Counted:
    """The counted questions, in the order of their rows; rank 0 is a miss."""

    rows: array[int] = field(default_factory=lambda: array("q"))
    ranks: array[int] = field(default_factory=lambda: array("b"))

    def add(self, row: int, rank: int) -> None:
        """Add one."""
        self.rows.append(row)
        self.ranks.append(rank)


@dataclass(frozen=True)
class Result:
    """The result of a backtest. The engine refused ``quarantined`` events.

    ``total`` and all that is by row or tenth has the answers at the time of each act; ``after``
    those right after the visitor's act before, None if nobody asked for them. ``first`` is of
    visitors' first events, ``strangers`` of lists asked in advance (`strangers.Strangers`).
    """

    total: Tally
    by_tenth: tuple[Tally, ...]
    rows: int
    quarantined: int
    events_per_second: float
    digest: str
    counted: Counted
    first: Tally = field(default_factory=Tally)
    strangers: Tally = field(default_factory=Tally)
    after: Tally | None = None


def first_counted(rows: int) -> int:
    """Return the first row that is counted: the one after the first tenth.

    >>> first_counted(20), first_counted(21)
    (2, 3)
    """
    return -(-rows // TENTHS)


class Backtest:
    """One run. ``on_event(rows done, tally so far)`` is called after each row.

    ``on_answer(row, rank)`` is called for every answer; rank 0 is a miss. If it is given, the first
    tenth is asked for, too, though not counted in the report; asking changes no state. ``ask``:
    `Ask.AFTER` asks right after each act, too.
    """

    def __init__(
        self,
        engine: Foldable,
        history: ShopHistory,
        repeats: Repeats = Repeats.ALLOW,
        on_event: Callable[[int, Tally], None] = lambda _row, _total: None,
        on_answer: Callable[[int, int], None] | None = None,
        ask: Ask = Ask.AT,
    ) -> None:
        self._engine = engine
        self._history = history
        self._interactions = Interactions(repeats)
        self._known: set[str] = set()
        self._first_rows: set[int] = set()
        first = first_counted(len(history.events))
        self._strangers = Strangers(engine, history, first)
        self._strangers_s = 0.0
        self._after = AskedAfter(engine, history, repeats, first) if ask is Ask.AFTER else None
        self._on_event = on_event
        self._on_answer = on_answer
        self._total, self._first = Tally(), Tally()
        self._by_tenth = tuple(Tally() for _ in range(TENTHS))
        self._counted = Counted()
        self._quarantined = 0

    def run(self) -> Result:
        """Replay the whole history; count the events after its first tenth."""
        rows = len(self._history.events)
        first = first_counted(rows)
        for entry in self._history.preface():
            self._engine.apply(entry)
        started = time.perf_counter()
        for row, (outcome, rank) in enumerate(self._answers(first)):
            if row == first:
                # the first tenth may ask for no answers
                started, self._strangers_s = time.perf_counter(), 0.0
            if rank is not None:
                self._answered(row, rank, counted=row >= first)
            self._quarantined += outcome.status is Status.QUARANTINED
            self._on_event(row + 1, self._total)
        # lists that strangers ask for in advance are beside the events
        passed_s = time.perf_counter() - started - self._strangers_s
        return self._result(rows, (rows - first) / passed_s)

    def _answers(self, first: int) -> Iterator[tuple[Outcome, int | None]]:
        """Ask and apply in chunks, before each of which its strangers' lists are asked for."""
        events, begin = self._history.events.events(), 0
        ask = self._one_by_one
        if isinstance(self._engine, Engine) and self._after is None:
            ask = AskedActs(self._engine, rank_of).learning
        while chunk := list(islice(events, CHUNK_EVENTS)):
            asked = time.perf_counter()
            self._strangers.ask(chunk, begin)
            self._strangers_s += time.perf_counter() - asked
            yield from ask(self._acts(chunk, begin, first))
            begin += len(chunk)

    def _acts(self, chunk: Sequence[Event], begin: int, first: int) -> Iterator[AskedAct]:
        """Yield each event, and what its visitor asks for before it."""
        for row, event in enumerate(chunk, start=begin):
            if event.visitor_id not in self._known:
                self._known.add(event.visitor_id)
                self._first_rows.add(row)
            asks = row >= first or self._on_answer is not None
            yield AskedAct(event, self._excluded(event) if asks else None)
            if event.event_type != IMPRESSION:
                self._interactions.add(event.visitor_id, event.items[0].item_id)

    def _excluded(self, event: Event) -> tuple[str, ...] | None:
        """Return what a list for the event may not contain; None if the event is not counted."""
        visitor_id, item_id = event.visitor_id, event.items[0].item_id
        reward = self._history.settings.rewards[event.event_type]
        if reward <= 0 or item_id == self._interactions.latest(visitor_id):
            return None
        return self._interactions.excluded(visitor_id)

    def _one_by_one(self, acts: Iterable[AskedAct]) -> Iterator[tuple[Outcome, int | None]]:
        """Ask for a list and apply the event, as `AskedActs` does in fewer steps."""
        for event, excluded in acts:
            now_ms, rank = event.event_time_ms or 0, None
            if excluded is not None:
                request = RecommendRequest(
                    visitor_id=event.visitor_id,
                    recommendation_id=event.event_id,
                    page_size=CUT,
                    exclude_item_ids=excluded,
                    explore=False,
                )
                answer = self._engine.recommend(request, now_ms=now_ms)
                rank = rank_of(event.items[0].item_id, answer.results)
            if self._after:
                self._after.count(event, is_asked=excluded is not None)
            yield self._engine.apply(Entry(now_ms, (event,), imported=True))[0], rank
            if self._after:
                self._after.ask(event)

    def _answered(self, row: int, rank: int, *, counted: bool) -> None:
        if counted:
            self._total.count(rank)
            if row in self._first_rows:
                self._first.count(rank)
            self._by_tenth[row * TENTHS // len(self._history.events)].count(rank)
            self._counted.add(row, rank)
        if self._on_answer:
            self._on_answer(row, rank)

    def _result(self, rows: int, events_per_second: float) -> Result:
        return Result(
            total=self._total,
            by_tenth=self._by_tenth,
            rows=rows,
            quarantined=self._quarantined,
            events_per_second=events_per_second,
            digest=self._engine.digest(),
            counted=self._counted,
            first=self._first,
            strangers=self._strangers.tally,
            after=self._after.tally if self._after else None,
        )


def uncounted(events: int) -> str:
    """Return why none of so many events was counted.

    >>> uncounted(1).partition(": ")[0]
    '1, of which none counts'
    """
    return (
        f"{events:,}, of which none counts: the first tenth is only learned, and an event counts "
        "if its reward is positive and its item is not the visitor's latest one"
    )
