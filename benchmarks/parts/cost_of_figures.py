"""What figures cost in learning: microseconds of CPU an event, with and without them, in turns.

    python -m benchmarks.parts.cost_of_figures FOLDER_OF_DATA

The first 20,000 events of bol_serenade in entries of 500, as they are, and with lists: before every
tenth event its visitor sees four items, and every twentieth is an order.
"""

from __future__ import annotations

import csv
import gzip
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path
from unittest import mock

from headwater_server.engine import interactions
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.warmup import warm_up

EVENTS, BATCH, TURNS = 20_000, 500, 5
HOOKS = ("note_act", "note_report")


def _events(path: Path) -> Iterator[Event]:
    with gzip.open(path, "rt") as lines:
        for number, row in enumerate(islice(csv.DictReader(lines), EVENTS)):
            time_ms = 1_000 * int(row["timestamp"])
            items = (EventItem(row["item_id"]),)
            kind = row["event_type"]
            yield Event(f"e{number}", kind, row["user_id"], items=items, event_time_ms=time_ms)


def _with_lists(events: list[Event]) -> Iterator[Event]:
    for number, event in enumerate(events):
        if number % 10 == 0:
            seen = tuple(one.items[0] for one in events[max(0, number - 3) : number + 1])
            shown = replace(event, event_id=f"i{number}", event_type="impression", items=seen)
            yield replace(shown, placement="home")
        if number % 20 == 10:
            bought = (replace(event.items[0], price=19.99, currency_code="EUR"),)
            yield replace(event, event_type="order", items=bought)
        else:
            yield event


def _us(events: list[Event]) -> float:
    engine = Engine()
    parts = [events[place : place + BATCH] for place in range(0, len(events), BATCH)]
    entries = [Entry(part[-1].event_time_ms or 0, tuple(part), imported=True) for part in parts]
    start_s = time.thread_time()
    for entry in entries:
        engine.apply(entry)
    return 1e6 * (time.thread_time() - start_s) / len(events)


def _us_without(events: list[Event]) -> float:
    with ExitStack() as stack:
        for name in HOOKS:
            stack.enter_context(mock.patch.object(interactions, name, _nothing))
        return _us(events)


def _nothing(*_given: object) -> None:
    return None


def main() -> None:
    """Print the medians and the difference of each turn."""
    warm_up()
    plain = list(_events(Path(sys.argv[1], "bol_serenade", "events.csv.gz")))
    for name, events in (("views", plain), ("with lists", list(_with_lists(plain)))):
        _us(events[:2_000])
        turns = [(_us(events), _us_without(events)) for _ in range(TURNS)]
        apart = statistics.median(one - other for one, other in turns)
        first, second = (statistics.median(column) for column in zip(*turns, strict=True))
        print(f"{name}: {first:.1f} us an event, {second:.1f} without; {apart:+.2f} in a turn")


if __name__ == "__main__":
    main()
