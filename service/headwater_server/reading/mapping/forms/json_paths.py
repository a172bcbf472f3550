"""Paths in documents, as people write them and as DuckDB takes them."""

from __future__ import annotations

import re
from functools import lru_cache

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def json_path(path: str) -> str:
    """Return a JSONPath whose keys are quoted; an empty path is the value itself.

    >>> json_path("userInfo.userId")
    '$."userInfo"."userId"'
    >>> json_path("offers[0].price")
    '$."offers"[0]."price"'
    >>> json_path("")
    '$'
    """
    steps = (f'."{key}"' if key else f"[{number}]" for key, number in _STEP.findall(path))
    return "$" + "".join(steps)


def shown_in(path: str, paths: frozenset[str]) -> bool:
    """Return whether ``path`` occurs among paths whose lists are written `name[]`.

    >>> shown_in("items.item_id", frozenset({"items[].item_id"}))
    True
    """
    return _plain(path) in _with_outer(paths)


@lru_cache(maxsize=64)
def _with_outer(paths: frozenset[str]) -> frozenset[str]:
    """Return plain paths, and those of the objects around them."""
    steps = [_plain(one).split(".") for one in paths]
    return frozenset(".".join(one[:most]) for one in steps for most in range(1, len(one) + 1))


@lru_cache(maxsize=4096)
def _plain(path: str) -> str:
    return re.sub(r"\[\d*\]", "", path)
