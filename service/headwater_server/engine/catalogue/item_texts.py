"""Items as JSON texts and back; a snapshot holds one text an item."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from sys import intern
from typing import Any

from headwater_server.engine.messages.entries import Item

_NAMES = tuple(field.name for field in fields(Item))
_CATEGORIES, _CURRENCY, _TAGS, _FEATURES = (
    _NAMES.index(name) for name in ("categories", "currency_code", "tags", "features")
)
_PART = 1000
"""Texts that are parsed at once: one by one takes twice as long, all at once a lot of memory."""


def compact(item: Item) -> Item:
    """Return the same item; texts that many items have are kept once."""
    return replace(
        item,
        currency_code=intern(item.currency_code),
        categories=tuple(map(intern, item.categories)),
        tags=tuple(map(intern, item.tags)),
        features=tuple(
            (intern(name), intern(value) if isinstance(value, str) else value)
            for name, value in item.features
        ),
    )


def text_of(item: Item) -> str:
    """Return the item as a JSON array of its fields."""
    return json.dumps([getattr(item, name) for name in _NAMES])


def items_of(texts: Sequence[str], ids: Sequence[str]) -> Iterator[Item]:
    """Yield the items that `text_of` wrote, with the id objects in ``ids``.

    Texts that many items have are kept once, as after a write.

    >>> tea = Item("a", "Tea", ("drink",), 3.0, "EUR", features=(("origin", "Assam"),))
    >>> list(items_of([text_of(tea)], ["a"])) == [tea]
    True
    """
    for begin in range(0, len(texts), _PART):
        part = slice(begin, begin + _PART)
        values = json.loads(f"[{','.join(texts[part])}]")
        for item_id, fields_of in zip(ids[part], values, strict=True):
            fields_of[0] = item_id
            _unlist(fields_of)
            yield Item(*fields_of)


def _unlist(values: list[Any]) -> None:
    """Turn the values of the fields into those of an item, in place."""
    values[_CURRENCY] = intern(values[_CURRENCY])
    for place in (_CATEGORIES, _TAGS):
        values[place] = tuple(map(intern, texts)) if (texts := values[place]) else ()
    if features := values[_FEATURES]:
        values[_FEATURES] = tuple(
            (intern(name), intern(value) if isinstance(value, str) else value)
            for name, value in features
        )
    else:
        values[_FEATURES] = ()
