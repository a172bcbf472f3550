"""The probability head: from the features of a slot to a calibrated probability."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Generator, Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river import base

from headwater_server.models.base import CAPACITY_START, done
from headwater_server.models.covisitation.circumstances import PAGES, circumstance
from headwater_server.models.probability.averaging import average, update_weights
from headwater_server.models.probability.probit import BIAS, CHANCE_MIN, Probit, normal_cdf
from headwater_server.models.river.plain_values import from_plain, to_plain
from headwater_server.models.river_parts import StandardScaler

FEATURES = ("score", "share", "log_position", "log_history")
TOKENS_MAX = 16
"""Circumstances of a slot that count; more of them add little."""

_BUCKETS, _PAGE_BUCKETS = 4096, 512  # what only pages name shares no weight with the rest
_DEVIATIONS_MAX = 4.0  # a feature counts up to so many deviations from its mean
_SPREAD, _TOKENS_SPREAD, _ITEM_SPREAD = 0.2, 0.5, 0.3
_FIRST_TOKEN = 1 + len(FEATURES)
_FIRST_ITEM = _FIRST_TOKEN + _BUCKETS + _PAGE_BUCKETS
_ENDS = (1, _FIRST_TOKEN, _FIRST_TOKEN + TOKENS_MAX, _FIRST_TOKEN + TOKENS_MAX + 1)
INTERVAL = 0.9
"""Share of the posterior that lies within `ProbabilityHead.interval_many`."""


@lru_cache(maxsize=65_536)
def bucket(text: str) -> int:
    """Return the number of a circumstance's weight, which few others share; the same everywhere.

    >>> bucket("placement=home") == bucket("placement=home") != bucket("placement=basket")
    True
    """
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    number = int.from_bytes(digest, "big")
    return _BUCKETS + number % _PAGE_BUCKETS if text.startswith(PAGES) else number % _BUCKETS


def buckets(texts: Sequence[str]) -> NDArray[np.int32]:
    """Return int32[TOKENS_MAX]: the buckets of the first circumstances, -1 where there is none."""
    found = np.full(TOKENS_MAX, -1, dtype=np.int32)
    for place, text in enumerate(texts[:TOKENS_MAX]):
        found[place] = bucket(text)
    return found


class ProbabilityHead(base.Classifier):
    r"""Four nested probit regressions, averaged by how well each predicted recent acts.

    1. the base rate alone; 2. with the ranker's figures of the slot: score, log share of the
    slate (softmax of the scores), log position, log length of the history, each standardised by
    River's `StandardScaler`; 3. with the circumstances; 4. with a weight of the item's own.

    With $w_k$ the weight of expert $k$ and $p_k$ its chance, $p = \sum_k w_k p_k$; after an act,
    or none, Bayes' rule $w_k \propto w_k p_k(y)$, and a share of all weights is redistributed.
    So the log loss is never more than a few nats worse than the best expert's in any stretch:
    where the data support only the base rate (one act in 200), the result is the base rate.

    The interval is of the *chance*: 90 % of the fourth expert's posterior of $\Phi(w \cdot x)$
    (and $p$, if that lies outside). It shows how well the chance of this item is known among all
    visitors that look the same to the model. It does not show whether an act follows, or how much
    those visitors differ.

    Parameters
    ----------
    epsilon
        How fast weights return to their prior, see `Probit`.
    share
        Share of the experts' weights that is redistributed evenly after every slot.
    slots_min
        Reported slots, with at least one act among them, before a probability is given.

    References
    ----------
    T. Graepel et al., ICML 2010, see `Probit`. M. Herbster, M. Warmuth, "Tracking the best
    expert", Machine Learning 32, 1998 (fixed share).

    Examples
    --------
    >>> head = ProbabilityHead(slots_min=2)
    >>> for _ in range(300):
    ...     head.learn_one({"score": 1.0, "item": "tent"}, True)
    ...     head.learn_one({"score": -1.0, "item": "rope"}, False)
    >>> high = head.predict_proba_one({"score": 1.0, "item": "tent"})[True]
    >>> high > 0.8 > 0.2 > head.predict_proba_one({"score": -1.0, "item": "rope"})[True]
    True
    """

    def __init__(self, epsilon: float = 1e-4, share: float = 1e-4, slots_min: int = 500) -> None:
        self.epsilon = epsilon
        self.share = share
        self.slots_min = slots_min
        self._experts = [Probit(epsilon=epsilon) for _ in _ENDS]
        self._weights = np.full(len(_ENDS), 1.0 / len(_ENDS))
        self._scaler = StandardScaler()
        self._slots = 0
        self._acts: float = 0
        self._numbers: dict[Any, int] = {}
        for expert, rows in zip(self._experts, (1, _FIRST_TOKEN, _FIRST_ITEM), strict=False):
            expert.reserve(rows)
        self.reserve(CAPACITY_START)

    @property
    def is_ready(self) -> bool:
        """Whether enough slots were reported for a meaningful probability."""
        return self._slots >= self.slots_min and 0 < self._acts < self._slots

    def reserve(self, rows: int) -> None:
        """Make room for items numbered below ``rows``."""
        done(self.reserving(rows))

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Make room for items numbered below ``rows``, in steps."""
        yield from self._experts[-1].reserving(_FIRST_ITEM + rows)

    def forget(self, items: NDArray[np.int32]) -> None:
        """Clear the state of ``items``, whose numbers will be reused."""
        self._experts[-1].forget(_FIRST_ITEM + items.astype(np.int64))

    def _scaled(self, dense: NDArray[np.float64]) -> NDArray[np.float64]:
        """Standardise as River's scaler does; what is not finite or constant is average."""
        scaled = np.zeros(dense.shape)
        for place, name in enumerate(FEATURES):
            variance = self._scaler.vars.get(name, 0.0)
            if variance > 0.0:
                scaled[:, place] = dense[:, place] - self._scaler.means[name]
                scaled[:, place] /= math.sqrt(variance)
        finite = np.where(np.isfinite(scaled), scaled, 0.0)
        return np.clip(finite, -_DEVIATIONS_MAX, _DEVIATIONS_MAX)

    def rows(
        self, dense: NDArray[np.float64], tokens: NDArray[np.int32], items: NDArray[np.int32]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return (indices, values) for `Probit`: float64[n, features], int32[tokens], int32[n].

        An item of number -1 has no weight of its own. A pure read.
        """
        indices = np.zeros((len(items), _ENDS[-1]), dtype=np.int64)
        values = np.zeros((len(items), _ENDS[-1]))
        values[:, BIAS] = 1.0
        indices[:, 1:_FIRST_TOKEN] = np.arange(1, _FIRST_TOKEN)
        values[:, 1:_FIRST_TOKEN] = _SPREAD * self._scaled(dense)
        met = tokens[tokens >= 0]
        places = slice(_FIRST_TOKEN, _FIRST_TOKEN + len(met))
        indices[:, places] = _FIRST_TOKEN + met
        values[:, places] = _TOKENS_SPREAD / math.sqrt(max(1, len(met)))
        known = items >= 0
        indices[known, -1] = _FIRST_ITEM + items[known]
        values[known, -1] = _ITEM_SPREAD
        return indices, values

    def learn_many(
        self,
        dense: NDArray[np.float64],
        tokens: NDArray[np.int32],
        items: NDArray[np.int32],
        acted: NDArray[Any],
    ) -> NDArray[np.float64]:
        """Learn how much of an act, 0 to 1, each slot of a slate had; return the chances before."""
        acted = np.asarray(acted, dtype=np.float64)
        for row in np.where(np.isfinite(dense), dense, 0.0).tolist():
            self._scaler.learn_one(dict(zip(FEATURES, row, strict=True)))  # type: ignore[no-untyped-call]  # River
        indices, values = self.rows(dense, tokens, items)
        predicted = np.empty((len(_ENDS), len(items)))
        for place, (expert, end) in enumerate(zip(self._experts, _ENDS, strict=True)):
            predicted[place] = expert.learn_many(indices[:, :end], values[:, :end], acted)
        self._slots += len(acted)
        acts = float(acted.sum())
        self._acts += int(acts) if acts.is_integer() else acts
        return update_weights(self._weights, predicted, acted, self.share)

    def posterior_many(
        self, dense: NDArray[np.float64], items: NDArray[np.int32]
    ) -> tuple[NDArray[np.float64], ...]:
        """Return the last expert's posterior of all that differs by candidate; a pure read.

        float64[n, features] values, float64[features] means and variances of their weights;
        float64[n] means and variances of each item's own term.
        """
        full, places = self._experts[-1], slice(1, _FIRST_TOKEN)
        own = _FIRST_ITEM + items.astype(np.int64)
        return (
            _SPREAD * self._scaled(dense),
            full.means[places],
            full.variances[places],
            _ITEM_SPREAD * full.means[own],
            _ITEM_SPREAD**2 * full.variances[own],
        )

    def shared_mean(self, tokens: NDArray[np.int32]) -> float:
        """Return what `posterior_many` leaves out: the mean of what all candidates share."""
        full, met = self._experts[-1], tokens[tokens >= 0]
        part = _TOKENS_SPREAD / math.sqrt(max(1, len(met)))
        shared = math.fsum(full.means[_FIRST_TOKEN + met].tolist())
        return float(full.means[BIAS]) + part * shared

    def score_many(
        self, dense: NDArray[np.float64], tokens: NDArray[np.int32], items: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        """Return float64[n] chances; a pure read."""
        indices, values = self.rows(dense, tokens, items)
        pairs = zip(self._experts, _ENDS, strict=True)
        chances = [expert.score_many(indices[:, :end], values[:, :end]) for expert, end in pairs]
        return average(self._weights, np.array(chances))

    def interval_many(
        self, dense: NDArray[np.float64], tokens: NDArray[np.int32], items: NDArray[np.int32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (low, high), float64[n] each: `INTERVAL` of the chance's posterior lies within."""
        mean, variance = self._experts[-1].latent_many(*self.rows(dense, tokens, items))
        reach = NormalDist().inv_cdf((1.0 + INTERVAL) / 2.0) * np.sqrt(variance)
        chances = self.score_many(
            dense, tokens, items
        )  # the average of all experts may lie outside
        low, high = normal_cdf(mean - reach), normal_cdf(mean + reach)
        return np.minimum(low, chances), np.maximum(high, chances)

    def learn_one(self, x: Any, y: Any, **kwargs: Any) -> None:
        """River's API: features by name, an "item", and circumstances; y: was it acted on?"""
        if "item" in x:
            number = self._numbers.setdefault(x["item"], len(self._numbers))
            self.reserve(max(CAPACITY_START, 1 << number.bit_length()))
        self.learn_many(*self._arrays(x), np.array([float(y)]))

    def predict_proba_one(self, x: Any, **kwargs: Any) -> dict[Any, float]:
        """Return the chance of an act, without changing anything."""
        if self._slots == 0:
            return {False: 0.5, True: 0.5}
        chance = float(np.clip(self.score_many(*self._arrays(x)), CHANCE_MIN, 1 - CHANCE_MIN)[0])
        return {False: 1.0 - chance, True: chance}

    def _arrays(self, x: Any) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]:
        dense = np.array([[float(x.get(name, 0.0)) for name in FEATURES]])
        rest = [name for name in x if name not in FEATURES and name != "item"]
        tokens = buckets([circumstance(str(name), x[name]) for name in sorted(rest, key=str)])
        item = self._numbers.get(x.get("item"), -1)
        return dense, tokens, np.array([item], dtype=np.int32)

    def state(self) -> dict[str, Any]:
        """Return the whole state, as plain values."""
        return {
            "experts": {str(n): expert.state() for n, expert in enumerate(self._experts)},
            "weights": self._weights,
            "scaler": to_plain(self._scaler),
            "slots": self._slots,
            "acts": self._acts,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        for number, expert in enumerate(self._experts):
            expert.load(state["experts"][str(number)])
        self._weights = state["weights"]
        self._scaler = from_plain(state["scaler"])
        self._slots, self._acts = state["slots"], state["acts"]
