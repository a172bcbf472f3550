"""What a server refuses of an item or account: the same for every way into a catalogue."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from headwater_server.engine.intake import admission
from headwater_server.engine.intake.addresses import address_problem
from headwater_server.engine.intake.limits import NUMBER_MAX
from headwater_server.engine.messages.entries import Item
from headwater_server.engine.messages.events import ContextValue
from headwater_server.flattening import (
    LABEL_BYTES_MAX,
    NAME_BYTES_MAX,
    NAMES_MAX,
    TEXT_BYTES_MAX,
)

_CURRENCY = re.compile(r"([A-Z]{3})?")


def item_problems(item: Item, allowed_ids: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield (column, reason) of what a server would refuse.

    >>> list(item_problems(Item("i1", title="x" * 1100)))
    [('title', '1100 bytes long; at most 1024 are allowed')]
    """
    yield from _long("title", item.title, TEXT_BYTES_MAX)
    yield from _labels("categories", item.categories)
    yield from _labels("tags", item.tags)
    if item.price is not None and not 0 <= item.price <= NUMBER_MAX:
        yield "price", f"not a price from 0 to {NUMBER_MAX:g}"
    if not _CURRENCY.fullmatch(item.currency_code):
        yield "currency_code", "not three capital letters, such as EUR"
    yield from admission.item_problems(item, allowed_ids)
    for column, address in (("image_uri", item.image_uri), ("uri", item.uri)):
        if problem := address_problem(address):
            yield column, problem
    yield from _long("group_id", item.group_id, NAME_BYTES_MAX)
    yield from feature_problems(item.features)


def feature_problems(features: Sequence[tuple[str, ContextValue]]) -> Iterator[tuple[str, str]]:
    """Yield (column, reason) of features that a server would refuse."""
    if len(features) > NAMES_MAX:
        text = f"{len(features)} features; at most {NAMES_MAX} are allowed: leave columns out"
        yield "", text
    for name, value in features:
        yield from _long(name[:40], name, NAME_BYTES_MAX)
        if isinstance(value, str):
            yield from _long(name[:40], value, TEXT_BYTES_MAX)
        elif not abs(value) <= NUMBER_MAX:
            yield name[:40], f"not a number up to {NUMBER_MAX:g}"


def _labels(column: str, labels: Sequence[str]) -> Iterator[tuple[str, str]]:
    if len(labels) > NAMES_MAX:
        yield column, f"{len(labels)} of them; at most {NAMES_MAX} are allowed"
    for label in labels:
        yield from _long(column, label, LABEL_BYTES_MAX)


def _long(column: str, text: str, most: int) -> Iterator[tuple[str, str]]:
    size = len(text.encode())
    if size > most:
        yield column, f"{size} bytes long; at most {most} are allowed"
