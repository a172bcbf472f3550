"""Acts that are asked about: what rank has the item on the list that its visitor gets just before?

A backtest asks and applies, event by event. Most events are plain acts, and what their visitors ask
needs nothing that a run of acts changes beside what its kernel knows; so one kernel asks and learns
them in turn. All others are asked by `recommend` and learned by `apply`. The ranks and the state
are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from headwater_server.engine import interactions
from headwater_server.engine.engine import Engine
from headwater_server.engine.learning.run import LISTED
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import CREATED, Event, Outcome
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.messages.results import Result
from headwater_server.engine.parts import Parts
from headwater_server.engine.plain_acts import note_plain
from headwater_server.engine.reranking.answer_settings import Order
from headwater_server.engine.setting_values.rankers import answering
from headwater_server.models.base import done

Found = tuple[Outcome, int | None]
_POPULAR_MIN = LISTED + 1
"""With fewer popular items most lists are filled in another way: the kernel would stop often."""


class AskedAct(NamedTuple):
    """An event, and the items that may not be on the list before it; None: nobody asks for one."""

    event: Event
    excluded: tuple[str, ...] | None


class AskedActs:
    """Asks for the 20 best items, without exploration, and learns, in the order of the events.

    ``rank_of`` finds an item on a list: its place from 1, 0 if it is not there.
    """

    def __init__(self, engine: Engine, rank_of: Callable[[str, Sequence[Result]], int]) -> None:
        self._engine = engine
        self._rank_of = rank_of
        self._waiting: list[bool] = []
        """Of each event that waits to be learned, whether its visitor asks."""
        self._entered: list[tuple[int, str]] = []
        """The items that these events are the first to name, with their places."""

    def learning(self, acts: Iterable[AskedAct]) -> Iterator[Found]:
        """Yield for each event its outcome, and the rank of its item, None if nobody asked."""
        for act in acts:
            if self._waits(act):
                if self._engine.parts.learning.is_full:
                    yield from self._learned()
            else:
                yield from self._learned()
                rank = None if act.excluded is None else self._rank(act.event, act.excluded)
                yield self._engine.apply(_entry(act.event))[0], rank
        yield from self._learned()

    def _waits(self, act: AskedAct) -> bool:
        """Let an event wait to be learned, if it is a plain act and its question is plain."""
        parts, (event, excluded) = self._engine.parts, act
        barred = -1 if excluded is None else _barred(parts, event, excluded)
        is_new = len(event.items) == 1 and parts.catalogue.number(event.items[0].item_id) is None
        if barred is None or not note_plain(parts, event, _entry(event)):
            return False
        place = len(self._waiting)
        if is_new:
            self._entered.append((place, event.items[0].item_id))
        self._waiting.append(excluded is not None)
        if excluded is not None:

            def rank() -> int:
                # these come later than the question, which must not know them
                unknown = tuple(item_id for at, item_id in self._entered if at >= place)
                return self._rank(event, excluded + unknown)

            parts.learning.acts.ask(rank, barred)
        return True

    def _rank(self, event: Event, excluded: tuple[str, ...]) -> int:
        request = RecommendRequest(
            visitor_id=event.visitor_id,
            recommendation_id=event.event_id,
            page_size=LISTED,
            exclude_item_ids=excluded,
            explore=False,
        )
        answer = self._engine.recommend(request, now_ms=event.event_time_ms or 0)
        return self._rank_of(event.items[0].item_id, answer.results)

    def _learned(self) -> Iterator[Found]:
        """Let all that waits be learned."""
        learning = self._engine.parts.learning
        done(learning.learning())
        ranks, learning.ranks = iter(learning.ranks), []
        waiting, self._waiting = self._waiting, []
        self._entered.clear()
        for is_asked in waiting:
            yield CREATED, next(ranks) if is_asked else None


def _entry(event: Event) -> Entry:
    return Entry(event.event_time_ms or 0, (event,), imported=True)


def _barred(parts: Parts, event: Event, excluded: tuple[str, ...]) -> int | None:
    """Return the item that a plain question excludes, -1 if none; None: it is not plain.

    A plain one is about nothing but its visitor, at the time of the event.
    """
    now_ms, kind = event.event_time_ms, parts.kinds.get(event.event_type)
    is_of_visitor = (
        len(excluded) <= 1
        and kind is not None
        and not (kind.may_hide or event.user_id or event.session_id)
        and interactions.circumstances_of(parts, event) == ((), ())
    )
    if not is_of_visitor or now_ms is None or now_ms < parts.clock_ms or not _lists_best(parts):
        return None
    if len(parts.hiding.hidden(("v" + event.visitor_id,), now_ms)):
        return None
    number = parts.catalogue.number(excluded[0]) if excluded else None
    return -1 if number is None else number


def _lists_best(parts: Parts) -> bool:
    """Whether lists are the candidates of highest score, and long enough."""
    under = parts.reranking.in_force
    return (
        under.order is Order.SCORE
        and not under.rules
        and under.settings.diversity == "none"
        and not parts.experiments.active
        and not parts.catalogue.columns.groups.are_used
        and not answering(under.settings)
        and len(parts.retriever.popular.items) >= _POPULAR_MIN
    )
