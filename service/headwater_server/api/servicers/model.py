"""ModelService."""

from __future__ import annotations

from headwater.v1 import model_service_pb2 as pb
from headwater.v1 import model_service_pb2_grpc as pb_grpc
from headwater_server.api.errors import Context
from headwater_server.api.guard import time_remaining_s
from headwater_server.api.ports import Replica
from headwater_server.api.settings import ApiSettings
from headwater_server.api.translate.model import (
    get_metrics_response,
    get_model_response,
)


class ModelServicer(pb_grpc.ModelServiceServicer):
    """Looks at the model, and changes nothing."""

    def __init__(self, replica: Replica, settings: ApiSettings) -> None:
        self._replica = replica
        self._settings = settings

    async def GetModel(self, request: pb.GetModelRequest, context: Context) -> pb.GetModelResponse:
        if request.compare_replicas:
            remaining_s = time_remaining_s(context, self._settings)
            return get_model_response(await self._replica.compare_replicas(remaining_s))
        return get_model_response(await self._replica.model(request.compute_digest))

    async def GetMetrics(
        self, request: pb.GetMetricsRequest, context: Context
    ) -> pb.GetMetricsResponse:
        return get_metrics_response(self._replica.metrics(), self._replica.drift_alarms())
