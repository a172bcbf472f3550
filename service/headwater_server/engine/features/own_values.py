"""The values of the shop's own features, by item: computed once, when an item is written."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.features.own_columns import Own
from headwater_server.engine.features.own_features import OwnFeature, own_features
from headwater_server.engine.messages.entries import Item
from headwater_server.models.base import CAPACITY_START, growing, grown

NOT_SAME = "two calls return different values"
LARGEST = 1e100
"""Values are cut off here, so that differences of values are finite."""
_SHARE = 16  # the scale is found again after so many more writes, as a share of the items
_SAMPLE = 1_024  # items that the scale is found from, at most
_FILL_STEP = 200  # items whose values are computed in one step
_NONE = math.nan


class OwnValues:
    """float64[items, features] of the functions that the setting names, NaN where there is none.

    The scale of a feature is the median of its values, and the median of their distances from it
    that are not 0 (1 if there are none): one absurd value moves neither. It is found from up to
    1,024 items that lie apart; again once a sixteenth of them was written. A value outlives a
    change of its code.

    >>> own = OwnValues(["price"])
    >>> for number, price in enumerate((10.0, 12.0, 1e12)):
    ...     own.write(number, Item("a", price=price))
    >>> own.own.scale[:, 0].tolist()
    [12.0, 2.0]
    """

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self.features = own_features(texts)
        rows, count = CAPACITY_START if texts else 0, len(self.features)
        self._values = np.full((rows, count), _NONE)
        self._scale = np.vstack((np.zeros(count), np.ones(count)))
        self._writes = self._find_at = 0
        # what this process saw its functions do; not a part of the state
        self.failures = Counter[tuple[str, str]]()
        self.first_failed: dict[tuple[str, str], str] = {}

    @property
    def own(self) -> Own:
        """As kernels take it."""
        return Own(self._values, self._scale)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the features."""
        return tuple(one.name for one in self.features)

    def reserve(self, rows: int) -> None:
        """Make room for items numbered below ``rows``."""
        if self.features:
            self._values = grown(self._values, rows, _NONE)

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Do the same in steps."""
        if self.features:
            self._values = yield from growing(self._values, rows, _NONE)

    def write(self, number: int, item: Item | None) -> None:
        """Compute the values of an item; None: it is not described any more."""
        if not self.features:
            return
        if item is None:
            self._values[number] = _NONE
            return
        self._values[number] = [self._computed(one, item) for one in self.features]
        if self._writes >= self._find_at:
            self._find_scale()
            self._find_at = self._writes + min(self._writes, len(self._values)) // _SHARE
        self._writes += 1

    def filling(self, items: Iterable[tuple[int, Item]]) -> Generator[None, None, None]:
        """Write many items, in steps."""
        for place, (number, item) in enumerate(items, start=1):
            self.write(number, item)
            if place % _FILL_STEP == 0:
                yield

    def forget(self, items: NDArray[np.int32]) -> None:
        """Clear the values of ``items``, whose numbers will be reused."""
        if self.features:
            self._values[items] = _NONE

    def _computed(self, feature: OwnFeature, item: Item) -> float:
        """Return the value of an item, NaN if it has none; note why, unless that is no fault."""
        value, reason = value_of(feature, item)
        if reason:
            key = feature.name, reason
            self.failures[key] += 1
            self.first_failed.setdefault(key, item.item_id)
        return value

    def _find_scale(self) -> None:
        for place, column in enumerate(self._values.T):
            values = column[~np.isnan(column)]
            if len(values):
                values = np.sort(values[:: -(-len(values) // _SAMPLE)])
                centre = _middle(values)
                gaps = np.abs(values - centre)
                gaps = np.sort(gaps[gaps > 0.0])
                self._scale[:, place] = centre, _middle(gaps) if len(gaps) else 1.0

    def distances(self, feature: str, item: int, others: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return float64[n]: in units, how far an item is from ``others``; NaN without a value."""
        place = self.names.index(feature)
        gaps = self._values[others, place] - self._values[item, place]
        with np.errstate(over="ignore"):
            found: NDArray[np.float64] = np.abs(gaps) / self._scale[1, place]
        return found

    def differing(self, number: int, item: Item) -> list[str]:
        """Return the features whose functions now give another value than the stored one."""
        pairs = zip(self.features, self._values[number].tolist(), strict=True)
        return [one.name for one, kept in pairs if not _are_same(value_of(one, item)[0], kept)]

    def has_value(self, place: int) -> bool:
        """Whether any item has a value of that feature."""
        return not bool(np.isnan(self._values[:, place]).all())

    def state(self) -> dict[str, Any]:
        """Return the values, their scale, and how many writes there were, and are to be."""
        return {
            "values": self._values,
            "scale": self._scale,
            "writes": [self._writes, self._find_at],
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._values, self._scale = state["values"], state["scale"]
        self._writes, self._find_at = state["writes"]


def value_of(feature: OwnFeature, item: Item) -> tuple[float, str]:
    """Return what a feature's function gives for an item, NaN for nothing; and what is wrong.

    It is called twice, with copies of the item: a function that is not pure has no value.
    """
    try:
        first, second = (_number(feature.value(replace(item))) for _ in range(2))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - somebody's function
        return _NONE, type(error).__name__
    if not _are_same(first[0], second[0]):
        return _NONE, NOT_SAME
    return first


def _number(value: Any) -> tuple[float, str]:
    if value is None:
        return _NONE, ""
    if not hasattr(value, "__float__"):
        return _NONE, f"{type(value).__name__} is no number"
    number = float(value)
    if math.isfinite(number):
        return min(max(number, -LARGEST), LARGEST), ""
    return _NONE, "NaN" if math.isnan(number) else "infinity"


def _middle(ordered: NDArray[np.float64]) -> float:
    """Return the lower median: a value that there is, so that no sum is rounded."""
    return float(ordered[(len(ordered) - 1) // 2])


def _are_same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))
