"""ExportService."""

from __future__ import annotations

from headwater.v1 import export_service_pb2 as pb
from headwater.v1 import export_service_pb2_grpc as pb_grpc
from headwater_server.api.errors import Context
from headwater_server.api.ports import Replica
from headwater_server.api.settings import ApiSettings
from headwater_server.api.translate.export import (
    list_export_rows_request,
    list_export_rows_response,
)
from headwater_server.api.translate.pages import page_bytes
from headwater_server.errors import FailedPrecondition
from headwater_server.exporting.paging import Exports
from headwater_server.replica.faults import LogBroken


class ExportServicer(pb_grpc.ExportServiceServicer):
    """Reads what the catalogue holds; the pages are made of the log and of the state."""

    def __init__(self, replica: Replica, settings: ApiSettings) -> None:
        self._exports = Exports(replica.readable_log, lambda: replica.described)
        self._page_bytes = page_bytes(settings.message_bytes_max)

    async def ListExportRows(
        self, request: pb.ListExportRowsRequest, context: Context
    ) -> pb.ListExportRowsResponse:
        question = list_export_rows_request(request, self._page_bytes)
        try:
            return list_export_rows_response(await self._exports.page(question))
        except LogBroken as error:
            fix = "use `headwater export` where the archive is"
            raise FailedPrecondition("the log", [str(error), fix]) from error
