"""The default ranker: which of these items did the visitor choose?"""

from __future__ import annotations

import math
from collections.abc import Generator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river import base

from headwater_server.models.base import CAPACITY_START, done, growing, grown
from headwater_server.models.ranker import network
from headwater_server.models.ranker.contributions import Contributions, network_contributions
from headwater_server.models.ranker.list_step import learn_list
from headwater_server.models.splitmix import uniform

_NONE_RATE = 0.05


@cache  # a start makes several rankers, all with the same draws
def _normal(seed: int, counter: int, deviation: float) -> float:
    """Return a draw from N(0, deviation^2) by Box and Muller."""
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(seed, 2 * counter)))
    return deviation * radius * math.cos(2.0 * math.pi * uniform(seed, 2 * counter + 1))


def _by_feature(features: NDArray[Any]) -> NDArray[Any]:
    """Return float32[features, n], contiguous: no copy of what `describing` returns."""
    return np.ascontiguousarray(features.T)


class ListwiseRanker(base.Classifier):
    r"""Conditional logit over a list, with a linear part and a small hidden layer.

    $$s_y = \rho_y + w \cdot f_y + v \cdot \mathrm{LeakyReLU}(W f_y + V c + \beta), \qquad
      P(y) = \frac{e^{s_y}}{[e^{s_0} +] \sum_{y'} e^{s_{y'}}}$$

    for standardised features $f$ of (visitor, item) and $c$ of the context. The loss is the
    cross-entropy of the item that was chosen. $s_0$ represents choosing none; it is there for
    slates that were shown, and makes a list of one item a logistic regression: River's
    `learn_one` and `predict_proba_one` are that case. $w$ learns by AdaGrad, the layer by
    RMSProp, the biases $\rho$ and $s_0$ by plain steps.

    Parameters
    ----------
    features, context
        Names of the columns. Other names that come through River's API get new columns, in
        sorted order.
    start
        Initial weights $w$ by name.
    rate, layer_rate, bias_rate
        Learning rates of $w$, of the layer and of $\rho$.
    seed
        Seed of the layer's initial weights.

    References
    ----------
    D. McFadden, "Conditional logit analysis of qualitative choice behavior", 1974.
    Z. Cao et al., "Learning to rank: from pairwise approach to listwise approach", ICML 2007.

    Examples
    --------
    >>> model = ListwiseRanker()
    >>> for _ in range(50):
    ...     model.learn_one({"price": 1.0}, True)
    ...     model.learn_one({"price": 9.0}, False)
    >>> cheap, dear = (model.predict_proba_one({"price": price}) for price in (1.0, 9.0))
    >>> cheap[True] > dear[True]
    True
    """

    def __init__(
        self,
        features: tuple[str, ...] | None = None,
        context: tuple[str, ...] | None = None,
        start: dict[str, float] | None = None,
        rate: float = 0.03,
        layer_rate: float = 0.002,
        bias_rate: float = 0.02,
        seed: int = 3,
    ) -> None:
        self.features = features
        self.context = context
        self.start = start
        self.rate = rate
        self.layer_rate = layer_rate
        self.bias_rate = bias_rate
        self.seed = seed
        self._columns: dict[str, int] = {}
        self._steps = 0
        self._bias = np.zeros(CAPACITY_START, dtype=np.float32)
        self._none = 0.0
        self._begin(max(1, len(features or ())))
        self._name(features or ())
        for name, weight in (start or {}).items():
            self._parameters[0][self._columns[name]] = weight

    def _begin(self, columns: int) -> None:
        n, c, h = columns, len(self.context or ()), network.UNITS
        shapes = ((n,), (n, h), (c, h), (h,), (h,))
        self._parameters = [np.zeros(shape, dtype=np.float32) for shape in shapes]
        self._squares = [np.full(shape, 0.01, dtype=np.float32) for shape in shapes]
        self._moments = [np.zeros(k, dtype=np.float32) for k in (n, n, c, c)]
        self._moments[1] += 1
        self._moments[3] += 1
        draws = ((2, 0.25, 1_000_000), (4, 0.1, 2_000_000))
        for place, deviation, offset in draws:
            flat = self._parameters[place].reshape(-1)
            flat[:] = [_normal(self.seed, offset + i, deviation) for i in range(len(flat))]

    def _name(self, names: Any) -> None:
        """Give new feature names their columns, growing the arrays by doubling."""
        for name in names:
            if name in self._columns:
                continue
            column = self._columns[name] = len(self._columns)
            if column >= len(self._parameters[0]):
                for arrays, fill in ((self._parameters, 0.0), (self._squares, 0.01)):
                    for place in (0, 1):
                        arrays[place] = grown(arrays[place], 2 * column)
                        arrays[place][column:] = fill
                self._moments[:2] = [grown(m, 2 * column) for m in self._moments[:2]]
                self._moments[1][column:] = 1
            counters = range(column * network.UNITS, (column + 1) * network.UNITS)
            self._parameters[1][column] = [_normal(self.seed, i, 0.25) for i in counters]

    def reserve(self, rows: int) -> None:
        """Make room for items numbered below ``rows``."""
        done(self.reserving(rows))

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Make room for items numbered below ``rows``, in steps."""
        self._bias = yield from growing(self._bias, rows)

    def forget(self, items: NDArray[np.int32]) -> None:
        """Clear the bias of ``items``, whose numbers will be reused."""
        self._bias[items] = 0

    def score_many(
        self, features: NDArray[Any], context: NDArray[Any], items: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        """Return float64[n] finite scores of float32[n, features] rows for ``items``; a read."""
        wide = _by_feature(features)
        scores: NDArray[np.float64] = network.score_items(wide, context, items, *self.network)
        return scores

    def go_on_from(self, other: ListwiseRanker, places: NDArray[np.int64]) -> None:
        """Take over what another one has learned; ``places`` has each column's in it, or -1."""
        known = places >= 0
        for name in ("_parameters", "_squares", "_moments"):
            mine, theirs = getattr(self, name), getattr(other, name)
            for place in range(2):  # those with a row for each column
                mine[place][known] = theirs[place][places[known]]
            mine[2:] = [array.copy() for array in theirs[2:]]
        self._bias, self._none, self._steps = other._bias.copy(), other._none, other._steps

    @property
    def network(self) -> tuple[Any, Any, Any]:
        """As kernels take it: (biases, moments, parameters)."""
        return self._bias, tuple(self._moments), tuple(self._parameters)

    def contributions(
        self,
        features: NDArray[Any],
        context: NDArray[Any],
        items: NDArray[np.int32],
        rows: NDArray[Any],
        families: NDArray[Any],
    ) -> Contributions:
        """Return what moved the scores of ``rows`` away from the average of all; a pure read."""
        tables = tuple(self._moments), tuple(self._parameters)
        return network_contributions(features, context, self._bias[items], tables, rows, families)

    def learn_many(
        self,
        features: NDArray[Any],
        context: NDArray[Any],
        items: NDArray[np.int32] | None,
        chosen: NDArray[np.float32],
        outside: bool,
        weight: float = 1.0,
    ) -> float:
        """Learn how much each row was chosen (float32[n], 0 to 1); return the loss before.

        ``outside`` adds the choice of none. ``items`` None: rows without an item of their own.
        ``weight``: the part of a whole step that is made.
        """
        moves = items is None or not outside  # a slate is a biased sample of candidates
        biases = self._bias
        if items is None:
            items, biases = np.arange(len(features), dtype=np.int32), np.zeros(len(features), "f4")
        loss, errors = learn_list(
            _by_feature(features),
            context,
            items,
            chosen,
            np.float32(self._none if outside else -np.inf),
            self._steps if moves else -1,
            biases,
            tuple(self._moments),
            (tuple(self._parameters), tuple(self._squares)),
            self._rates,
            np.float32(weight),
        )
        if outside:
            # all errors sum to zero, so the error of choosing none is the rest
            self._none += _NONE_RATE * float(errors.sum())
        self._steps += 1
        return float(loss)

    @property
    def arrays(self) -> tuple[NDArray[np.float32], ...]:
        """What steps on lists read and write: biases, 4 moments, 5 weights, 5 squares of these."""
        return self._bias, *self._moments, *self._parameters, *self._squares

    @property
    def pace(self) -> tuple[tuple[float, float, float], int]:
        """The rates of w, of the layer and of the biases, and the steps so far."""
        return (self.rate, self.layer_rate, self.bias_rate), self._steps

    def advance(self, steps: int) -> None:
        """Count steps that a kernel has taken, on lists that were not shown."""
        self._steps += steps

    @property
    def _rates(self) -> tuple[np.float32, np.float32, np.float32]:
        return np.float32(self.rate), np.float32(self.layer_rate), np.float32(self.bias_rate)

    def _row(self, x: dict[str, float]) -> NDArray[np.float32]:
        row = np.zeros((1, len(self._parameters[0])), dtype=np.float32)
        for name, value in x.items():
            if name in self._columns:
                row[0, self._columns[name]] = value
        return row

    def _no_context(self) -> NDArray[np.float32]:
        return np.zeros(len(self.context or ()), dtype=np.float32)

    def learn_one(self, x: Any, y: Any, **kwargs: Any) -> None:
        """River's API: a list of one, chosen or not."""
        self._name(sorted(name for name in x if name not in self._columns))
        chosen = np.array([1.0 if y else 0.0], dtype=np.float32)
        self.learn_many(self._row(x), self._no_context(), None, chosen, outside=True)

    def predict_proba_one(self, x: Any, **kwargs: Any) -> dict[Any, float]:
        """River's API: the chance of choosing the only item of a list."""
        first = np.zeros(1, dtype=np.int32)
        score = float(self.score_many(self._row(x), self._no_context(), first)[0])
        chance = 1.0 / (1.0 + math.exp(-max(-700.0, score - self._none)))
        return {False: 1.0 - chance, True: chance}

    def state(self) -> dict[str, Any]:
        """Return the whole state."""
        names = ("_steps", "_none", "_bias", "_parameters", "_squares", "_moments")
        return {"columns": list(self._columns), **{n: getattr(self, n) for n in names}}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._columns = {name: i for i, name in enumerate(state["columns"])}
        for name in ("_steps", "_none", "_bias", "_parameters", "_squares", "_moments"):
            setattr(self, name, state[name])
