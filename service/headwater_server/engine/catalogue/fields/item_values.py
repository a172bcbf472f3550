"""What a filter can test of an item: the values of each field, by the name that filters use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from headwater_server.engine.messages.entries import Item

Value = str | float

TIMES = ("publish_time", "expire_time")
UNIQUE = ("title", "image_uri", "uri")
"""Texts that few items share: found by their hashes."""
ITEM_FIELDS = (
    "item_id", "title", "categories", "price", "currency_code", "available", "tags", *TIMES,
    "image_uri", "uri", "group_id",
)  # fmt: skip
"""The fields that every item may have. A feature of such a name is ``features.`` and the name."""
PREFIX = "features."
_RESERVED = frozenset(ITEM_FIELDS)


def item_values(item: Item) -> dict[str, list[Value]]:
    """Return the values of an item by field, each once; times in milliseconds.

    >>> item_values(Item("a", tags=("new",), price=3.0, features=(("title", "Dr."),)))
    ... # doctest: +NORMALIZE_WHITESPACE
    {'item_id': ['a'], 'tags': ['new'], 'available': ['true'], 'price': [3.0],
     'features.title': ['Dr.']}
    """
    values: dict[str, list[Value]] = {}
    for name, value in values_of(item):
        values.setdefault(name, []).append(value)
    return values


def values_of(item: Item) -> Iterable[tuple[str, Value]]:
    """Return (field, value) of everything that a filter can test, each once."""
    return dict.fromkeys(_all_values(item))


def _all_values(item: Item) -> Iterator[tuple[str, Value]]:
    yield "item_id", item.item_id
    if item.title:
        yield "title", item.title
    for category in item.categories:
        yield "categories", category
    for tag in item.tags:
        yield "tags", tag
    yield "available", "true" if item.available else "false"
    if item.price is not None:
        yield "price", item.price
    if item.currency_code:
        yield "currency_code", item.currency_code
    if item.publish_time_ms:
        yield "publish_time", float(item.publish_time_ms)
    if item.expire_time_ms:
        yield "expire_time", float(item.expire_time_ms)
    if item.image_uri:
        yield "image_uri", item.image_uri
    if item.uri:
        yield "uri", item.uri
    if item.group_id:
        yield "group_id", item.group_id
    for name, value in item.features:
        yield (name if name not in _RESERVED else PREFIX + name), value


def feature_field(name: str) -> str:
    """Return the name by which filters find a feature.

    >>> feature_field("brand"), feature_field("title")
    ('brand', 'features.title')
    """
    return PREFIX + name if name in _RESERVED else name


def field_of(name: str) -> str:
    """Return the field that a filter's name means: ``features.brand`` is ``brand``.

    >>> field_of("features.brand"), field_of("features.title"), field_of("price")
    ('brand', 'features.title', 'price')
    """
    return feature_field(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else name
