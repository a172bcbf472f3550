"""One walker for digest and snapshot: the state as a list of (path, plain value).

A leaf is an array, a scalar, or a list of scalars.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np

Plain = Any
_SCALARS = frozenset((bool, int, float, str, bytes, type(None)))


class ScalarList(list[Any]):
    """A list of scalars, marked as such: a leaf without a check, and already a copy."""


LIST_STEP = 1_000
"""Values of a long list that are written at once."""

COPY_STEP = 50_000
"""Values of a long list that are copied in one step: less than a millisecond."""

PAUSE = object()
"""Yielded before a branch that takes a while to build; only with ``deferred``, for a capture."""


class Deferred:
    """A branch that is built when it is written, from objects that never change.

    So a capture does not stop learning for it: it keeps the `Deferred`, and a thread builds it.
    """

    __slots__ = ("tree",)

    def __init__(self, tree: Callable[[], Plain]) -> None:
        """``tree`` must return the same branch at any time and in any thread."""
        self.tree = tree


class Stepwise:
    """A branch that takes long to copy, such as a list of all items: it is copied in steps.

    ``steps`` returns a generator that yields between two steps and returns the branch; the state
    must not change meanwhile.
    """

    __slots__ = ("steps",)

    def __init__(self, steps: Callable[[], Generator[None, None, Plain]]) -> None:
        self.steps = steps


def in_steps(values: Collection[Any]) -> Stepwise:
    """Return a copy of scalars, made in steps.

    >>> list(flatten({"a": in_steps(["x", "y"])}))
    [('a', ['x', 'y'])]
    """

    def steps() -> Generator[None, None, ScalarList]:
        copied, left = ScalarList(), iter(values)
        while part := list(islice(left, COPY_STEP)):
            copied += part
            yield
        return copied

    return Stepwise(steps)


def flatten(tree: Plain, path: str = "", *, deferred: bool = False) -> Iterator[tuple[str, Plain]]:
    """Yield (path, leaf) in the tree's own order; nothing is copied.

    A function is a branch that is built when it is reached. With ``deferred`` a `PAUSE` comes
    before it, and a `Deferred` or a `Stepwise` stays unbuilt.

    >>> list(flatten({"a": 1, "b": [{"c": 2.0}], "d": [1, 2]}))
    [('a', 1), ('b/#', 1), ('b/0/c', 2.0), ('d', [1, 2])]
    """
    if isinstance(tree, dict):
        if not tree:
            yield path, {}
        for key, value in tree.items():
            yield from flatten(value, f"{path}/{key}" if path else key, deferred=deferred)
    elif isinstance(tree, (list, tuple)) and not _is_leaf(tree):
        yield f"{path}/#", len(tree)
        for place, value in enumerate(tree):
            yield from flatten(value, f"{path}/{place}", deferred=deferred)
    elif callable(tree):
        if deferred:
            yield path, PAUSE
        yield from flatten(tree(), path, deferred=deferred)
    elif isinstance(tree, Deferred) and not deferred:
        yield from flatten(tree.tree(), path)
    elif isinstance(tree, Stepwise) and not deferred:
        yield from flatten(_built(tree), path)
    else:
        yield path, tree


def _built(branch: Stepwise) -> Plain:
    steps = branch.steps()
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def _is_leaf(values: list[Any] | tuple[Any, ...]) -> bool:
    return isinstance(values, ScalarList) or _SCALARS.issuperset(map(type, values))


def unflatten(parts: Iterable[tuple[str, Plain]]) -> Plain:
    """Return the tree that `flatten` walked; tuples become lists."""
    root: dict[str, Any] = {}
    for path, leaf in parts:
        node = root
        *above, name = path.split("/")
        for step in above:
            node = node.setdefault(step, {})
        node[name] = leaf
    return _lists(root)


def _lists(node: Any) -> Any:
    if not isinstance(node, dict) or not node:
        return node
    if "#" in node:
        return [_lists(node[str(place)]) for place in range(node["#"])]
    return {key: _lists(value) for key, value in node.items()}


def digest(parts: Iterable[tuple[str, Plain]]) -> str:
    """Return 32 bytes, in hex, that two states share only if they are equal.

    >>> digest([("a", 1)]) == digest([("a", 1)]) != digest([("a", 1.0)])
    True
    """
    summing = hashlib.blake2b(digest_size=32)
    for path, leaf in parts:
        summing.update(path.encode() + b"\0")
        summing.update(_bytes(leaf))
    return summing.hexdigest()


def _list_bytes(values: list[Any] | tuple[Any, ...]) -> bytes:
    """Return the list's `repr`, in parts: during one call for all, no other thread could run."""
    parts = (list(values[at : at + LIST_STEP]) for at in range(0, len(values), LIST_STEP))
    return f"[{', '.join(repr(part)[1:-1] for part in parts)}]".encode("utf-8", "surrogatepass")


def _bytes(leaf: Plain) -> bytes:
    if isinstance(leaf, np.ndarray):
        return f"{leaf.dtype.str}{leaf.shape}".encode() + np.ascontiguousarray(leaf).tobytes()
    if isinstance(leaf, float):
        return b"f" + struct.pack("<d", leaf)
    if isinstance(leaf, (list, tuple)):
        return _list_bytes(leaf)
    return repr(leaf).encode("utf-8", "surrogatepass")
