"""Cold start, counted beside a backtest: few events of the visitor, of the item, of the shop."""

from __future__ import annotations

from collections.abc import Iterable

from headwater_server.evaluation.backtest import first_counted
from headwater_server.evaluation.event_file import Past
from headwater_server.evaluation.tally import Tally

VISITOR_EVENTS = 3
ITEM_EVENTS = 10
SHOP_EVENTS = 1_000
VISITORS = tuple(f"visitor's {n}" for n in ("1st", "2nd", "3rd"))
ITEM = f"item's first {ITEM_EVENTS}"
SHOP = f"shop's first {SHOP_EVENTS:,}"
COLUMNS = (*VISITORS, ITEM, SHOP)


class ColdStart:
    """Tallies of the questions that were asked while something was new.

    - A visitor's 1st event (no history at all), 2nd and 3rd; an item's first 10 appearances (the
      first of all has been seen by nobody): of the events that the protocol counts, so that the
      shop itself is warm.
    - The shop's first 1,000 events, which the protocol does not count: visitors, items and weights
      are all new. They are asked all the same, and counted here alone.

    Only questions count, so neither an event without a reward nor one on the visitor's latest item
    does; both make the visitor and the item a little older.
    """

    def __init__(self, events: Past) -> None:
        past = [(event.visitor_id, event.items[0].item_id) for event in events.events()]
        self._nth_of_visitor = list(_nth(visitor for visitor, _ in past))
        self._nth_of_item = list(_nth(item for _, item in past))
        self._first_counted = first_counted(len(events))
        self.tallies = {name: Tally() for name in COLUMNS}

    def count(self, row: int, rank: int) -> None:
        """Count one answer of a backtest: the event of ``row`` was at ``rank``; 0 is a miss."""
        if row < SHOP_EVENTS:
            self.tallies[SHOP].count(rank)
        if row < self._first_counted:
            return
        if self._nth_of_visitor[row] <= VISITOR_EVENTS:
            self.tallies[VISITORS[self._nth_of_visitor[row] - 1]].count(rank)
        if self._nth_of_item[row] <= ITEM_EVENTS:
            self.tallies[ITEM].count(rank)


def _nth(ids: Iterable[str]) -> Iterable[int]:
    """Yield for each id how often it has come up to here.

    >>> list(_nth("abab"))
    [1, 1, 2, 2]
    """
    counts: dict[str, int] = {}
    for one in ids:
        counts[one] = counts.get(one, 0) + 1
        yield counts[one]
