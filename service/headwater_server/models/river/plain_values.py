"""River objects as plain values and back, without pickle.

An object becomes ``{"class": "river.stats.mean:Mean", "args": […], "state": {…}}``; its second
occurrence becomes ``{"ref": n}``, since River's pipelines contain their steps twice. Only classes
of River, numpy's generators, the standard containers and the modules of a shop's own ranker are
allowed; anything else is refused.
"""

from __future__ import annotations

import copyreg
import importlib
import random
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from operator import attrgetter
from types import FunctionType, MethodType
from typing import Any

import numpy as np

_SCALARS = (bool, int, float, str, bytes, type(None))
_ALLOWED = ("river.", "collections.", "numpy.random.", "datetime.", "random.", "functools.")
_own_modules: set[str] = set()
"""Modules of the ranker that the operator set, who can run any code here anyway."""
_BUILTINS: dict[str, type] = {
    kind.__name__: kind for kind in (bool, int, float, str, list, dict, set, tuple)
}
_FIXED = {"tuple": tuple, "set": set, "frozenset": frozenset}
_MAPPINGS: dict[str, Any] = {"dict": dict, "Counter": Counter, "OrderedDict": OrderedDict}


def allow_module(module: str) -> None:
    """Allow the classes of a module in the state: the settings name one of them as the ranker."""
    _own_modules.add(module)


def _is_allowed(module: str) -> bool:
    return f"{module}.".startswith(_ALLOWED) or module in _own_modules


def to_plain(value: Any) -> Any:
    """Return ``value`` as scalars, arrays (not copied), lists and dicts with text keys.

    Raises TypeError for an object of a class that is not allowed.

    >>> from river import stats
    >>> mean = stats.Mean()
    >>> mean.update(3.0)
    >>> from_plain(to_plain(mean)).get()
    3.0
    """
    return _Writer().write(value)


def from_plain(plain: Any) -> Any:
    """Return the value that `to_plain` converted. Raises TypeError for a class not allowed."""
    return _Reader().read(plain)


class _Writer:
    def __init__(self) -> None:
        self._seen: dict[int, int] = {}
        self._alive: list[Any] = []  # keeps ids unique while writing

    def write(self, value: Any) -> Any:
        if type(value) in _SCALARS:
            return value
        if isinstance(value, np.generic):
            return {"scalar": np.array([value])}
        if isinstance(value, (type, FunctionType)):
            return {"named": _path(value)}
        if isinstance(value, MethodType):
            return {"method": value.__name__, "of": self.write(value.__self__)}
        if type(value) in (tuple, set, frozenset):
            items = value if type(value) is tuple else sorted(value, key=repr)
            return {"fixed": type(value).__name__, "items": [self.write(v) for v in items]}
        if id(value) in self._seen:
            return {"ref": self._seen[id(value)]}
        self._seen[id(value)] = len(self._seen)
        self._alive.append(value)
        if isinstance(value, np.ndarray) and value.dtype != object:
            return {"array": value}
        if type(value) in (list, deque):
            plain = {"list": type(value).__name__, "maxlen": getattr(value, "maxlen", None)}
            return {**plain, "items": [self.write(v) for v in value]}
        return self._mapping(value) if isinstance(value, dict) else self._object(value)

    def _mapping(self, value: dict[Any, Any]) -> dict[str, Any]:
        factory = value.default_factory if isinstance(value, defaultdict) else None
        return {
            "mapping": type(value).__name__,
            "default": self.write(factory),
            "keys": [self.write(k) for k in value],
            "values": [self.write(v) for v in value.values()],
        }

    def _object(self, value: Any) -> dict[str, Any]:
        make, args, *rest = value.__reduce_ex__(2)
        new = make is copyreg.__newobj__  # type: ignore[attr-defined]  # typeshed lacks it
        if new:
            make, args = args[0], args[1:]
        if any(part is not None for part in rest[1:]):
            raise TypeError(
                f"{type(value).__qualname__} has contents that cannot become plain values"
            )
        state = rest[0] if rest else None
        if _is_distribution(value) and value.seed is None:
            # a tree has one for each feature of each leaf, each with 2,500 bytes of random state
            # from the operating system; only sampling uses it, and no tree samples
            state = {**(state or {}), "_rng": None}
        return {
            "class": _path(make),
            "new": new,
            "args": [self.write(a) for a in args],
            "state": self.write(state),
        }


class _Reader:
    """Creates objects in the order in which the writer saw them, so that references match."""

    def __init__(self) -> None:
        self._made: list[Any] = []

    def read(self, plain: Any) -> Any:
        if not isinstance(plain, dict):
            return plain
        if "scalar" in plain:
            return plain["scalar"][0]
        if "named" in plain:
            return _resolve(plain["named"])
        if "method" in plain:
            return self._method(plain)
        if "fixed" in plain:
            return _FIXED[plain["fixed"]](self.read(item) for item in plain["items"])
        if "ref" in plain:
            return self._made[plain["ref"]]
        place = len(self._made)
        self._made.append(None)
        if "array" in plain:
            self._made[place] = plain["array"]
        elif "list" in plain:
            kind = list if plain["list"] == "list" else deque
            made: Any = kind() if kind is list else deque(maxlen=plain["maxlen"])
            self._made[place] = made
            made.extend([self.read(item) for item in plain["items"]])
        elif "mapping" in plain:
            self._mapping(place, plain)
        else:
            self._object(place, plain)
        return self._made[place]

    def _method(self, plain: dict[str, Any]) -> Any:
        holder, name = self.read(plain["of"]), plain["method"]
        module = type(holder).__module__
        own = module in _own_modules or f"{module}.".startswith("river.")
        if name.startswith("__") or not own:
            raise TypeError(f"{type(holder).__qualname__}.{name} may not be in a model's state")
        return getattr(holder, name)

    def _mapping(self, place: int, plain: dict[str, Any]) -> None:
        default = self.read(plain["default"])
        kind = _MAPPINGS.get(plain["mapping"])
        mapping = self._made[place] = kind() if kind else defaultdict(default)
        keys = [self.read(key) for key in plain["keys"]]
        for key, value in zip(keys, plain["values"], strict=True):
            mapping[key] = self.read(value)  # not update(), which adds up in a Counter

    def _object(self, place: int, plain: dict[str, Any]) -> None:
        thing = _resolve(plain["class"])
        args = [self.read(a) for a in plain["args"]]
        made = self._made[place] = thing.__new__(thing, *args) if plain["new"] else thing(*args)
        state = self.read(plain["state"])
        if state is None:
            return
        if hasattr(made, "__setstate__"):
            made.__setstate__(state)
            return
        for values in state if isinstance(state, tuple) else (state,):
            for name, value in (values or {}).items():
                object.__setattr__(made, name, value)
        if _is_distribution(made) and made.seed is None:
            made._rng = random.Random(0)  # noqa: SLF001 - a new one for the omitted state


def _is_distribution(value: Any) -> bool:
    # none exists before its module is imported, and that imports scipy's statistics
    module = sys.modules.get("river.proba.base")
    return module is not None and isinstance(value, module.Distribution)


def _path(thing: Any) -> str:
    path = f"{thing.__module__}:{thing.__qualname__}"
    _resolve(path)
    return path


def _resolve(path: str) -> Any:
    module, _, name = path.partition(":")
    if module == "builtins" and name in _BUILTINS:
        return _BUILTINS[name]
    if not _is_allowed(module):
        raise TypeError(f"{path} may not be in a model's state")
    return attrgetter(name)(importlib.import_module(module))
