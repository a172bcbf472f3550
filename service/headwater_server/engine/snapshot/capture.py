"""A copy of the state, made in short steps, so that requests do not wait for it.

Most of a copy's cost is new memory: the first access to a page of memory costs the operating system
more than copying it. So a rehearsal takes the memory while learning goes on; only the real copy,
into memory that exists by then, needs an unchanging state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.snapshot.state import PAUSE, Deferred, ScalarList, Stepwise, flatten

STEP_BYTES = 1_000_000
"""Bytes copied in one step: about half a millisecond."""

LIST_ITEM_BYTES = 30
"""Bytes that one value of a list counts as: copying it takes about as long."""


class Capture:
    """The state that ``tree`` returns, at the moment of `take`.

    >>> numbers = np.zeros(3)
    >>> capture = Capture(lambda: {"a": numbers, "b": ["x"], "c": Deferred(lambda: {"d": 1})})
    >>> for _ in capture.take():
    ...     pass  # others may read the state here
    >>> numbers[0] = 7.0
    >>> list(capture.parts())
    [('a', array([0., 0., 0.])), ('b', ['x']), ('c/d', 1)]
    """

    def __init__(self, tree: Callable[[], Any], check: Callable[[], None] = lambda: None) -> None:
        """``check`` raises while the state is none that may be taken."""
        self._tree = tree
        self._check = check
        self._room: dict[str, NDArray[Any]] = {}
        self._taken: list[tuple[str, Any]] = []

    def rehearse(self) -> Iterator[None]:
        """Allocate the memory, in steps. The state may change during and between the steps."""
        for path, leaf in flatten(self._tree(), deferred=True):
            if leaf is PAUSE:
                yield
            elif isinstance(leaf, np.ndarray):
                self._room[path] = np.empty(leaf.shape, leaf.dtype)
                yield from _copy(leaf, self._room[path])

    def take(self) -> Iterator[None]:
        """Copy, in steps; between them the state may be read, but must not change."""
        self._check()
        self._taken, spent = [], 0
        for path, leaf in flatten(self._tree(), deferred=True):
            if isinstance(leaf, np.ndarray):
                room = self._room_for(path, leaf)
                yield from _copy(leaf, room)
                self._taken.append((path, room))
                spent += leaf.nbytes % STEP_BYTES
            elif isinstance(leaf, Stepwise):
                self._taken.append((path, (yield from leaf.steps())))
            elif leaf is not PAUSE:
                self._taken.append((path, _own(leaf)))
                spent += LIST_ITEM_BYTES * len(leaf) if isinstance(leaf, ScalarList) else 0
            if spent >= STEP_BYTES or (leaf is PAUSE and spent):
                spent = 0
                yield

    def _room_for(self, path: str, leaf: NDArray[Any]) -> NDArray[Any]:
        room = self._room.get(path)
        if room is None or room.shape != leaf.shape or room.dtype != leaf.dtype:
            room = self._room[path] = np.empty(leaf.shape, leaf.dtype)
        return room

    def parts(self) -> Iterator[tuple[str, Any]]:
        """Yield (path, plain value) of the copy; it may run slowly in a thread."""
        for path, leaf in self._taken:
            yield from flatten(leaf, path) if isinstance(leaf, Deferred) else ((path, leaf),)


def _own(leaf: Any) -> Any:
    if isinstance(leaf, (list, tuple)) and not isinstance(leaf, ScalarList):
        return list(leaf)
    return leaf


def _copy(leaf: NDArray[Any], room: NDArray[Any]) -> Iterator[None]:
    """Copy row by row, about `STEP_BYTES` at a time; arrays shorter than that at once."""
    if leaf.nbytes <= STEP_BYTES:
        np.copyto(room, leaf)
        return
    rows = max(1, STEP_BYTES * len(leaf) // leaf.nbytes)
    for start in range(0, len(leaf), rows):
        np.copyto(room[start : start + rows], leaf[start : start + rows])
        yield


def at_once(tree: Callable[[], Any]) -> list[tuple[str, Any]]:
    """Return a copy of the state, made in one go."""
    capture = Capture(tree)
    _through(capture.take())
    return list(capture.parts())


def _through(steps: Iterable[None]) -> None:
    for _ in steps:
        pass
