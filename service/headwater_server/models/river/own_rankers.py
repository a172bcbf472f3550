"""A shop's own River classifiers as rankers: by import path, by entry point, or as an object."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from river import base

from headwater_server.models.own_code import RANKERS, load
from headwater_server.models.river.plain_values import allow_module
from headwater_server.models.river.river_expression import made_of

OBJECT = "object:"
_KNOWN = (
    "listwise, river:<class or pipeline> such as river:preprocessing.StandardScaler() | "
    "linear_model.LogisticRegression()"
)

_objects: dict[str, base.Classifier] = {}
_numbers = itertools.count(1)


@contextmanager
def as_ranker(model: base.Classifier) -> Iterator[str]:
    """Give ``model`` a name that the setting ``ranker`` takes in this process, for a while.

    >>> from river import linear_model
    >>> with as_ranker(linear_model.LogisticRegression()) as name:
    ...     type(maker_of(name, seed=0)()).__name__
    'LogisticRegression'
    """
    _check(model, type(model).__name__)
    name = f"{OBJECT}{type(model).__name__}-{next(_numbers)}"
    _objects[name] = model
    try:
        yield name
    finally:
        del _objects[name]


def maker_of(name: str, seed: int) -> Callable[[], base.Classifier]:
    """Return what makes a new classifier each time. Raises ValueError with the reason.

    >>> maker_of("river.linear_model:LogisticRegression", seed=0)().l2
    0.0
    >>> maker_of("json:loads", seed=0)
    Traceback (most recent call last):
    ValueError: ranker: json:loads is no class of River classifiers
    """
    if name in _objects:
        model = _objects[name]
        allow_module(type(model).__module__)
        return lambda: copy.deepcopy(model)  # an engine must not learn into another's
    thing = load(name, RANKERS, "ranker", _KNOWN)
    if not isinstance(thing, type) or not issubclass(thing, base.Classifier):
        raise ValueError(f"ranker: {name} is no class of River classifiers")  # noqa: TRY004 - a setting
    allow_module(thing.__module__)
    return lambda: _made(thing, seed, name)


def _made(thing: type, seed: int, name: str) -> base.Classifier:
    try:
        return _check(made_of(thing, seed), name)
    except Exception as error:  # noqa: BLE001 - somebody's constructor may raise anything
        why = f"{type(error).__name__}: {error}"
        raise ValueError(f"ranker: {name} cannot be made without arguments: {why}") from None


def _check(model: Any, name: str) -> base.Classifier:
    if not isinstance(model, base.Classifier):
        raise ValueError(f"ranker: {name} is no River classifier")  # noqa: TRY004 - a setting
    return model
