"""Figures over time, in bounded memory: the last hour in detail, the last week more coarsely.

They are not part of the state: the shell samples, by its own clock, what the engine reports.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CLOSE_KEPT = 360  # an hour, one every ten seconds
FAR_EVERY = 30  # so many of the hour's samples make one of the week's
FAR_KEPT = 2016  # a week, one every five minutes
SERIES_MAX = 500  # 4.8 MB in all


class Span(Enum):
    """How far back samples go, and at which distance."""

    HOUR = "hour"
    WEEK = "week"


class SeriesKey(NamedTuple):
    """The name of a series: `metrics` defines the first three; ``call`` is a method's name."""

    name: str
    placement: str = ""
    policy: str = ""
    call: str = ""


@dataclass(frozen=True, slots=True)
class Samples:
    """Times, oldest first, and for each series a value at each time; NaN where there is none."""

    times_ms: NDArray[np.int64]
    series: Mapping[SeriesKey, NDArray[np.float32]]
    interval_s: float


class _Ring:
    """The last ``kept`` samples of each series.

    >>> ring = _Ring(kept=2)
    >>> for time_ms in (1, 2, 3):
    ...     ring.put(time_ms, {SeriesKey("reward"): time_ms / 2})
    >>> times_ms, series = ring.after(0)
    >>> times_ms.tolist(), series[SeriesKey("reward")].tolist()
    ([2, 3], [1.0, 1.5])
    """

    def __init__(self, kept: int) -> None:
        self._times_ms = np.zeros(kept, dtype=np.int64)
        self._series: dict[SeriesKey, NDArray[np.float32]] = {}
        self._count = 0

    def put(self, time_ms: int, values: Mapping[SeriesKey, float]) -> None:
        place = self._count % len(self._times_ms)
        self._times_ms[place] = time_ms
        self._count += 1
        for column in self._series.values():
            column[place] = np.nan
        for key, value in values.items():
            if (series := self._column(key, values)) is not None:
                series[place] = value

    def _column(
        self, key: SeriesKey, reported: Collection[SeriesKey]
    ) -> NDArray[np.float32] | None:
        """Return the series of ``key``; None if there is no room for one more."""
        if key not in self._series:
            if len(self._series) >= SERIES_MAX:
                self._forget_silent(reported)
            if len(self._series) >= SERIES_MAX:
                return None
            self._series[key] = np.full(len(self._times_ms), np.nan, dtype=np.float32)
        return self._series[key]

    def _forget_silent(self, reported: Collection[SeriesKey]) -> None:
        """Forget the series that are empty; without one, the one that ended first."""
        ended = {key: column for key, column in self._series.items() if key not in reported}
        silent = [key for key, column in ended.items() if np.isnan(column).all()]
        if not silent and ended:
            silent = [min(ended, key=lambda key: self._samples_of(ended[key]))]
        for key in silent:
            del self._series[key]

    def _samples_of(self, column: NDArray[np.float32]) -> int:
        """Return how many samples ago the series ended, negated."""
        order = np.arange(self._count - 1, self._count - 1 - len(column), -1) % len(column)
        return -int(np.argmax(~np.isnan(column[order])))

    def after(self, time_ms: int) -> tuple[NDArray[np.int64], dict[SeriesKey, NDArray[np.float32]]]:
        """Return the samples after a time, in order, without series that have no value there."""
        kept = len(self._times_ms)
        first = max(0, self._count - kept)
        order = np.arange(first, self._count) % kept
        order = order[self._times_ms[order] > time_ms]
        found = {key: column[order] for key, column in sorted(self._series.items())}
        return self._times_ms[order], {k: v for k, v in found.items() if not np.isnan(v).all()}

    def mean_of_last(self, count: int) -> dict[SeriesKey, float]:
        """Return the mean of each series over those of the last ``count`` samples that have it."""
        order = np.arange(max(0, self._count - count), self._count) % len(self._times_ms)
        found = {key: column[order] for key, column in self._series.items()}
        return {k: float(np.nanmean(v)) for k, v in found.items() if not np.isnan(v).all()}


class Timeline:
    """The samples of an hour and of a week.

    >>> timeline = Timeline(interval_s=10.0)
    >>> for place in range(FAR_EVERY + 1):
    ...     timeline.put(10_000 * place, {SeriesKey("reward"): float(place)})
    >>> timeline.samples(Span.HOUR, 299_000).times_ms.tolist()
    [300000]
    >>> timeline.samples(Span.WEEK).series[SeriesKey("reward")].tolist()
    [14.5]
    """

    def __init__(self, interval_s: float) -> None:
        """``interval_s`` is the time between two calls of `put`."""
        self._interval_s = interval_s
        self._rings = {Span.HOUR: _Ring(CLOSE_KEPT), Span.WEEK: _Ring(FAR_KEPT)}
        self._put = 0

    def put(self, time_ms: int, values: Mapping[SeriesKey, float]) -> None:
        """Add a sample; after every thirtieth, add their mean to the week."""
        close = self._rings[Span.HOUR]
        close.put(time_ms, values)
        self._put += 1
        if self._put % FAR_EVERY == 0:
            self._rings[Span.WEEK].put(time_ms, close.mean_of_last(FAR_EVERY))

    def samples(
        self, span: Span, after_ms: int | None = None, names: Collection[str] = ()
    ) -> Samples:
        """Return the samples after a time, of the named series, or of all without ``names``."""
        times_ms, series = self._rings[span].after(-1 if after_ms is None else after_ms)
        wanted = {key: v for key, v in series.items() if not names or key.name in names}
        apart = FAR_EVERY if span is Span.WEEK else 1
        return Samples(times_ms, wanted, apart * self._interval_s)
