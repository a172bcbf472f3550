"""Open Bandit's rows as impressions and clicks: fashion items, shown by `random` and by `bts`."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.calibration.figures import Predicted
from headwater_server.engine.engine import Engine
from headwater_server.engine.measures.calibration import Calibration
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import ContextValue, Event, EventItem
from headwater_server.engine.settings import EngineSettings

SETTINGS = EngineSettings(attribution_window_minutes=1 / 60, visitor_events_per_minute_max=0)
"""A row says itself whether it was clicked: its window closes a second later."""

COLUMNS = ("user_feature", "affinity")
"""What is known of a row's visitor: hashed features, and past clicks, on this item and on all."""

_NONE = np.zeros(0)
Row = dict[str, str]


class _Kept(Calibration):
    """The engine's own measure, which also keeps every chance that it is given."""

    def __init__(self, measure: Calibration, progress: Any) -> None:
        super().__init__(progress)
        self._measure = measure
        self.chances: list[NDArray[np.float64]] = []
        self.acted: list[NDArray[Any]] = []

    def observe(
        self, chances: NDArray[np.float64], acted: NDArray[Any], placement: str, policy: str
    ) -> None:
        """Keep them, and hand them on."""
        self.chances.append(chances)
        self.acted.append(acted)
        self._measure.observe(chances, acted, placement, policy)


def read_rows(file: Path, policy: str, limit: int | None = None) -> list[Row]:
    """Return the rows of a policy ("both": of all) in order of time."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if policy in (row["policy"], "both")]
    return rows[:limit]


def predict(rows: Sequence[Row], columns: Sequence[str] = COLUMNS) -> Iterator[Predicted | None]:
    """Let an engine learn the rows in order; yield None for each, and all predictions at the end.

    The visitor is the row's `user_id`, which names a segment of visitors. Columns whose
    names begin with one of ``columns`` are the context.
    """
    engine = Engine(SETTINGS)
    kept = _Kept(engine.parts.calibration, engine.parts.progress)
    impressions = engine.parts.impressions
    impressions.measures = impressions.measures._replace(calibration=kept)
    names = sorted({row["item_id"] for row in rows})
    engine.apply(Entry(_time_ms(rows[0]), tuple(ItemWrite(Item(name)) for name in names)))
    for number, row in enumerate(rows):
        engine.apply(Entry(_time_ms(row), tuple(_events(str(number), row, columns))))
        yield None
    for _ in engine.parts.impressions.closing(_time_ms(rows[-1]) + 10_000, len(rows)):
        pass
    chances, acted = np.concatenate(kept.chances), np.concatenate(kept.acted)
    yield Predicted(chances, acted, np.zeros(len(acted), dtype=np.int64), _NONE, _NONE, _NONE)


def _time_ms(row: Row) -> int:
    return round(1000 * float(row["timestamp"]))


def _events(name: str, row: Row, columns: Sequence[str]) -> Iterator[Event]:
    context: tuple[tuple[str, ContextValue], ...] = tuple(
        (key, float(row[key]) if key.startswith("affinity") else row[key])
        for key in sorted(row)
        if key.startswith(tuple(columns))
    )
    for event_type in ("impression", "click")[: 1 + (row["click"] == "1")]:
        yield Event(
            f"{name}-{event_type}",
            event_type,
            row["user_id"],
            items=(EventItem(row["item_id"]),),
            placement=row["campaign"],
            position=int(row["position"]),
            context=context,
        )
