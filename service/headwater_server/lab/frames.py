"""Data frames of any kind as a shop's history, and the counted questions as a data frame."""

from __future__ import annotations

import tempfile
from array import array
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.backtest import Result
from headwater_server.evaluation.shop_history import ShopHistory, read_history
from headwater_server.reading.problems import BadFile

TIME = "timestamp"
IDS = ("item_id", "user_id")
WHOLE_MAX = 2.0**53
"""Larger whole numbers are not exact as floating-point numbers."""
_HEADER_LINES = 2
"""The first row of a frame is on the second line of its file."""


def history_of(
    events: Any, items: Any, settings: EngineSettings, limit: int | None = None
) -> ShopHistory:
    """Return the history; the ``lines`` of its events are positions in the frame.

    The frames go through the same reader as files, so they are checked by the same rules.
    """
    frame = _frame(events, "events")
    order = _order(frame)
    with tempfile.TemporaryDirectory(prefix="headwater-lab-") as folder:
        paths = Path(folder, "events"), Path(folder, "items")
        _write(frame[order.tolist()], paths[0])
        if items is not None:
            _write(_frame(items, "items"), paths[1])
        try:
            history = read_history(
                paths[0], paths[1] if items is not None else None, settings, limit
            )
        except BadFile as error:
            raise ValueError(_in_rows(error, folder, order)) from None
    history.file.lines = array("q", order[: len(history.events)].tolist())
    return history


def _frame(given: Any, name: str) -> Any:
    try:
        return nw.from_native(given, eager_only=True)
    except TypeError:
        raise ValueError(f"{name}: a data frame was expected, not {type(given).__name__}") from None


def _order(frame: Any) -> NDArray[np.int64]:
    """Return the positions by time; rows of one time keep their order."""
    if TIME not in frame.columns:
        raise ValueError(f"events: there is no column {TIME}; found: {', '.join(frame.columns)}")
    times = frame[TIME]
    if times.null_count():
        raise ValueError(f"events: {times.null_count()} rows have no {TIME}")
    return np.argsort(times.to_numpy(), kind="stable").astype(np.int64)


def _write(frame: Any, path: Path) -> None:
    """Write a frame as a file of the native form: times as seconds, no cell for nothing."""
    kind = frame[TIME].dtype if TIME in frame.columns else None
    if isinstance(kind, (nw.Datetime, nw.Date)):
        moment = nw.col(TIME).cast(nw.Datetime("us")) if isinstance(kind, nw.Date) else nw.col(TIME)
        frame = frame.with_columns((moment.dt.timestamp("ms") / 1000).alias(TIME))
    for name in IDS:
        frame = _whole(frame, name)
    frame.write_csv(str(path))


def _whole(frame: Any, name: str) -> Any:
    """Write ids that are whole numbers as such: pandas makes 17.0 of 17 beside an empty cell."""
    if name not in frame.columns or frame[name].dtype not in (nw.Float64, nw.Float32):
        return frame
    ids = frame[name]
    if ids.null_count() or not ((ids % 1 == 0) & (ids.abs() < WHOLE_MAX)).all():
        return frame
    return frame.with_columns(ids.cast(nw.Int64).alias(name))


def _in_rows(error: BadFile, folder: str, order: NDArray[np.int64]) -> str:
    """Return what the reader found, with rows of the frame for lines of the file."""
    text = str(error).replace(f"{folder}/", "")
    for problem in error.problems:
        place = problem.line - _HEADER_LINES
        if 0 <= place < len(order):
            text = text.replace(f"line {problem.line}:", f"row {order[place]}:")
            text = text.replace(f"line {problem.line},", f"row {order[place]},")
    return text


def questions_of(events: Any, history: ShopHistory, result: Result) -> Any:
    """Return the counted questions as a frame of the kind of ``events``."""
    file, asked, ranks = history.file, list(result.counted.rows), list(result.counted.ranks)
    columns = {
        "row": [file.lines[row] for row in asked],
        "timestamp_ms": [file.times_ms[row] for row in asked],
        "user_id": [file.visitor_ids[row] for row in asked],
        "item_id": [file.item_ids[row] for row in asked],
        "event_type": [file.event_types[row] for row in asked],
        "rank": ranks,
        "hit": [rank > 0 for rank in ranks],
    }
    backend = nw.get_native_namespace(nw.from_native(events, eager_only=True))
    return nw.from_dict(columns, backend=backend).to_native()
