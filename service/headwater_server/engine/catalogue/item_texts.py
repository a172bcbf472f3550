"""Items as the texts of a snapshot, and in little memory."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.messages.entries import Item

_NAMES = ("item_id", *(field.name for field in fields(Item) if field.name != "item_id"))


def compact(item: Item) -> Item:
    """Return the same item; texts that many items have are kept once."""
    return replace(
        item,
        currency_code=sys.intern(item.currency_code),
        categories=tuple(map(sys.intern, item.categories)),
        tags=tuple(map(sys.intern, item.tags)),
        features=tuple(
            (sys.intern(name), sys.intern(value) if isinstance(value, str) else value)
            for name, value in item.features
        ),
    )


def as_stored(
    items: Sequence[Item], numbers: NDArray[np.int64], hidden: NDArray[np.int64]
) -> Iterator[Item]:
    """Yield items as they are stored: deleted ones, of the numbers ``hidden``, are not shown."""
    for item, is_hidden in zip(items, np.isin(numbers, hidden).tolist(), strict=True):
        yield Item(item.item_id, available=False) if is_hidden else item


def text_of(item: Item) -> str:
    """Return an item as JSON.

    >>> item_of(text_of(Item("a", tags=("new",)))) == Item("a", tags=("new",))
    True
    """
    return json.dumps([getattr(item, name) for name in _NAMES])


def item_of(text: str) -> Item:
    """Return the item of a text that `text_of` returned."""
    return Item(*map(_tuples, json.loads(text)))


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
