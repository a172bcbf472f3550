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
    yield from (("categories", category) for category in item.categories)
    yield from (("tags", tag) for tag in item.tags)
    yield "available", "true" if item.available else "false"
    if item.price is not None:
        yield "price", item.price
    yield from texts_of(item)
    for name, time_ms in zip(TIMES, (item.publish_time_ms, item.expire_time_ms), strict=True):
        if time_ms:
            yield name, float(time_ms)
    yield from ((feature_field(name), value) for name, value in item.features)


def texts_of(item: Item) -> Iterator[tuple[str, str]]:
    """Yield the fields that are one text, without those that are empty."""
    if item.title:
        yield "title", item.title
    if item.currency_code:
        yield "currency_code", item.currency_code
    if item.group_id:
        yield "group_id", item.group_id
    if item.image_uri:
        yield "image_uri", item.image_uri
    if item.uri:
        yield "uri", item.uri


def feature_field(name: str) -> str:
    """Return the name by which filters find a feature.

    >>> feature_field("brand"), feature_field("title")
    ('brand', 'features.title')
    """
    return PREFIX + name if name in ITEM_FIELDS else name


def field_of(name: str) -> str:
    """Return the field that a filter's name means: ``features.brand`` is ``brand``.

    >>> field_of("features.brand"), field_of("features.title"), field_of("price")
    ('brand', 'features.title', 'price')
    """
    return feature_field(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else name
