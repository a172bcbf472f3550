"""A context as a vector: texts as indicators, numbers in deviations, and both in pairs."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np

from headwater_server.models.bandit.beliefs import BIAS, SCORE, Vector

WIDTH_MAX = 128
"""Weights of an action: its belief is a matrix of so many rows."""
_DEVIATIONS_MAX = 4.0
_PAIRS_LEFT = 16  # places that pairs leave to names that come later
Context = Sequence[tuple[str, str | float]]
_Named = list[tuple[int, float, bool]]


@lru_cache(maxsize=65_536)
def key_of(text: str) -> int:
    """Return a number for a name: what a context says of a person is not kept as text.

    Only this cache has the latest names; clear it when a person is erased.
    """
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "big") >> 1


class Contexts:
    """Turns contexts into vectors of at most `WIDTH_MAX` numbers, and knows each name's place.

    A text is the indicator of its name and value. A number counts in deviations from its mean,
    at most 4; one that never varies is an indicator. Pairs of names are features, too, where all
    pairs of a context fit: so an action may be the best for one device in the evening only. The
    squares of all are divided by their number, so that a long context is as sure as a short one.

    >>> contexts = Contexts()
    >>> contexts.meet([("device", "mobile"), ("hour", "noon")])
    >>> places, values, unknown = contexts.vector([("device", "mobile"), ("hour", "evening")])
    >>> places.tolist(), values.round(2).tolist(), round(unknown, 2)
    ([0, 2], [1.0, 0.58], 0.67)
    """

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._moments: dict[int, list[float]] = {}  # of numbers: count, mean, sum of squares

    @property
    def is_used(self) -> bool:
        """Whether anything was met."""
        return bool(self._places or self._moments)

    def meet(self, context: Context, score: float | None = None) -> None:
        """Note the names and numbers of a context that was shown: they have places from now on."""
        for name, value in context:
            if not isinstance(value, str):
                self._observe(key_of(name), value)
        if score is not None:
            self._observe(SCORE, score)
        single = self._single(context)
        for key, value, _ in single:
            self._enter(key, value, WIDTH_MAX)
        for key, value in _pairs(single):
            self._enter(key, value, WIDTH_MAX - _PAIRS_LEFT)

    def _observe(self, key: int, value: float) -> None:
        if key not in self._moments and len(self._moments) >= WIDTH_MAX:
            return
        moments = self._moments.setdefault(key, [0.0, 0.0, 0.0])
        moments[0] += 1.0
        off = value - moments[1]
        moments[1] += off / moments[0]
        moments[2] += off * (value - moments[1])

    def _enter(self, key: int, value: float, most: int) -> None:
        places = self._places
        if value and key not in places and len(places) + SCORE + 1 < most:
            places[key] = len(places) + SCORE + 1

    def vector(self, context: Context, score: float | None = None) -> Vector:
        """Return the context's vector; ``score`` None: the ranker knows nothing of the visitor."""
        single = self._single(context)
        named = [(key, value) for key, value, _ in single] + _pairs(single)
        count = sum(1 for _, value in named if value) + (score is not None)
        unit = 1.0 / math.sqrt(max(1, count))
        places, values, unknown = [BIAS], [1.0], 0.0
        if score is not None:
            places.append(SCORE)
            values.append(unit * self._deviations(SCORE, score))
        for key, value in named:
            place = self._places.get(key)
            if place is None:
                unknown += (unit * value) ** 2
            elif value:
                places.append(place)
                values.append(unit * value)
        return np.array(places, dtype=np.int64), np.array(values), unknown

    def _single(self, context: Context) -> _Named:
        found: dict[int, tuple[int, float, bool]] = {}
        for name, value in context:
            if isinstance(value, str):
                key = key_of(f"{name}={value}")
                found[key] = key, 1.0, True
            else:
                key = key_of(name)
                found[key] = key, self._deviations(key, value), False
        return list(found.values())

    def _deviations(self, key: int, value: float) -> float:
        count, mean, squares = self._moments.get(key, (0.0, 0.0, 0.0))
        spread = math.sqrt(squares / count) if count else 0.0
        if not spread > 1e-9 * abs(mean):
            return 1.0
        return max(-_DEVIATIONS_MAX, min(_DEVIATIONS_MAX, (value - mean) / spread))

    def state(self) -> dict[str, Any]:
        """Return the whole state, as plain values."""
        return {
            "names": list(self._places),
            "numbers": list(self._moments),
            "moments": np.array(list(self._moments.values()), dtype=np.float64).reshape(-1, 3),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._places = {int(key): at + SCORE + 1 for at, key in enumerate(state["names"])}
        numbers = map(int, state["numbers"])
        self._moments = dict(zip(numbers, state["moments"].tolist(), strict=True))


def _pairs(single: _Named) -> list[tuple[int, float]]:
    """Return the pairs of a context's names, and the squares of numbers, if there are few."""
    count = len(single)
    if count * (count + 3) // 2 + SCORE + 1 >= WIDTH_MAX - _PAIRS_LEFT:
        return []
    # (z^2 - 1) / sqrt(2) has mean 0 and variance 1 for a normal z
    squares = [
        (_pair(key, key), (value * value - 1.0) / math.sqrt(2.0))
        for key, value, is_text in single
        if not is_text
    ]
    return squares + [
        (_pair(one[0], other[0]), one[1] * other[1]) for one, other in combinations(single, 2)
    ]


@lru_cache(maxsize=65_536)
def _pair(one: int, other: int) -> int:
    return key_of(f"{min(one, other)}*{max(one, other)}")
