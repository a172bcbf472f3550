"""ModelService."""

from __future__ import annotations

from headwater.v1 import model_service_pb2 as pb
from headwater.v1 import model_service_pb2_grpc as pb_grpc
from headwater_server.api.access.access import scope_names
from headwater_server.api.errors import Context
from headwater_server.api.guard.caller import key_name
from headwater_server.api.guard.guard import time_remaining_s
from headwater_server.api.guard.learning import Learning
from headwater_server.api.ports import Replica
from headwater_server.api.settings import ApiSettings
from headwater_server.api.translate.model.items import (
    list_item_statistics_request,
    list_item_statistics_response,
)
from headwater_server.api.translate.model.performance import (
    get_performance_request,
    get_performance_response,
)
from headwater_server.api.translate.model.quarantine import (
    list_quarantined_events_request,
    list_quarantined_events_response,
    quarantine_ids,
    replay_quarantined_events_response,
)
from headwater_server.api.translate.model.samples import (
    list_metric_samples_request,
    list_metric_samples_response,
)
from headwater_server.api.translate.model.serving import (
    get_serving_response,
    list_replicas_response,
    list_settings_changes_response,
)
from headwater_server.api.translate.model.status import get_metrics_response, get_model_response
from headwater_server.api.translate.model.storage import get_storage_response
from headwater_server.api.translate.pages import page_bytes
from headwater_server.engine.messages.entries import SessionEnd
from headwater_server.errors import FailedPrecondition, Forbidden
from headwater_server.observability.request import current


class ModelServicer(pb_grpc.ModelServiceServicer):
    """Answers questions of operators about the model; replays and drops quarantined events."""

    def __init__(self, replica: Replica, settings: ApiSettings) -> None:
        self._replica = replica
        self._settings = settings
        self._page_bytes = page_bytes(settings.message_bytes_max)

    async def GetModel(self, request: pb.GetModelRequest, context: Context) -> pb.GetModelResponse:
        if request.compare_replicas:
            _may_write_a_mark()
            remaining_s = time_remaining_s(context, self._settings)
            return get_model_response(await self._replica.compare_replicas(remaining_s))
        return get_model_response(await self._replica.model(request.compute_digest))

    async def GetMetrics(
        self, request: pb.GetMetricsRequest, context: Context
    ) -> pb.GetMetricsResponse:
        return get_metrics_response(self._replica.metrics(), self._replica.drift_alarms())

    async def ListMetricSamples(
        self, request: pb.ListMetricSamplesRequest, context: Context
    ) -> pb.ListMetricSamplesResponse:
        asked = list_metric_samples_request(request)
        return list_metric_samples_response(self._replica.operators.samples(*asked))

    async def GetServing(
        self, request: pb.GetServingRequest, context: Context
    ) -> pb.GetServingResponse:
        serving = await self._replica.operators.serving()
        call = current.get()
        scopes = scope_names(call.scopes if call is not None else ())
        return get_serving_response(serving, scopes)

    async def EndSession(
        self, request: pb.EndSessionRequest, context: Context
    ) -> pb.EndSessionResponse:
        call = current.get()
        session = call.session if call is not None else None
        if session is None or not session.sid:
            problem = "is no session of a person who signed in; a key is not ended"
            raise FailedPrecondition("authorization", [problem])
        end = SessionEnd(session.sid, 1_000 * session.until, session.who)
        remaining_s = time_remaining_s(context, self._settings)
        answer = await self._replica.end_session(end, remaining_s)
        return pb.EndSessionResponse(offset=answer.offset)

    async def ListReplicas(
        self, request: pb.ListReplicasRequest, context: Context
    ) -> pb.ListReplicasResponse:
        return list_replicas_response(await self._replica.operators.replicas())

    async def ListQuarantinedEvents(
        self, request: pb.ListQuarantinedEventsRequest, context: Context
    ) -> pb.ListQuarantinedEventsResponse:
        size, before, reason = list_quarantined_events_request(request)
        answer = await self._replica.operators.quarantined(size + 1, before, reason)
        return list_quarantined_events_response(answer, size, self._page_bytes)

    async def ReplayQuarantinedEvents(
        self, request: pb.ReplayQuarantinedEventsRequest, context: Context
    ) -> pb.ReplayQuarantinedEventsResponse:
        ids = quarantine_ids(request.quarantine_ids)
        remaining_s = time_remaining_s(context, self._settings)
        async with Learning(self._replica.item_s * len(ids)):
            answer = await self._replica.quarantine_work.replay(ids, key_name(), remaining_s)
        return replay_quarantined_events_response(answer)

    async def DropQuarantinedEvents(
        self, request: pb.DropQuarantinedEventsRequest, context: Context
    ) -> pb.DropQuarantinedEventsResponse:
        ids = quarantine_ids(request.quarantine_ids)
        remaining_s = time_remaining_s(context, self._settings)
        dropped = await self._replica.quarantine_work.drop(ids, key_name(), remaining_s)
        return pb.DropQuarantinedEventsResponse(dropped_count=dropped)

    async def GetStorage(
        self, request: pb.GetStorageRequest, context: Context
    ) -> pb.GetStorageResponse:
        return get_storage_response(*await self._replica.operators.storage())

    async def ListItemStatistics(
        self, request: pb.ListItemStatisticsRequest, context: Context
    ) -> pb.ListItemStatisticsResponse:
        question, text = list_item_statistics_request(request)
        answer = await self._replica.operators.item_statistics(question, text)
        return list_item_statistics_response(question, answer, self._page_bytes)

    async def ListSettingsChanges(
        self, request: pb.ListSettingsChangesRequest, context: Context
    ) -> pb.ListSettingsChangesResponse:
        return list_settings_changes_response(await self._replica.operators.settings())

    async def GetPerformance(
        self, request: pb.GetPerformanceRequest, context: Context
    ) -> pb.GetPerformanceResponse:
        question = get_performance_request(request)
        answer = await self._replica.operators.performance.ask(question)
        return get_performance_response(request, question, answer, self._page_bytes)


def _may_write_a_mark() -> None:
    """Refuse a key that changes nothing: to be compared, replicas need a mark on the log."""
    call = current.get()
    if call is not None and call.only_reads:
        problem = "compare_replicas writes a mark to the log, and this key may only read"
        raise Forbidden(f"{problem}: use one with the scope model, or compute_digest")
