"""The probability head: genuine River, from a score to a chance that can be believed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river import base, compose, linear_model, optim, preprocessing

from headwater_server.models.plain import from_plain, to_plain

FEATURES = ("score", "log_position", "history")


class ProbabilityHead(base.Classifier):
    """``StandardScaler | LogisticRegression`` over score, slot and length of history.

    It learns from every reported slot when its attribution window has closed: did the visitor
    act on the item with a positive reward? `score_many` computes the same numbers as
    `predict_proba_one`, for a whole slate at once.

    Parameters
    ----------
    rate
        Learning rate of the regression.
    slots_min
        Reported slots, with at least one act among them, before a probability is given.

    References
    ----------
    River: `river.preprocessing.StandardScaler`, `river.linear_model.LogisticRegression`.

    Examples
    --------
    >>> head = ProbabilityHead(slots_min=2)
    >>> for _ in range(200):
    ...     head.learn_one({"score": 1.0, "log_position": 0.0, "history": 0.0}, True)
    ...     head.learn_one({"score": -1.0, "log_position": 0.0, "history": 0.0}, False)
    >>> rows = np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]])
    >>> high, low = head.score_many(rows)
    >>> bool(high > 0.5 > low)
    True
    """

    def __init__(self, rate: float = 0.02, slots_min: int = 500) -> None:
        self.rate = rate
        self.slots_min = slots_min
        self._pipeline = self._stock()
        self._slots = 0
        self._acts = 0

    def _stock(self) -> compose.Pipeline:
        regression = linear_model.LogisticRegression(optim.SGD(self.rate), intercept_lr=self.rate)
        return compose.Pipeline(preprocessing.StandardScaler(), regression)

    @property
    def is_ready(self) -> bool:
        """Whether enough was reported for the probability to mean something."""
        return self._slots >= self.slots_min and 0 < self._acts < self._slots

    def learn_one(self, x: Any, y: Any, **kwargs: Any) -> None:
        """Learn whether a reported slot was acted on."""
        self._pipeline.learn_one(x, bool(y))
        self._slots += 1
        self._acts += bool(y)

    def predict_proba_one(self, x: Any, **kwargs: Any) -> dict[Any, float]:
        """Return the chance of an act, without changing anything."""
        if self._slots == 0:
            return {False: 0.5, True: 0.5}
        chance = float(self._chances([x.get(name, 0.0) for name in self._names], self._names))
        return {False: 1.0 - chance, True: chance}

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(self._pipeline["StandardScaler"].means)

    def score_many(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return float64[n] chances for float64[n, len(FEATURES)] rows; a pure read."""
        return np.atleast_1d(self._chances(rows.T, FEATURES))

    def _chances(self, columns: Any, names: tuple[str, ...]) -> Any:
        """Scale and weigh as River does; ``columns`` one value or one array a name."""
        scaler, regression = self._pipeline["StandardScaler"], self._pipeline["LogisticRegression"]
        total: Any = regression.intercept
        weights = regression.weights
        for name, value in zip(names, columns, strict=True):
            variance = scaler.vars.get(name, 0.0)
            if variance > 0.0:
                scaled = (value - scaler.means.get(name, 0.0)) / math.sqrt(variance)
                total = total + weights.get(name, 0.0) * scaled
        return 1.0 / (1.0 + np.exp(-np.clip(total, -500.0, 500.0)))

    def state(self) -> dict[str, Any]:
        """Return all that the model is, as plain values."""
        return {"pipeline": to_plain(self._pipeline), "slots": self._slots, "acts": self._acts}

    def load(self, state: dict[str, Any]) -> None:
        """Become what `state` returned elsewhere."""
        self._pipeline = from_plain(state["pipeline"])
        self._slots, self._acts = state["slots"], state["acts"]
