"""Any River classifier as the ranker: slower than the default, and supported."""

from __future__ import annotations

import ast
import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river import (
    anomaly, base, compose, ensemble, facto, feature_extraction, feature_selection, forest,
    linear_model, naive_bayes, neighbors, optim, preprocessing, stats, tree,
)  # fmt: skip

from headwater_server.models.plain import from_plain, to_plain

_MODULES: dict[str, Any] = {
    module.__name__.removeprefix("river."): module
    for module in (
        anomaly, compose, ensemble, facto, feature_extraction, feature_selection, forest,
        linear_model, naive_bayes, neighbors, optim, preprocessing, stats, tree,
    )
}  # fmt: skip
_NEGATIVES = 6


def build(expression: str) -> base.Classifier:
    """Return the River classifier that an expression over River's modules names.

    Names, attributes, calls with constants, and ``|`` are understood; nothing else is
    evaluated. Raises ValueError with the reason.

    >>> model = build("preprocessing.StandardScaler() | linear_model.LogisticRegression(l2=0.1)")
    >>> model["LogisticRegression"].l2
    0.1
    """
    try:
        model = _value(ast.parse(expression, mode="eval").body)
        model = model() if isinstance(model, type) else model
    except (SyntaxError, AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"ranker: cannot build {expression!r} from River: {error}") from None
    if not isinstance(model, base.Classifier):
        raise ValueError(  # noqa: TRY004 - the expression is the wrong value
            f"ranker: {expression!r} is not a River classifier"
        )
    return model


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return _MODULES[node.id]
        case ast.Attribute() if not node.attr.startswith("_"):
            return getattr(_value(node.value), node.attr)
        case ast.Call():
            named = {k.arg: _value(k.value) for k in node.keywords if k.arg}
            return _value(node.func)(*map(_value, node.args), **named)
        case ast.BinOp(op=ast.BitOr()):
            left, right = _value(node.left), _value(node.right)
            return (left() if isinstance(left, type) else left) | (
                right() if isinstance(right, type) else right
            )
        case ast.UnaryOp(op=ast.USub()):
            return -_value(node.operand)
        case ast.List() | ast.Tuple():
            return [_value(element) for element in node.elts]
    raise ValueError(f"ranker: {ast.unparse(node)!r} is not allowed")


class RiverRanker(base.Classifier):
    """Lets a River classifier rank: the chosen item is a True, a few others are False.

    Reading never writes: a model whose `predict_proba_one` changes it (many of River's do when
    they meet a feature for the first time) is read through a copy, which is thrown away at the
    next learning step.

    Parameters
    ----------
    model
        Any River classifier or pipeline that ends in one.
    features, context
        Names of the columns that `score_many` and `learn_many` are given.

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

    @property
    def _multiclass(self) -> bool:
        return bool(self.model._multiclass)  # noqa: SLF001 - River asks its own so

    @classmethod
    def _unit_test_params(cls) -> Any:
        yield {"model": linear_model.LogisticRegression()}

    def _unit_test_skips(self) -> set[str]:
        skips: set[str] = self.model._unit_test_skips()  # noqa: SLF001 - River asks its own so
        return skips

    def reserve(self, rows: int) -> None:
        """Nothing: a River classifier knows no item by number."""

    def forget(self, items: NDArray[np.int32]) -> None:
        """Nothing: a River classifier knows no item by number."""

    def _row(self, features: Any, context: Any) -> dict[Any, float]:
        row = dict(zip(self.features or (), features.tolist(), strict=True))
        row.update(zip(self.context or (), context.tolist(), strict=True))
        return row

    def score_many(self, features: Any, context: Any, items: Any) -> NDArray[np.float32]:
        """Return float32[n] log-odds of being chosen; a pure read."""
        chances = np.array(
            [self.predict_proba_one(self._row(f, context)).get(True, 0.0) for f in features]
        )
        chances = np.clip(np.nan_to_num(chances, nan=0.0), 1e-9, 1 - 1e-9)
        odds: NDArray[np.float32] = np.log(chances / (1.0 - chances)).astype(np.float32)
        return odds

    def learn_many(
        self, features: Any, context: Any, items: Any, chosen: Any, outside: bool
    ) -> float:
        """Learn the chosen rows as True and the first few others as False; return the loss."""
        loss, negatives = 0.0, 0
        for row, y in zip(features, chosen, strict=True):
            negatives += not y
            if y or negatives <= _NEGATIVES:
                x = self._row(row, context)
                if y:
                    loss -= float(np.log(max(1e-9, self.predict_proba_one(x).get(True, 0.0))))
                self.learn_one(x, bool(y))
        return loss

    def learn_one(self, x: Any, y: Any, **kwargs: Any) -> None:
        """Let the model learn; what was read before is read anew."""
        self.model.learn_one(x, y)
        self._names.update(x)
        self._reader = None

    def predict_proba_one(self, x: Any, **kwargs: Any) -> dict[Any, float]:
        """Ask the model, or a copy of it if asking changes it."""
        if self._names.issuperset(x) and not self._is_writer(x):
            return dict(self.model.predict_proba_one(x))
        if self._reader is None:
            self._reader = copy.deepcopy(self.model)
        return dict(self._reader.predict_proba_one(x))

    def _is_writer(self, x: Any) -> bool:
        if self._writes_on_read is None:
            probe = copy.deepcopy(self.model)
            probe.predict_proba_one(x)
            self._writes_on_read = repr(to_plain(probe)) != repr(to_plain(self.model))
        return self._writes_on_read

    def state(self) -> dict[str, Any]:
        """Return the model as plain values."""
        return {"model": to_plain(self.model), "names": sorted(self._names)}

    def load(self, state: dict[str, Any]) -> None:
        """Become what `state` returned elsewhere."""
        self.model = from_plain(state["model"])
        self._names = set(state["names"])
        self._reader = self._writes_on_read = None
