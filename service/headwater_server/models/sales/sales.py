"""Purchases and revenue per act, by item, shrunk to items of a similar price."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.models.base import CAPACITY_START, ItemModel
from headwater_server.models.sales.prices import BANDS, CODES, UNKNOWN, band_of, code_of_band

PURCHASES_MIN = 20
"""Purchases before anything is said: of fewer, the rates are noise."""
LIFT_MAX = 3.4
"""The largest logarithm of an item's rate by the shop's: 30 times as much, or as little."""
_OF_MEAN_MAX = 100.0  # one purchase counts up to so many times the mean of its currency
_ITEM_PRIOR, _BAND_PRIOR = 2.0, 5.0  # purchases that the prior weighs
_ACTS, _BOUGHT, _PAID = 0, 1, 2
_NEAR = np.array([0.125, 0.25, 0.5, 1.0, 0.5, 0.25, 0.125])  # weights of neighbouring classes


class Sales(ItemModel):
    r"""What an act on an item is worth: purchases per act, and revenue per act.

    With $P_y$ purchases and $R_y$ revenue of item $y$, $n_y$ acts on it, and $Q_b$, $M_b$ the
    rates of the items of its class of prices $b$ (half an octave, with its neighbours; the class
    itself is shrunk to the shop's rates $Q$, $M$ by 5 purchases):

    $$q_y = \frac{P_y + k Q_b}{n_y + k}, \quad v_y = \frac{R_y + k M_b}{n_y + k}, \quad
      k = 2 / Q$$

    The shop's own sales decide how much a price says: a class that is never bought is worth
    little, whatever its price. Revenue is counted in multiples of the mean purchase of its
    currency, so that items in several currencies can be compared without exchange rates; in a
    shop with one currency this is one factor for all items.

    `predict` is $q_y$.

    References
    ----------
    B. Efron, C. Morris, "Data analysis using Stein's estimator and its generalizations", JASA
    1975: shrinking each rate to that of its group.

    Examples
    --------
    >>> model = Sales()
    >>> for n in range(40):
    ...     model.act(n % 2)
    ...     model.buy(n % 2, 10.0 if n % 2 else 90.0, "EUR")
    >>> low, high = model.lifts(np.array([1, 0]), np.full(2, 20.0), of_revenue=True).tolist()
    >>> low < 0 < high
    True
    """

    _item_arrays = ("_purchases", "_revenue", "_paid_in", "_bands_of")
    _state = (*_item_arrays, "_codes", "_totals", "_table")

    def __init__(self) -> None:
        super().__init__()
        self._purchases = np.zeros(CAPACITY_START)
        self._revenue = np.zeros(CAPACITY_START)
        self._paid_in = np.zeros(CAPACITY_START, dtype=np.int8)  # 1 + the number of a currency
        self._bands_of = np.zeros(CAPACITY_START, dtype=np.int32)
        self._codes: list[str] = []
        self._totals = np.zeros((CODES, 2))  # purchases with a known value, and their sum
        self._table = np.zeros((1 + CODES * BANDS, 3))  # acts, purchases, revenue by class

    @property
    def purchases(self) -> float:
        """All purchases, of items that are gone, too."""
        return float(self._table[:, _BOUGHT].sum())

    @property
    def is_ready(self) -> bool:
        """Whether there were enough purchases to say anything."""
        return self.purchases >= PURCHASES_MIN and bool(self._table[:, _ACTS].any())

    def knows_price(self, items: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return bool[n]: which items have a price in the catalogue, or were bought at one."""
        known: NDArray[np.bool_] = (self._bands_of[items] != UNKNOWN) | (self._revenue[items] > 0)
        return known

    def price(self, item: int, price: float | None, code: str) -> None:
        """Note the price that the catalogue has; None: it has none."""
        self._bands_of[item] = band_of(price, self._number(code)) if price is not None else UNKNOWN

    def act(self, item: int, weight: float = 1.0) -> None:
        """Count an act on ``item``."""
        self._table[self._bands_of[item], _ACTS] += weight

    def act_all(self, items: NDArray[np.int32], weights: NDArray[np.float64]) -> None:
        """Count acts in order."""
        np.add.at(self._table[:, _ACTS], self._bands_of[items], weights)

    def buy(self, item: int, value: float | None, code: str, weight: float = 1.0) -> None:
        """Count a purchase of ``item`` for ``value``; None: unknown, so it is worth the mean.

        ``weight`` is how much of one it is.
        """
        band, paid = int(self._bands_of[item]), self._number(code)
        known = value is not None and value > 0.0 and paid >= 0
        if known:
            value = self._bounded(float(value or 0.0), paid)
            self._totals[paid] += weight, weight * value
            if self._paid_in[item] == 0:
                self._paid_in[item] = 1 + paid  # what was counted so far is in means
                self._revenue[item] *= self._mean(paid)
        self._purchases[item] += weight
        self._table[band, _BOUGHT] += weight
        own = int(self._paid_in[item]) - 1
        self._revenue[item] += weight * self._in(value if known else None, paid, own)
        priced = code_of_band(band) if band != UNKNOWN else -1
        self._table[band, _PAID] += weight * self._in(value if known else None, paid, priced)

    def _bounded(self, value: float, code: int) -> float:
        """Return what a purchase counts as: a price with its decimal point lost rules no list."""
        count, total = self._totals[code]
        return min(value, _OF_MEAN_MAX * total / count) if count >= PURCHASES_MIN else value

    def _in(self, value: float | None, paid: int, other: int) -> float:
        """Return a value in another currency: as many means of it; -1: as means of its own."""
        mean = self._mean(other)
        if value is None:
            return mean
        return value if paid == other else value / self._mean(paid) * mean

    def _mean(self, code: int) -> float:
        """Return the mean purchase in a currency; 1 where there is none."""
        if code < 0 or self._totals[code, 0] == 0.0:
            return 1.0
        return float(self._totals[code, 1] / self._totals[code, 0])

    def _number(self, code: str) -> int:
        """Return the number of a currency, a new one if there is room; -1: there is none."""
        if code not in self._codes:
            if len(self._codes) >= CODES:
                return -1
            self._codes.append(code)
        return self._codes.index(code)

    def lifts(
        self, items: NDArray[np.int32], acts: NDArray[Any], *, of_revenue: bool
    ) -> NDArray[np.float64]:
        """Return float64[n]: log of each item's rate by the shop's. A pure read.

        ``acts`` are those on each item. The rate is revenue, or purchases, per act.
        """
        table = self._relative()
        shop = table.sum(axis=0)
        column = _PAID if of_revenue else _BOUGHT
        if shop[_ACTS] <= 0.0 or shop[column] <= 0.0:
            return np.zeros(len(items))
        rate, per_purchase = shop[column] / shop[_ACTS], shop[_ACTS] / shop[_BOUGHT]
        near = _smoothed(table)[self._bands_of[items]]
        prior = _shrunk(near[:, column], near[:, _ACTS], rate, _BAND_PRIOR * per_purchase)
        own = self._revenue[items] / self._means()[self._paid_in[items]]
        own = own if of_revenue else self._purchases[items]
        found = _shrunk(own, acts.astype(np.float64), prior, _ITEM_PRIOR * per_purchase)
        return np.asarray(np.clip(np.log(found / rate), -LIFT_MAX, LIFT_MAX))

    def _means(self) -> NDArray[np.float64]:
        """Return float64[1 + CODES]: the mean purchase by `_paid_in`."""
        return np.array([1.0, *(self._mean(code) for code in range(CODES))])

    def _relative(self) -> NDArray[np.float64]:
        """Return the table with revenue in means of its currency."""
        table = self._table.copy()
        for code in range(len(self._codes)):
            table[1 + BANDS * code : 1 + BANDS * (code + 1), _PAID] /= self._mean(code)
        return table

    def learn(self, history: NDArray[np.int32], item: int, **context: Any) -> None:
        """Learn an act on ``item``, which is a purchase (River's API knows no other)."""
        self.act(item)
        self.buy(item, None, "")

    def predict(self, history: NDArray[np.int32], item: int) -> float:
        """Return the purchases of ``item`` by those of the shop, in purchases."""
        bought = float(self._purchases[item])
        return (bought + 1.0) / (self.purchases + 2.0)


def _shrunk(
    count: NDArray[np.float64], acts: NDArray[np.float64], to: Any, weight: float
) -> NDArray[np.float64]:
    """Return count / acts, with ``weight`` acts at the rate ``to`` added to both."""
    shrunk: NDArray[np.float64] = (count + weight * to) / (acts + weight)
    return shrunk


def _smoothed(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the table with the neighbours of each class of prices, of the same currency, added."""
    smooth = table.copy()
    for code in range(CODES):
        rows = slice(1 + BANDS * code, 1 + BANDS * (code + 1))
        if table[rows].any():
            for column in range(table.shape[1]):
                smooth[rows, column] = np.convolve(table[rows, column], _NEAR, mode="same")
    return smooth
