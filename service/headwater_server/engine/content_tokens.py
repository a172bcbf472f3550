"""Which words of an item count as its content."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headwater_server.engine.entries import Item

_WORD = re.compile(r"[^\W_]+")


def content_tokens(item: Item) -> Iterator[str]:
    """Yield ``field:word`` of the item's texts; numbers and prices say too little.

    >>> list(content_tokens(Item("1", title="Red lamp", categories=("Garden",))))
    ['categories:garden', 'title:red', 'title:lamp']
    """
    for category in item.categories:
        yield f"categories:{category.casefold()}"
    for tag in item.tags:
        yield f"tags:{tag.casefold()}"
    for word in _WORD.findall(item.title.casefold()):
        yield f"title:{word}"
    for name, value in item.features:
        if isinstance(value, str):
            yield from (f"{name}:{word}" for word in _WORD.findall(value.casefold()))
