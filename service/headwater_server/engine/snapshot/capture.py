"""A copy of the state, made in short steps so that whoever waits for an answer never waits for it.

What a copy costs is mostly the memory that it takes: a page that was never touched costs the
kernel more than its copying. So the copy is rehearsed while learning goes on, and only the real
one, into memory that is there by then, needs the state to stand still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.snapshot.state import PAUSE, Later, Uniform, flatten

STEP_BYTES = 1_000_000
"""Bytes copied between two looks at who waits: about half a millisecond."""

LIST_ITEM_BYTES = 30
"""What one value of a list counts as; copying it takes about as long as that many bytes."""


class Capture:
    """The state that ``tree`` returns, at the moment of `take`.

    >>> numbers = np.zeros(3)
    >>> capture = Capture(lambda: {"a": numbers, "b": ["x"], "c": Later(lambda: {"d": 1}, 8)})
    >>> for _ in capture.take():
    ...     pass  # others may read the state here
    >>> numbers[0] = 7.0
    >>> list(capture.parts())
    [('a', array([0., 0., 0.])), ('b', ['x']), ('c/d', 1)]
    """

    def __init__(self, tree: Callable[[], Any]) -> None:
        self._tree = tree
        self._room: dict[str, NDArray[Any]] = {}
        self._taken: list[tuple[str, Any]] = []

    def rehearse(self) -> Iterator[None]:
        """Take the memory, in steps. The state may change meanwhile, and between the steps."""
        for path, leaf in flatten(self._tree(), later=True):
            if leaf is PAUSE:
                yield
            elif isinstance(leaf, np.ndarray):
                self._room[path] = np.empty(leaf.shape, leaf.dtype)
                yield from _copy(leaf, self._room[path])

    def take(self) -> Iterator[None]:
        """Copy, in steps; between them the state may be read, and must not be changed."""
        self._taken, spent = [], 0
        for path, leaf in flatten(self._tree(), later=True):
            if isinstance(leaf, np.ndarray):
                room = self._room_for(path, leaf)
                yield from _copy(leaf, room)
                self._taken.append((path, room))
                spent += leaf.nbytes % STEP_BYTES
            elif leaf is not PAUSE:
                self._taken.append((path, _own(leaf)))
                spent += LIST_ITEM_BYTES * len(leaf) if isinstance(leaf, Uniform) else 0
            if spent >= STEP_BYTES or (leaf is PAUSE and spent):
                spent = 0
                yield

    def _room_for(self, path: str, leaf: NDArray[Any]) -> NDArray[Any]:
        room = self._room.get(path)
        if room is None or room.shape != leaf.shape or room.dtype != leaf.dtype:
            room = self._room[path] = np.empty(leaf.shape, leaf.dtype)
        return room

    def parts(self) -> Iterator[tuple[str, Any]]:
        """Yield (path, plain value) of what was taken; a thread may take its time over it."""
        for path, leaf in self._taken:
            yield from flatten(leaf, path) if isinstance(leaf, Later) else ((path, leaf),)


def _own(leaf: Any) -> Any:
    if isinstance(leaf, (list, tuple)) and not isinstance(leaf, Uniform):
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
    """Return the copy of a state that nobody waits for."""
    capture = Capture(tree)
    _through(capture.take())
    return list(capture.parts())


def _through(steps: Iterable[None]) -> None:
    for _ in steps:
        pass
