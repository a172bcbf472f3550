"""The visits of a file of events: the first part in batches, the last part one by one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from headwater import Event
from headwater_server.cli.importing.sender import to_client_item
from headwater_server.engine.messages import events
from headwater_server.evaluation.interactions import Interactions, Repeats
from headwater_server.evaluation.shop_history import ShopHistory
from headwater_server.evaluation.simulator import Act, Visit

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOT_COUNTED = 0.1  # the first share of the file, as in a backtest
LIVE_ABOUT = 5_000  # events that are played live, about
IMPRESSION = "impression"


@dataclass(frozen=True, slots=True)
class RecordedArrival:
    """A visit of the file: the visitor acts as in the file, whatever the list contains."""

    visitor_id: str
    act: Act
    counted: bool
    left_out: tuple[str, ...]
    explore = False  # as in a backtest: the best list, without the latest item

    def look(self, shown: list[str]) -> Visit:
        """Return the visit in the file. It has no impression: what was seen is unknown."""
        hit = self.act.item_id in shown if self.counted else None
        return Visit((), (self.act,), hit)


class RecordedCrowd:
    """The visits of a file, in its order; each event is taken once.

    All times of the file are moved by the same amount, so that the past ends about now and the
    live part follows it without a gap.
    """

    counted = (
        "counted as in a backtest: events with a positive reward after the file's first tenth, not "
        "on the visitor's latest item;\na hit: the event's item is among the 20 best items "
        "without that latest item, requested just before"
    )

    def __init__(self, history: ShopHistory) -> None:
        self._history = history
        self._interactions = Interactions(Repeats.ALLOW)
        self._row = 0
        times_ms = history.file.times_ms
        first_live_ms = times_ms[max(0, len(times_ms) - LIVE_ABOUT)]
        self._moved = timedelta(milliseconds=time.time_ns() // 1_000_000 - first_live_ms)
        self.name = f"{len(history.events):,} events of {history.events.path.name}"
        self.items = [to_client_item(write) for write in history.items]

    @property
    def left(self) -> int:
        """Return how many events are left."""
        return len(self._history.events) - self._row

    def past(self, size: int) -> list[Event]:
        """Take the next events, as a backend reports past events."""
        taken = [self._take() for _ in range(min(size, self.left))]
        return [_reported(event, self._moved) for event in taken]

    def arrivals(self) -> Iterator[RecordedArrival]:
        """Yield one visit for each event that is left."""
        while self.left:
            row = self._row
            latest = self._interactions.latest(self._history.file.visitor_ids[row])
            event = self._take()
            act = Act(event.event_type, event.items[0].item_id, value=event.value)
            counted = self._is_counted(row, event, latest)
            yield RecordedArrival(event.visitor_id, act, counted, (latest,) if latest else ())

    def drift(self) -> str:
        """Do nothing: the taste of real visitors changes by itself."""
        return ""

    def three_clicks(self) -> list[str]:
        """Return the first three different items of the first visitor who has three."""
        items_by_visitor: dict[str, dict[str, None]] = {}
        rows = self._history.file
        for visitor_id, item_id in zip(rows.visitor_ids, rows.item_ids, strict=True):
            items = items_by_visitor.setdefault(visitor_id, {})
            items[item_id] = None
            if len(items) == 3:
                return list(items)
        return list(dict.fromkeys(rows.item_ids))[:3]

    def _take(self) -> events.Event:
        event = self._history.file.event(self._row)
        self._row += 1
        if event.event_type != IMPRESSION:
            self._interactions.add(event.visitor_id, event.items[0].item_id)
        return event

    def _is_counted(self, row: int, event: events.Event, latest: str | None) -> bool:
        if row < len(self._history.events) * NOT_COUNTED:
            return False
        reward = self._history.settings.rewards[event.event_type]
        return reward > 0 and event.items[0].item_id != latest


def _reported(event: events.Event, moved: timedelta) -> Event:
    moment = EPOCH + timedelta(milliseconds=event.event_time_ms or 0) + moved
    return Event(
        event.event_type,
        event.visitor_id,
        items=[item.item_id for item in event.items],
        value=event.value,
        event_time=min(moment, datetime.now(UTC)),  # the end of a short file would lie ahead
    )
