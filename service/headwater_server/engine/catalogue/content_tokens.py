"""The words of an item that count as its content."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headwater_server.engine.messages.entries import Item

_WORD = re.compile(r"[^\W_]+")


def content_tokens(item: Item) -> Iterator[str]:
    """Yield ``field:word`` of the item's texts; numbers and prices are left out.

    >>> list(content_tokens(Item("1", title="Red lamp", categories=("Garden",))))
    ['categories:garden', 'title:red', 'title:lamp']
    """
    for category in item.categories:
        yield f"categories:{category.casefold()}"
    for tag in item.tags:
        yield f"tags:{tag.casefold()}"
    for name, text in (("title", item.title), *item.features):
        if isinstance(text, str):
            yield from (f"{name}:{word}" for word in _words(text))


def _words(text: str) -> list[str]:
    """Return the words of a text without numbers of one or two digits, which only count things."""
    words = _WORD.findall(text.casefold())
    return [word for word in words if not (word.isdigit() and len(word) <= 2)]
