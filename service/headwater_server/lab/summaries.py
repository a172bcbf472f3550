"""What a backtest of the lab says in one row, and how much two of them differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from headwater_server.evaluation.beside import VISITORS_MIN
from headwater_server.inference.intervals.bootstrap import visitor_bootstrap
from headwater_server.inference.intervals.ratio import ratio_bootstrap

Values = NDArray[Any]
QUESTION = ("row", "user_id", "rank")


def summary(found: Any, level: float = 0.95) -> dict[str, float | int | None]:
    """Return hit rate, NDCG and MRR at 20 of what `backtest` returned, with the rate's interval.

    The interval draws visitors again, with all of their questions; it is None below 100 visitors.
    Of no question at all there is no rate: None.

    >>> import pandas as pd
    >>> ranks = pd.DataFrame({"row": [7, 8], "user_id": ["u", "v"], "rank": [1, 0]})
    >>> summary(ranks)["hit_rate"], summary(ranks)["mrr"]
    (0.5, 0.5)
    """
    frame = _frame(found)
    ranks, users = frame["rank"].to_numpy().astype(np.int64), _users(frame)
    hits = ranks > 0
    interval = visitor_bootstrap(hits, users, level) if _are_many(users) else None
    at = ranks[hits]
    return {
        "questions": len(ranks),
        "hit_rate": _mean(hits.sum(), len(ranks)),
        "hit_rate_low": interval.low if interval else None,
        "hit_rate_high": interval.high if interval else None,
        "ndcg": _mean((1.0 / np.log2(at + 1.0)).sum(), len(ranks)),
        "mrr": _mean((1.0 / at).sum(), len(ranks)),
    }


def _frame(found: Any) -> Any:
    """Return what `backtest` returned; ValueError for anything else."""
    try:
        frame = nw.from_native(found, eager_only=True)
    except TypeError:
        frame = None
    lacks = [name for name in QUESTION if frame is None or name not in frame.columns]
    if lacks:
        raise ValueError(f"found: this is no result of `backtest`: it has no {', '.join(lacks)}")
    return frame


def _mean(total: float, count: int) -> float | None:
    return float(total / count) if count else None


def compare(found: Mapping[str, Any], level: float = 0.95) -> Any:
    """Return a frame with a row for each backtest; ``times`` compares it with the first.

    ``times`` is the row's hit rate divided by the first one's, on the questions that both were
    asked, with an interval that draws visitors again. Both ends above 1: better, as far as
    these events can show.

    >>> import pandas as pd
    >>> base = pd.DataFrame({"row": [1, 2], "user_id": ["u", "v"], "rank": [1, 0]})
    >>> mine = pd.DataFrame({"row": [1, 2], "user_id": ["u", "v"], "rank": [1, 3]})
    >>> compare({"base": base, "mine": mine})["times"].tolist()
    [1.0, 2.0]
    """
    if not isinstance(found, Mapping):
        raise ValueError("found: write a dict, {'name': backtest(…), …}")  # noqa: TRY004 - as others
    if not found:
        raise ValueError("found: at least one backtest was expected")
    first = _frame(next(iter(found.values())))
    rows = [
        {"name": name, **summary(one, level), **_times(first, one, level)}
        for name, one in found.items()
    ]
    columns = {key: [row[key] for row in rows] for key in rows[0]}
    return nw.from_dict(columns, backend=nw.get_native_namespace(first)).to_native()


def _times(first: Any, other: Any, level: float) -> dict[str, float | None]:
    here, there = _by_row(first), _by_row(_frame(other))
    shared = [row for row in here if row in there]
    if not shared:
        raise ValueError("found: the backtests have no question in common")
    users = np.array([here[row][1] for row in shared])
    base, mine = (np.array([side[row][0] for row in shared], float) for side in (here, there))
    if not base.any():
        return {"times": None, "times_low": None, "times_high": None}
    interval = ratio_bootstrap(mine, base, users, level) if _are_many(users) else None
    return {
        "times": float(mine.sum() / base.sum()),
        "times_low": interval.low if interval else None,
        "times_high": interval.high if interval else None,
    }


def _by_row(frame: Any) -> dict[int, tuple[bool, str]]:
    rows, ranks, users = (frame[name].to_list() for name in ("row", "rank", "user_id"))
    return {row: (rank > 0, user) for row, rank, user in zip(rows, ranks, users, strict=True)}


def _users(frame: Any) -> Values:
    users: Values = np.asarray(frame["user_id"].to_list())
    return users


def _are_many(users: Values) -> bool:
    return len(np.unique(users)) >= VISITORS_MIN
