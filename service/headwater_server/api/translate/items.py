"""Translates items and their writes, in and out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from headwater.v1 import item_pb2
from headwater_server.api.translate.checks import (
    LABEL_BYTES_MAX,
    LABELS_MAX,
    TEXT_BYTES_MAX,
    finite,
    one_of,
    required,
    short_text,
    texts,
)
from headwater_server.api.translate.values import (
    checked_set_time_ms,
    checked_time_ms,
    checked_values,
    time_message,
    value_messages,
)
from headwater_server.engine.intake.addresses import address_problem
from headwater_server.engine.messages.entries import Item, ItemWrite
from headwater_server.errors import InvalidRequest

# the name of a field in the API -> in the engine
FIELDS = {
    "title": "title",
    "categories": "categories",
    "price": "price",
    "currency_code": "currency_code",
    "available": "available",
    "tags": "tags",
    "features": "features",
    "publish_time": "publish_time_ms",
    "expire_time": "expire_time_ms",
    "image_uri": "image_uri",
    "uri": "uri",
    "group_id": "group_id",
}

_CURRENCY = re.compile(r"([A-Z]{3})?")


def item_write(place: str, write: item_pb2.ItemWrite) -> ItemWrite:
    """Return one checked write; ``place`` is its name in the request."""
    paths = write.update_mask.paths
    return ItemWrite(
        item=_item(f"{place}.item", write.item),
        fields=tuple(FIELDS[one_of(f"{place}.update_mask", path, FIELDS)] for path in paths),
        set_time_ms=checked_set_time_ms(f"{place}.set_time", write),
    )


def _item(place: str, item: item_pb2.Item) -> Item:
    return Item(
        item_id=required(f"{place}.item_id", item.item_id),
        title=short_text(f"{place}.title", item.title, TEXT_BYTES_MAX),
        categories=_labels(f"{place}.categories", item.categories),
        price=_price(f"{place}.price", item.price) if item.HasField("price") else None,
        currency_code=currency(f"{place}.currency_code", item.currency_code),
        available=item.available if item.HasField("available") else True,
        tags=_labels(f"{place}.tags", item.tags),
        features=checked_values(f"{place}.features", item.features),
        publish_time_ms=checked_time_ms(f"{place}.publish_time", item.publish_time),
        expire_time_ms=_expire_time_ms(f"{place}.expire_time", item),
        image_uri=_address(f"{place}.image_uri", item.image_uri),
        uri=_address(f"{place}.uri", item.uri),
        group_id=short_text(f"{place}.group_id", item.group_id),
    )


def _labels(field: str, labels: Sequence[str]) -> tuple[str, ...]:
    return texts(field, labels, count_max=LABELS_MAX, bytes_max=LABEL_BYTES_MAX)


def _price(field: str, price: float) -> float:
    if finite(field, price) < 0:
        raise InvalidRequest(field, "is below 0")
    return price


def _address(field: str, text: str) -> str:
    if problem := address_problem(text):
        raise InvalidRequest(field, problem)
    return text


def currency(field: str, code: str) -> str:
    """Return an ISO 4217 code, "" for none."""
    if not _CURRENCY.fullmatch(code):
        raise InvalidRequest(field, "is not three capital letters, such as EUR")
    return code


def _expire_time_ms(field: str, item: item_pb2.Item) -> int:
    if not item.HasField("expire_time"):
        return 0
    return checked_time_ms(field, item.expire_time) or 1  # 0 would mean never


def item_message(item: Item) -> item_pb2.Item:
    """Return the item as a message."""
    return item_pb2.Item(
        item_id=item.item_id,
        title=item.title,
        categories=item.categories,
        price=item.price,
        currency_code=item.currency_code,
        available=item.available,
        tags=item.tags,
        features=value_messages(item.features),
        publish_time=time_message(item.publish_time_ms),
        expire_time=time_message(item.expire_time_ms),
        image_uri=item.image_uri,
        uri=item.uri,
        group_id=item.group_id,
    )
