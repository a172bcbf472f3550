"""Acts of a log in columns, 57 bytes each: who, on what, when, and what they were worth."""

from __future__ import annotations

from array import array
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.rewards import (
    IMPRESSION,
    LOGOUT,
    PURCHASE,
    canonical_type,
    reward_of,
)
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.shown.metrics import NO_CURRENCY

OPERATION_BITS = 20
"""An entry has fewer operations than 2^20, so place and number fit into one integer."""
BY_TIME = -1
"""The place of an act of an import: its own time says when it was, not its place on the log."""


class Acts:
    """Acts with a positive reward, on one item or on all; an event that comes twice counts once."""

    def __init__(self, item_id: str = "") -> None:
        self.names: dict[str, int] = {}
        self.items: dict[str, int] = {}
        self.currencies: Counter[str] = Counter()
        self.without_price = 0
        self._only = item_id
        self._currency_of: dict[str, int] = {}
        self._seen: set[int] = set()
        self._place, self._time_ms = array("q"), array("q")
        self._visitor, self._user, self._item = array("q"), array("q"), array("q")
        self._bought, self._currency = array("b"), array("q")
        self._worth = array("d")

    def take(self, sequence: int, entry: Entry, settings: EngineSettings) -> None:
        """Read the entry with this number."""
        for number, one in enumerate(entry.operations):
            if isinstance(one, Event):
                place = BY_TIME if entry.imported else place_key(sequence, number)
                time_ms = entry.time_ms
                if entry.imported and one.event_time_ms is not None:
                    time_ms = one.event_time_ms
                self._event(one, place, time_ms, settings)

    def _event(self, event: Event, place: int, time_ms: int, settings: EngineSettings) -> None:
        name = canonical_type(event.event_type)
        if name in (IMPRESSION, LOGOUT) or name not in settings.rewards:
            return
        items = [i for i in event.items if not self._only or i.item_id == self._only]
        if not items or not reward_of(event, settings) > 0.0:
            return
        mark = hash((event.event_id, event.from_page))
        if mark in self._seen:
            return
        self._seen.add(mark)
        for item in items:
            self._note(event, item, place, time_ms, is_bought=name == PURCHASE)

    def _note(
        self, event: Event, item: EventItem, place: int, time_ms: int, *, is_bought: bool
    ) -> None:
        self._place.append(place)
        self._time_ms.append(time_ms)
        self._visitor.append(self.name(f"v:{event.visitor_id}"))
        self._user.append(self.name(f"u:{event.user_id}") if event.user_id else -1)
        self._item.append(self.items.setdefault(item.item_id, len(self.items)))
        self._bought.append(is_bought)
        currency, worth = -1, 0.0
        if is_bought and item.price is None:
            self.without_price += 1
        elif is_bought:
            name = item.currency_code or NO_CURRENCY
            self.currencies[name] += 1
            currency = self._currency_of.setdefault(name, len(self._currency_of))
            worth = max(0.0, (item.price or 0.0) * item.quantity)
        self._currency.append(currency)
        self._worth.append(worth)

    def name(self, name: str) -> int:
        """Return the number of a visitor or an account."""
        return self.names.setdefault(name, len(self.names))

    @property
    def currency(self) -> str:
        """Return the currency of most purchases, "" without any."""
        return max(sorted(self.currencies), key=self.currencies.__getitem__, default="")

    def columns(self) -> dict[str, NDArray[np.int64] | NDArray[np.float64]]:
        """Return the columns; ``worth`` is in the currency of most purchases, 0 in others."""
        wanted = self._currency_of.get(self.currency, -2)
        is_ours = np.asarray(self._currency, dtype=np.int64) == wanted
        return {
            "place": np.asarray(self._place, dtype=np.int64),
            "time_ms": np.asarray(self._time_ms, dtype=np.int64),
            "visitor": np.asarray(self._visitor, dtype=np.int64),
            "user": np.asarray(self._user, dtype=np.int64),
            "item": np.asarray(self._item, dtype=np.int64),
            "bought": np.asarray(self._bought, dtype=np.int64),
            "worth": np.where(is_ours, np.asarray(self._worth, dtype=np.float64), 0.0),
        }


def place_key(sequence: int, operations: int) -> int:
    """Return an integer that sorts as (sequence, operations) does.

    >>> place_key(7, 3) < place_key(7, 4) < place_key(8, 0)
    True
    """
    return (sequence << OPERATION_BITS) + min(operations, (1 << OPERATION_BITS) - 1)
