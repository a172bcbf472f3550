"""Any River classifier as the ranker: slower than the default, but supported."""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator
from functools import lru_cache, partial
from inspect import signature
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river import base, compose, linear_model, preprocessing

from headwater_server.models.river import river_scoring
from headwater_server.models.ranker.contributions import Contributions, by_leaving_out
from headwater_server.models.river.own_rankers import maker_of
from headwater_server.models.river.plain_values import from_plain, to_plain
from headwater_server.models.river.river_expression import build

_NEGATIVES = 6
_KEEPS_NAMES = (
    preprocessing.StandardScaler, preprocessing.AdaptiveStandardScaler, preprocessing.Binarizer,
    preprocessing.MinMaxScaler, preprocessing.MaxAbsScaler, preprocessing.RobustScaler,
    preprocessing.Normalizer, compose.Select, compose.Discard, compose.Prefixer, compose.Suffixer,
)  # fmt: skip
"""Transformers whose output names depend on the input names only, not on the values."""
_TRIALS = 24


class RiverRanker(base.Classifier):
    """A River classifier as ranker: the chosen item is a True, a few others are False.

    Reading never writes: many of River's models change in `predict_proba_one` when a feature is
    new. Such a model is read through a copy, which is dropped at the next learning step.

    Parameters
    ----------
    model
        Any River classifier or pipeline that ends in one.
    features, context
        Names of the columns of `score_many` and `learn_many`.

    Examples
    --------
    >>> ranker = RiverRanker(linear_model.LogisticRegression(), features=("price",))
    >>> rows, none = np.array([[1.0], [9.0]]), np.zeros(0)
    >>> items, chosen = np.arange(2), np.array([1.0, 0.0])
    >>> for _ in range(20):
    ...     loss = ranker.learn_many(rows, none, items, chosen, outside=False)
    >>> cheap, dear = ranker.score_many(rows, none, items)
    >>> bool(cheap > dear)
    True
    """

    def __init__(
        self,
        model: base.Classifier,
        features: tuple[str, ...] | None = None,
        context: tuple[str, ...] | None = None,
    ) -> None:
        self.model = model
        self.features = features
        self.context = context
        self._reader: base.Classifier | None = None
        self._writes_on_read: bool | None = None
        self._names: set[str] = set()

    @classmethod
    def named(
        cls, name: str, features: tuple[str, ...], context: tuple[str, ...], seed: int
    ) -> RiverRanker:
        """Return the ranker that a setting names, after a trial run.

        ``river:<expression>``, or what `own_rankers.maker_of` takes.

        Raises ValueError with the reason: it cannot learn from these features, cannot be stored
        in a snapshot, or does not learn the same twice.
        """
        _try(name, features, context, seed)
        return cls(_maker(name, seed)(), features, context)

    def try_out(self) -> None:
        """Learn and read rows from a small pseudo-random generator in this function."""
        columns, state = (*(self.features or ()), *(self.context or ())), 1
        before: dict[str, float] = {}
        for n in range(_TRIALS):
            x = {}
            for name in columns:
                state = state * 48271 % 2147483647
                x[name] = state / 1073741824 - 1.0
            self.predict_proba_one(x)
            if before and not self._predicts_alike(x, before):
                raise ValueError("its predictions depend on earlier predictions")
            self.learn_one(x, n % 2 == 0)
            before = x

    def _predicts_alike(self, x: Any, other: Any) -> bool:
        """Whether a prediction for ``other`` leaves the prediction for ``x`` unchanged."""
        fresh, asked = copy.deepcopy(self.model), copy.deepcopy(self.model)
        asked.predict_proba_one({name: value / 3.0 + 0.1 for name, value in other.items()})
        return bool(fresh.predict_proba_one(x) == asked.predict_proba_one(x))

    @property
    def _multiclass(self) -> bool:
        return bool(self.model._multiclass)  # noqa: SLF001 - River does the same

    @classmethod
    def _unit_test_params(cls) -> Any:
        yield {"model": linear_model.LogisticRegression()}

    def _unit_test_skips(self) -> set[str]:
        skips: set[str] = self.model._unit_test_skips()  # noqa: SLF001 - River does the same
        return skips

    def reserve(self, rows: int) -> None:
        """Nothing: a River classifier has no rows by item."""

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Nothing: a River classifier has no rows by item."""
        yield from ()

    def forget(self, items: NDArray[np.int32]) -> None:
        """Nothing: a River classifier has no rows by item."""

    def _row(self, features: Any, context: Any) -> dict[Any, float]:
        row = dict(zip(self.features or (), features.tolist(), strict=True))
        row.update(zip(self.context or (), context.tolist(), strict=True))
        return row

    def score_many(self, features: Any, context: Any, items: Any) -> NDArray[np.float32]:
        """Return float32[n] log-odds of being chosen; a pure read."""
        chances = self._many(features, context)
        if chances is None:
            rows = (self._row(f, context) for f in features)
            chances = np.array([self.predict_proba_one(x).get(True, 0.0) for x in rows])
        chances = np.clip(np.nan_to_num(chances, nan=0.0), 1e-9, 1 - 1e-9)
        odds: NDArray[np.float32] = np.log(chances / (1.0 - chances)).astype(np.float32)
        return odds

    def _many(self, features: Any, context: Any) -> NDArray[np.float64] | None:
        """Return the chances of all rows at once; None: this model supports only single rows."""
        names = (*(self.features or ()), *(self.context or ()))
        if len(features) == 0 or not self._names.issuperset(names):
            return None
        shape = len(features), len(context)
        rows = np.concatenate((features, np.broadcast_to(context, shape)), axis=1)
        return river_scoring.chances(self.model, names, rows.astype(np.float64))

    def contributions(
        self, features: Any, context: Any, items: Any, rows: Any, families: Any
    ) -> Contributions:
        """Return how much each family of features changes the log-odds of ``rows``."""
        return by_leaving_out(self, features, context, rows, families)

    def learn_many(
        self,
        features: Any,
        context: Any,
        items: Any,
        chosen: Any,
        outside: bool,
        weight: float = 1.0,
    ) -> float:
        """Learn the chosen rows as True and the first few others as False; return the loss.

        A row chosen in part, and a ``weight`` below 1, are examples of less than one, of a model
        that takes their weight (``w``); another one learns whole examples.
        """
        loss, negatives = 0.0, 0
        for row, y in zip(features, chosen, strict=True):
            negatives += not y
            if y or negatives <= _NEGATIVES:
                x = self._row(row, context)
                if y:
                    loss -= float(np.log(max(1e-9, self.predict_proba_one(x).get(True, 0.0))))
                self._learn_part(x, float(y), weight)
        return loss

    def _learn_part(self, x: Any, y: float, weight: float) -> None:
        if not self._takes_weights or (y in (0.0, 1.0) and weight == 1.0):
            self.learn_one(x, y > 0)
            return
        for is_chosen, part in ((True, y * weight), (False, (1.0 - y) * weight)):
            if part > 0:
                self.learn_one(x, is_chosen, w=part)

    @property
    def _takes_weights(self) -> bool:
        """Whether what learns takes the weight of an example; the last step of a pipeline does."""
        model = self.model
        while isinstance(model, compose.Pipeline):
            model = [*model.steps.values()][-1]
        return "w" in signature(model.learn_one).parameters

    def learn_one(self, x: Any, y: Any, **kwargs: Any) -> None:
        """Let the model learn, and drop the copy for reading."""
        self.model.learn_one(x, y, **kwargs)
        self._names.update(x)
        self._reader = None

    def predict_proba_one(self, x: Any, **kwargs: Any) -> dict[Any, float]:
        """Return the model's prediction, from a copy if a prediction changes the model."""
        if self._names.issuperset(x) and not self._is_writer(x):
            return dict(self.model.predict_proba_one(x))
        if self._reader is None:
            self._reader = copy.deepcopy(self.model)
        return dict(self._reader.predict_proba_one(x))

    def _is_writer(self, x: Any) -> bool:
        if self._writes_on_read is None and not _keeps_names(self.model):
            self._writes_on_read = True  # a new value may become a new name, first in a prediction
        if self._writes_on_read is None:
            probe = copy.deepcopy(self.model)
            probe.predict_proba_one(x)
            self._writes_on_read = repr(to_plain(probe)) != repr(to_plain(self.model))
        return self._writes_on_read

    def state(self) -> dict[str, Any]:
        """Return the model as plain values."""
        return {"model": to_plain(self.model), "names": sorted(self._names)}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self.model = from_plain(state["model"])
        self._names = set(state["names"])
        self._reader = self._writes_on_read = None


