"""CPU time by function: each named one is wrapped, and what it calls of the others is left out."""

from __future__ import annotations

import functools
import inspect
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

CALIBRATION_CALLS = 20_000
Place = tuple[Any, str]


def find(target: str) -> Place:
    """Return (owner, attribute) of ``module:name`` or ``module:Class.method``.

    Raises AttributeError if this build has no such function.

    >>> find("json:dumps")[1], find("json:JSONEncoder.encode")[0].__name__
    ('dumps', 'JSONEncoder')
    """
    module, _, path = target.partition(":")
    owner: Any = import_module(module)
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    getattr(owner, name)
    return owner, name


class Stopwatch:
    """Own CPU seconds and calls by stage; what the wrapping itself takes is subtracted."""

    def __init__(self) -> None:
        self._own_s: dict[str, float] = defaultdict(float)
        self._calls: dict[str, int] = defaultdict(int)
        self._inner_calls: dict[str, int] = defaultdict(int)
        self._stack: list[list[Any]] = []
        self._inside_s = self._around_s = 0.0
        self._calibrate()

    def wrapped(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that does the same and is counted as ``stage``."""
        if inspect.iscoroutinefunction(function):
            return self._wrapped_coroutine(stage, function)

        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            start = self._enter()
            try:
                return function(*args, **kwargs)
            finally:
                self._leave(stage, start)

        return timed

    def _wrapped_coroutine(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Do the same for a coroutine function that never waits."""

        @functools.wraps(function)
        async def timed(*args: Any, **kwargs: Any) -> Any:
            start = self._enter()
            try:
                return await function(*args, **kwargs)
            finally:
                self._leave(stage, start)

        return timed

    def _enter(self) -> float:
        self._stack.append([0.0, 0])  # of the calls within: their time and number
        return time.thread_time()

    def _leave(self, stage: str, start_s: float) -> None:
        took_s = time.thread_time() - start_s
        within_s, within = self._stack.pop()
        self._own_s[stage] += took_s - within_s
        self._calls[stage] += 1
        self._inner_calls[stage] += within
        if self._stack:
            self._stack[-1][0] += took_s
            self._stack[-1][1] += 1

    def _calibrate(self) -> None:
        """Measure what the wrapping adds to the function itself, and to the one that calls it."""
        plain: Any = lambda: None  # noqa: E731 - the least that can be called
        inner, calls = self.wrapped("inner", plain), range(CALIBRATION_CALLS)

        def repeat(function: Any) -> None:
            for _ in calls:
                function()

        self.wrapped("bare", repeat)(plain)
        self.wrapped("outer", repeat)(inner)
        each = dict(self._own_s)
        bare_s = each["bare"] / CALIBRATION_CALLS
        self._inside_s = each["inner"] / CALIBRATION_CALLS
        self._around_s = each["outer"] / CALIBRATION_CALLS - bare_s
        self.clear()

    def clear(self) -> None:
        """Start again with nothing."""
        for counted in (self._own_s, self._calls, self._inner_calls):
            counted.clear()

    def seconds(self) -> dict[str, float]:
        """Return the own CPU seconds of each stage since `clear`."""
        return {
            stage: own_s
            - self._calls[stage] * self._inside_s
            - self._inner_calls[stage] * self._around_s
            for stage, own_s in self._own_s.items()
        }

    @contextmanager
    def watching(self, targets: Mapping[str, tuple[str, ...]]) -> Iterator[list[str]]:
        """Wrap the functions of each stage for a while; yield those that this build does not have.

        >>> import sys, types
        >>> watch, holder = Stopwatch(), types.SimpleNamespace(f=len)
        >>> sys.modules["holder"] = holder
        >>> with watch.watching({"length": ("holder:f",)}) as missing:
        ...     holder.f("abc")
        3
        >>> list(watch.seconds()), missing, holder.f is len
        (['length'], [], True)
        """
        before: list[tuple[Any, str, Any]] = []
        missing = []
        for stage, names in targets.items():
            for target in names:
                try:
                    owner, name = find(target)
                except (AttributeError, ImportError):
                    missing.append(target)
                    continue
                before.append((owner, name, owner.__dict__[name]))
                setattr(owner, name, self.wrapped(stage, getattr(owner, name)))
        try:
            yield missing
        finally:
            for owner, name, function in reversed(before):
                setattr(owner, name, function)
