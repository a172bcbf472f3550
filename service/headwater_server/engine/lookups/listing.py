"""A page of the catalogue in the order of ids, found in short steps."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from itertools import chain
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.catalogue.item_bits import ItemBits
from headwater_server.engine.messages.entries import Item

STEP = 2_000
"""Items that are looked at in one step: about a millisecond."""

Passing = Callable[[], ItemBits] | None
"""Returns the items that pass the filter now; None: there is no filter, so all pass."""

_id_of = attrgetter("item_id")


def listing(catalogue: Catalogue, after: str, size: int, passing: Passing) -> Iterator[list[Item]]:
    """Yield the page's items in parts, also empty ones: ``size`` items whose ids follow ``after``.

    The state may change between two steps: each item is on the page as its step found it.
    """
    if passing is not None and (bits := passing()).count ** 2 < size * catalogue.described:
        yield from _of_few(catalogue, after, size, bits.numbers(), passing)
    else:
        yield from _in_order(catalogue, after, size, passing)


def _in_order(
    catalogue: Catalogue, after: str, size: int, passing: Passing
) -> Iterator[list[Item]]:
    """Walk through all ids from ``after`` on: quick if many pass."""
    step = size if passing is None else max(size, STEP // 8)
    while size > 0 and (ids := catalogue.ids_after(after, step)):
        items = _passing_items(catalogue, catalogue.numbers_of(ids), passing)[:size]
        size, after, step = size - len(items), ids[-1], STEP
        yield items


def _of_few(
    catalogue: Catalogue, after: str, size: int, few: NDArray[np.int32], passing: Passing
) -> Iterator[list[Item]]:
    """Keep the first of those that pass, which are in no order: quick if few do."""
    first: list[Item] = []
    for start in range(0, len(few), STEP):
        items = _passing_items(catalogue, few[start : start + STEP], passing)
        later = (item for item in items if item.item_id > after)
        first = heapq.nsmallest(size, chain(first, later), key=_id_of)
        yield []
    yield first


def _passing_items(
    catalogue: Catalogue, numbers: NDArray[np.int32], passing: Passing
) -> list[Item]:
    kept = numbers if passing is None else numbers[passing().has(numbers)]
    return [item for item in map(catalogue.at, kept.tolist()) if item]
