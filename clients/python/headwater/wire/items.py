"""Write requests about items, and read the answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from google.protobuf.field_mask_pb2 import FieldMask

from headwater.items import (
    DeleteAnswer,
    Item,
    ItemPage,
    ItemResult,
    UpsertAnswer,
    WriteStatus,
)
from headwater.v1 import catalog_service_pb2 as pb
from headwater.v1 import item_pb2
from headwater.wire.fields import built, each, listed
from headwater.wire.values import from_time, from_values, to_ids, to_time, to_values

STATUSES = {
    item_pb2.WRITE_STATUS_APPLIED: WriteStatus.APPLIED,
    item_pb2.WRITE_STATUS_OUTDATED: WriteStatus.OUTDATED,
    item_pb2.WRITE_STATUS_REFUSED: WriteStatus.REFUSED,
}


def upsert_items_request(
    items: Iterable[Item], fields: Sequence[str], set_time: datetime | None
) -> pb.UpsertItemsRequest:
    """Build the request: one write for each item, of ``fields`` or of all fields."""
    mask = built(FieldMask, paths=listed("fields", fields, "texts")) if fields else None
    when = to_time("set_time", set_time)
    writes = [
        item_pb2.ItemWrite(item=item, update_mask=mask, set_time=when)
        for item in each("items", items, Item, to_item)
    ]
    return pb.UpsertItemsRequest(writes=writes)


def upsert_answer(response: pb.UpsertItemsResponse) -> UpsertAnswer:
    """Read the results of the writes."""
    return UpsertAnswer(_results(response.results), response.offset)


def _results(results: Iterable[item_pb2.ItemWriteResult]) -> tuple[ItemResult, ...]:
    return tuple(
        ItemResult(result.item_id, STATUSES[result.status], result.detail) for result in results
    )


def delete_items_request(
    item_ids: Iterable[str], set_time: datetime | None
) -> pb.DeleteItemsRequest:
    """Build the request."""
    ids = to_ids("item_ids", item_ids)
    return built(pb.DeleteItemsRequest, item_ids=ids, set_time=to_time("set_time", set_time))


def delete_answer(response: pb.DeleteItemsResponse) -> DeleteAnswer:
    """Read the results of the removals."""
    return DeleteAnswer(_results(response.results), response.offset)


def item_page(response: pb.ListItemsResponse) -> ItemPage:
    """Read a page of the catalogue."""
    return ItemPage(tuple(map(from_item, response.items)), response.next_page_token)


def to_item(item: Item) -> item_pb2.Item:
    """Return the item as a message."""
    return built(
        item_pb2.Item,
        item_id=item.item_id,
        title=item.title,
        categories=item.categories and listed("categories", item.categories, "texts"),
        price=item.price,
        currency_code=item.currency_code,
        available=item.available,
        tags=item.tags and listed("tags", item.tags, "texts"),
        features=to_values("features", item.features),
        publish_time=to_time("publish_time", item.publish_time),
        expire_time=to_time("expire_time", item.expire_time),
        image_uri=item.image_uri,
        uri=item.uri,
        group_id=item.group_id,
    )


def from_item(item: item_pb2.Item) -> Item:
    """Read an item."""
    return Item(
        item_id=item.item_id,
        title=item.title,
        categories=tuple(item.categories),
        price=item.price if item.HasField("price") else None,
        currency_code=item.currency_code,
        available=item.available if item.HasField("available") else True,
        tags=tuple(item.tags),
        features=from_values(dict(item.features)),
        publish_time=from_time(item.publish_time) if item.HasField("publish_time") else None,
        expire_time=from_time(item.expire_time) if item.HasField("expire_time") else None,
        image_uri=item.image_uri,
        uri=item.uri,
        group_id=item.group_id,
    )
