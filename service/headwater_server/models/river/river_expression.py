"""Parse the text of a setting into a River classifier; an error gives the reason."""

from __future__ import annotations

import ast
import difflib
import inspect
from typing import Any

from river import (
    anomaly,
    base,
    compose,
    drift,
    ensemble,
    facto,
    feature_extraction,
    feature_selection,
    forest,
    imblearn,
    linear_model,
    metrics,
    naive_bayes,
    neighbors,
    optim,
    preprocessing,
    stats,
    tree,
)  # fmt: skip

_MODULES: dict[str, Any] = {
    module.__name__.removeprefix("river."): module
    for module in (
        anomaly, compose, drift, ensemble, facto, feature_extraction, feature_selection, forest,
        imblearn, linear_model, metrics, naive_bayes, neighbors, optim, preprocessing, stats, tree,
    )
}  # fmt: skip
_CHARS_MAX = 2_000
_MISTAKES = (
    SyntaxError, AttributeError, LookupError, TypeError, ValueError, ArithmeticError,
    NotImplementedError, RecursionError, MemoryError,
)  # fmt: skip
"""What Python and River's constructors raise for an invalid expression."""


def build(expression: str, seed: int = 0) -> base.Classifier:
    """Return the River classifier that an expression over River's modules names.

    Names, attributes, calls with constants, ``|`` and ``+`` are supported; nothing else is
    evaluated. If a model has a parameter ``seed`` that the expression omits, it gets ``seed``, so
    that nothing draws from the operating system. Raises ValueError with the reason and a
    suggestion.

    >>> model = build("preprocessing.StandardScaler() | linear_model.LogisticRegression(l2=0.1)")
    >>> model["LogisticRegression"].l2
    0.1
    >>> build("forest.ARFClassifier", seed=7).seed
    7
    >>> build("linear_model.AdPredictr()")
    Traceback (most recent call last):
    ValueError: ranker: 'linear_model.AdPredictr()': river.linear_model has no 'AdPredictr'; \
did you mean AdPredictor?
    """
    if len(expression) > _CHARS_MAX:
        raise ValueError(f"ranker: an expression has at most {_CHARS_MAX} characters")
    try:
        model = _Builder(seed).made(ast.parse(expression.strip(), mode="eval").body)
    except _MISTAKES as error:
        reason = error.msg if isinstance(error, SyntaxError) else _reason(error)
        raise ValueError(f"ranker: {expression!r}: {reason}") from None
    if not isinstance(model, base.Classifier):
        raise ValueError(  # noqa: TRY004 - the expression is the wrong value
            f"ranker: {expression!r} is not a River classifier but a {type(model).__name__}; "
            "end the pipeline in one, such as | linear_model.LogisticRegression()"
        )
    return model


def made_of(thing: type, seed: int) -> Any:
    """Return a new object of a class; its parameter ``seed``, if it has one, gets ``seed``."""
    return _Builder(seed).call(thing, [], {})


class _Builder:
    def __init__(self, seed: int) -> None:
        self.seed = seed

    def made(self, node: ast.expr) -> Any:
        """Return the value; for a class without a call, a new object of it."""
        value = self.value(node)
        return self.call(value, [], {}) if isinstance(value, type) else value

    def value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant():
                return node.value
            case ast.Name():
                return _module(node.id)
            case ast.Attribute():
                return _attribute(self.value(node.value), node.attr)
            case ast.Call():
                if any(k.arg is None for k in node.keywords):
                    raise TypeError("** is not allowed")
                named = {str(k.arg): self.value(k.value) for k in node.keywords}
                return self.call(self.value(node.func), [*map(self.value, node.args)], named)
            case ast.BinOp(op=ast.BitOr()):
                return self.made(node.left) | self.made(node.right)
            case ast.BinOp(op=ast.Add()):
                return self.made(node.left) + self.made(node.right)
            case ast.UnaryOp(op=ast.USub()):
                return -self.value(node.operand)
            case ast.List() | ast.Tuple():
                return [self.value(element) for element in node.elts]
        raise TypeError(f"{ast.unparse(node)!r} is not allowed")

    def call(self, thing: Any, args: list[Any], named: dict[str, Any]) -> Any:
        if not callable(thing):
            raise TypeError(f"{thing!r} cannot be called")
        parameters = inspect.signature(thing).parameters
        for name in named:
            if name not in parameters and parameters:
                hint = _suggestion(name, [*parameters]) or f"; it has {', '.join(parameters)}"
                raise TypeError(f"{thing.__name__} has no parameter {name!r}{hint}")
        if "seed" in parameters:
            given = inspect.signature(thing).bind_partial(*args, **named).arguments
            if given.get("seed") is None:
                named = {**named, "seed": self.seed}
        return thing(*args, **named)


def _module(name: str) -> Any:
    if name in _MODULES:
        return _MODULES[name]
    holding = [f"{path}.{name}" for path, module in _MODULES.items() if hasattr(module, name)]
    hint = f"; did you mean {holding[0]}?" if holding else _suggestion(name, list(_MODULES))
    raise LookupError(f"there is no module {name!r}{hint or ': one of ' + ', '.join(_MODULES)}")


def _attribute(holder: Any, name: str) -> Any:
    public = [n for n in getattr(holder, "__all__", dir(holder)) if not n.startswith("_")]
    if name not in public:
        where = getattr(holder, "__name__", type(holder).__name__)
        raise AttributeError(f"{where} has no {name!r}{_suggestion(name, public)}")
    return getattr(holder, name)


def _suggestion(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    return f"; did you mean {', '.join(close)}?" if close else ""


def _reason(error: BaseException) -> str:
    return str(error.args[0]) if error.args else type(error).__name__