def _maker(name: str, seed: int) -> Callable[[], base.Classifier]:
    prefix, _, expression = name.partition(":")
    return partial(build, expression, seed) if prefix == "river" else maker_of(name, seed)


@lru_cache(maxsize=16)
def _try(name: str, features: tuple[str, ...], context: tuple[str, ...], seed: int) -> None:
    """Raise ValueError with the reason if what is named cannot be a ranker.

    Every new engine runs this; the result depends only on the arguments, so it is cached.
    """
    digests, make = [], _maker(name, seed)
    for _ in range(2):
        trial = RiverRanker(make(), features, context)
        try:
            trial.try_out()
            plain = to_plain(trial.model)
            digests += [repr(plain), repr(to_plain(from_plain(copy.deepcopy(plain))))]
        except Exception as error:  # noqa: BLE001 - any of River's models may raise anything
            why = f"{type(error).__name__}: {error}"
            raise ValueError(f"ranker: {name!r} cannot be a ranker: {why}") from None
    if len(set(digests)) > 1:
        raise ValueError(
            f"ranker: {name!r} cannot be a ranker: it does not learn the same twice; give "
            "its parts a seed"
        )


def _keeps_names(model: Any) -> bool:
    """Whether one row contains all names that the model behind the transformers can receive."""
    if isinstance(model, compose.Pipeline):
        return all(map(_keeps_names, model.steps.values()))
    if isinstance(model, compose.TransformerUnion):
        return all(map(_keeps_names, model.transformers.values()))
    return not isinstance(model, base.Transformer) or isinstance(model, _KEEPS_NAMES)
