"""CatalogService: writes and ids in, outcomes and items out."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.v1 import catalog_service_pb2 as pb
from headwater.v1 import item_pb2
from headwater_server.api.translate.checks import between, required
from headwater_server.api.translate.items import item_message, item_write
from headwater_server.engine.entries import Item, ItemWrite
from headwater_server.engine.events import Status
from headwater_server.errors import NotFound
from headwater_server.replica.answers import WriteAnswer

WRITES_MAX = 1000

STATUSES = {
    Status.CREATED: item_pb2.WRITE_STATUS_APPLIED,
    Status.EXISTS: item_pb2.WRITE_STATUS_OUTDATED,
    Status.CONFLICT: item_pb2.WRITE_STATUS_REFUSED,
    Status.QUARANTINED: item_pb2.WRITE_STATUS_REFUSED,
}


def upsert_items_request(request: pb.UpsertItemsRequest) -> list[ItemWrite]:
    """Return the writes; the call is checked whole before any of them is done."""
    between("writes", request.writes, WRITES_MAX)
    return [item_write(f"writes[{place}]", write) for place, write in enumerate(request.writes)]


def upsert_items_response(
    writes: Sequence[ItemWrite], answer: WriteAnswer
) -> pb.UpsertItemsResponse:
    """Return one result a write, in the order sent."""
    results = [
        item_pb2.ItemWriteResult(
            item_id=write.item.item_id, status=STATUSES[outcome.status], detail=outcome.detail
        )
        for write, outcome in zip(writes, answer.outcomes, strict=True)
    ]
    return pb.UpsertItemsResponse(results=results, offset=answer.offset)


def get_item_request(request: pb.GetItemRequest) -> str:
    """Return the id that is asked for."""
    return required("item_id", request.item_id)


def get_item_response(item_id: str, item: Item | None) -> pb.GetItemResponse:
    """Return the item; raise `NotFound` when the catalogue does not hold it."""
    if item is None:
        raise NotFound("item_id", item_id)
    return pb.GetItemResponse(item=item_message(item))
