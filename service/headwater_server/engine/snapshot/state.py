"""One walker for digest and snapshot: the state as a list of (path, plain value).

A leaf is an array, a scalar, or a list of scalars.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

Plain = Any
_SCALARS = frozenset((bool, int, float, str, bytes, type(None)))


class Uniform(list[Any]):
    """A list of scalars, said so: a leaf without looking through it, and a copy as it is made."""


PAUSE = object()
"""Stands before a branch that takes a while to make; only with ``later``, for a capture."""


class Later:
    """A branch that is worked out when it is written, from what never changes once it is made.

    So a capture need not hold learning up for it: it keeps the `Later`, and a thread asks it.
    """

    __slots__ = ("nbytes", "tree")

    def __init__(self, tree: Callable[[], Plain], nbytes: int) -> None:
        """``tree`` must give the same branch whenever, and in whichever thread, it is called.

        ``nbytes`` is about what it takes in memory.
        """
        self.tree = tree
        self.nbytes = nbytes


def flatten(tree: Plain, path: str = "", *, later: bool = False) -> Iterator[tuple[str, Plain]]:
    """Yield (path, leaf) in the tree's own order; nothing is copied.

    A function is a branch that is made when its turn comes. With ``later`` a `PAUSE` is told
    before that, and a `Later` stays what it is.

    >>> list(flatten({"a": 1, "b": [{"c": 2.0}], "d": [1, 2]}))
    [('a', 1), ('b/#', 1), ('b/0/c', 2.0), ('d', [1, 2])]
    """
    if isinstance(tree, dict):
        if not tree:
            yield path, {}
        for key, value in tree.items():
            yield from flatten(value, f"{path}/{key}" if path else key, later=later)
    elif isinstance(tree, (list, tuple)) and not _is_leaf(tree):
        yield f"{path}/#", len(tree)
        for place, value in enumerate(tree):
            yield from flatten(value, f"{path}/{place}", later=later)
    elif callable(tree):
        if later:
            yield path, PAUSE
        yield from flatten(tree(), path, later=later)
    elif isinstance(tree, Later) and not later:
        yield from flatten(tree.tree(), path)
    else:
        yield path, tree


def _is_leaf(values: list[Any] | tuple[Any, ...]) -> bool:
    return isinstance(values, Uniform) or _SCALARS.issuperset(map(type, values))


def unflatten(parts: Iterable[tuple[str, Plain]]) -> Plain:
    """Return the tree that `flatten` was given; tuples have become lists."""
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


def memory_bytes(parts: Iterable[tuple[str, Plain]]) -> int:
    """Return the bytes of all arrays, and of texts, numbers and `Later` as an estimate."""
    return sum(_size(leaf) for _, leaf in parts)


def _size(leaf: Plain) -> int:
    if isinstance(leaf, (np.ndarray, Later)):
        return int(leaf.nbytes)
    return 100 * len(leaf) if isinstance(leaf, (list, tuple)) else 32


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


def _bytes(leaf: Plain) -> bytes:
    if isinstance(leaf, np.ndarray):
        return f"{leaf.dtype.str}{leaf.shape}".encode() + np.ascontiguousarray(leaf).tobytes()
    if isinstance(leaf, float):
        return b"f" + struct.pack("<d", leaf)
    if isinstance(leaf, (list, tuple)):
        return repr(list(leaf)).encode("utf-8", "surrogatepass")
    return repr(leaf).encode("utf-8", "surrogatepass")
