"""CatalogService: translates writes and ids in, outcomes and items out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headwater.v1 import catalog_service_pb2 as pb
from headwater.v1 import item_pb2
from headwater_server.api.translate.checks import (
    between,
    checked_filter,
    page_size,
    required,
    texts,
)
from headwater_server.api.translate.items import item_message, item_write
from headwater_server.api.translate.pages import (
    PAGE_BYTES_MAX,
    after_item_id,
    as_many_as_fit,
    page_token,
)
from headwater_server.api.translate.values import checked_set_time_ms
from headwater_server.engine.messages.entries import Item, ItemDelete, ItemWrite
from headwater_server.engine.messages.events import Status
from headwater_server.errors import NotFound
from headwater_server.replica.answers import WriteAnswer

WRITES_MAX = 1000
PAGE_DEFAULT = 50
PAGE_MAX = 1000

STATUSES = {
    Status.CREATED: item_pb2.WRITE_STATUS_APPLIED,
    Status.EXISTS: item_pb2.WRITE_STATUS_OUTDATED,
    Status.CONFLICT: item_pb2.WRITE_STATUS_REFUSED,
    Status.QUARANTINED: item_pb2.WRITE_STATUS_REFUSED,
}


def upsert_items_request(request: pb.UpsertItemsRequest) -> Iterator[ItemWrite]:
    """Yield the writes, each checked; the caller takes all of them before any is done."""
    between("writes", request.writes, WRITES_MAX)
    for place, write in enumerate(request.writes):
        yield item_write(f"writes[{place}]", write)


def upsert_items_response(
    writes: Sequence[ItemWrite], answer: WriteAnswer
) -> pb.UpsertItemsResponse:
    """Return one result per write, in the order sent."""
    results = _results([write.item.item_id for write in writes], answer)
    return pb.UpsertItemsResponse(results=results, offset=answer.offset)


def _results(item_ids: Sequence[str], answer: WriteAnswer) -> list[item_pb2.ItemWriteResult]:
    return [
        item_pb2.ItemWriteResult(
            item_id=item_id, status=STATUSES[outcome.status], detail=outcome.detail
        )
        for item_id, outcome in zip(item_ids, answer.outcomes, strict=True)
    ]


def delete_items_request(request: pb.DeleteItemsRequest) -> list[ItemDelete]:
    """Return the deletes; the whole call is checked before any of them is done."""
    between("item_ids", request.item_ids, WRITES_MAX)
    set_time_ms = checked_set_time_ms("set_time", request)
    return [ItemDelete(item_id, set_time_ms) for item_id in texts("item_ids", request.item_ids)]


def delete_items_response(
    deletes: Sequence[ItemDelete], answer: WriteAnswer
) -> pb.DeleteItemsResponse:
    """Return one result per item, in the order sent."""
    results = _results([delete.item_id for delete in deletes], answer)
    return pb.DeleteItemsResponse(results=results, offset=answer.offset)


def list_items_request(request: pb.ListItemsRequest) -> tuple[str, int, str]:
    """Return the item that the page starts after, the page's size, and the filter."""
    size = page_size(request.page_size, PAGE_DEFAULT, PAGE_MAX)
    return after_item_id(request.page_token), size, checked_filter("filter", request.filter)


def list_items_response(
    items: Sequence[Item], size: int, bytes_max: int = PAGE_BYTES_MAX
) -> pb.ListItemsResponse:
    """Return ``size`` of the items, or as many as fit; what is left begins the next page."""
    page = as_many_as_fit(map(item_message, items[:size]), bytes_max)
    more = len(items) > len(page)
    return pb.ListItemsResponse(
        items=page, next_page_token=page_token(page[-1].item_id) if more else ""
    )


def get_item_request(request: pb.GetItemRequest) -> str:
    """Return the requested id."""
    return required("item_id", request.item_id)


def get_item_response(item_id: str, item: Item | None) -> pb.GetItemResponse:
    """Return the item; raise `NotFound` when the catalogue does not contain it."""
    if item is None:
        raise NotFound("item_id", item_id)
    return pb.GetItemResponse(item=item_message(item))
