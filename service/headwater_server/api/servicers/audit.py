"""AuditService."""

from __future__ import annotations

from headwater.v1 import audit_service_pb2 as pb
from headwater.v1 import audit_service_pb2_grpc as pb_grpc
from headwater_server.api.errors import Context
from headwater_server.api.ports import Replica
from headwater_server.api.settings import ApiSettings
from headwater_server.api.translate.pages import page_bytes
from headwater_server.api.translate.rules import audit


class AuditServicer(pb_grpc.AuditServiceServicer):
    """Reads who changed what, and when."""

    def __init__(self, replica: Replica, settings: ApiSettings) -> None:
        self._replica = replica
        self._page_bytes = page_bytes(settings.message_bytes_max)

    async def ListAuditEntries(
        self, request: pb.ListAuditEntriesRequest, context: Context
    ) -> pb.ListAuditEntriesResponse:
        kinds, before, who, size = audit.list_audit_entries_request(request)
        answer = self._replica.rule_reads.audit(kinds, before, who, size + 1)
        return audit.list_audit_entries_response(answer, size, self._page_bytes)
