"""CatalogService."""

from __future__ import annotations

from dataclasses import replace

from headwater.v1 import catalog_service_pb2 as pb
from headwater.v1 import catalog_service_pb2_grpc as pb_grpc
from headwater_server.api.errors import Context
from headwater_server.api.guard.caller import key_name
from headwater_server.api.guard.guard import time_remaining_s
from headwater_server.api.guard.learning import Learning
from headwater_server.api.ports import Replica
from headwater_server.api.settings import ApiSettings
from headwater_server.api.translate import catalog
from headwater_server.api.translate.pages import page_bytes
from headwater_server.replica.steps import taken_in_steps


class CatalogServicer(pb_grpc.CatalogServiceServicer):
    """Reads and changes items; a change takes effect with the next answer."""

    def __init__(self, replica: Replica, settings: ApiSettings) -> None:
        self._replica = replica
        self._settings = settings

    async def UpsertItems(
        self, request: pb.UpsertItemsRequest, context: Context
    ) -> pb.UpsertItemsResponse:
        writes = await taken_in_steps(catalog.upsert_items_request(request))
        remaining_s = time_remaining_s(context, self._settings)
        async with Learning(self._replica.item_s * len(writes)):
            answer = await self._replica.upsert_items(writes, remaining_s)
        return catalog.upsert_items_response(writes, answer)

    async def GetItem(self, request: pb.GetItemRequest, context: Context) -> pb.GetItemResponse:
        item_id = catalog.get_item_request(request)
        return catalog.get_item_response(item_id, self._replica.get_item(item_id))

    async def DeleteItems(
        self, request: pb.DeleteItemsRequest, context: Context
    ) -> pb.DeleteItemsResponse:
        who, given = key_name(), catalog.delete_items_request(request)
        deletes = [replace(delete, who=who) for delete in given]
        remaining_s = time_remaining_s(context, self._settings)
        async with Learning(self._replica.item_s * len(deletes)):
            answer = await self._replica.delete_items(deletes, remaining_s)
        return catalog.delete_items_response(deletes, answer)

    async def ListItems(
        self, request: pb.ListItemsRequest, context: Context
    ) -> pb.ListItemsResponse:
        after, size, filter_text = catalog.list_items_request(request)
        items = await self._replica.list_items(after, size + 1, filter_text)
        bytes_max = page_bytes(self._settings.message_bytes_max)
        return catalog.list_items_response(items, size, bytes_max)
