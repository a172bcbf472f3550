"""The calls of both clients for operators."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from headwater.calls import Call
from headwater.operations import (
    ItemOrder,
    ItemStatisticsPage,
    MetricSamples,
    MetricSpan,
    QuarantinePage,
    ReplayedEvent,
    Replica,
    Serving,
    SettingsChanges,
    Storage,
)
from headwater.performance import Performance, PerformanceQuestion
from headwater.v1 import item_statistics_pb2, metric_series_pb2
from headwater.v1 import model_service_pb2 as pb
from headwater.wire import operations as wire
from headwater.wire.fields import built
from headwater.wire.performance import performance, performance_request
from headwater.wire.values import to_ids, to_time

SERVICE = "/headwater.v1.ModelService"
SPANS = {
    MetricSpan.HOUR: metric_series_pb2.METRIC_SPAN_HOUR,
    MetricSpan.WEEK: metric_series_pb2.METRIC_SPAN_WEEK,
}
ORDERS = {
    ItemOrder.TOUCHES: item_statistics_pb2.ITEM_ORDER_TOUCHES,
    ItemOrder.RECENT: item_statistics_pb2.ITEM_ORDER_RECENT,
    ItemOrder.TRENDING: item_statistics_pb2.ITEM_ORDER_TRENDING,
    ItemOrder.NEW: item_statistics_pb2.ITEM_ORDER_NEW,
    ItemOrder.PROBABILITY_BEST: item_statistics_pb2.ITEM_ORDER_PROBABILITY_BEST,
}


def list_replicas() -> Call[tuple[Replica, ...]]:
    """Ask for the replicas of the catalogue."""
    request = pb.ListReplicasRequest()
    return Call(f"{SERVICE}/ListReplicas", request, pb.ListReplicasResponse, wire.replicas)


def get_serving() -> Call[Serving]:
    """Ask for the status of the process that answers."""
    request = pb.GetServingRequest()
    return Call(f"{SERVICE}/GetServing", request, pb.GetServingResponse, wire.serving)


def list_metric_samples(
    span: MetricSpan, start_time: datetime | None, names: Iterable[str]
) -> Call[MetricSamples]:
    """Ask for figures over time."""
    return Call(
        f"{SERVICE}/ListMetricSamples",
        built(
            pb.ListMetricSamplesRequest,
            span=SPANS[span],
            start_time=to_time("start_time", start_time),
            names=to_ids("names", names),
        ),
        pb.ListMetricSamplesResponse,
        wire.metric_samples,
    )


def list_quarantined_events(reason: str, page_size: int, page_token: str) -> Call[QuarantinePage]:
    """Ask for a page of the quarantine."""
    return Call(
        f"{SERVICE}/ListQuarantinedEvents",
        built(
            pb.ListQuarantinedEventsRequest,
            reason=reason,
            page_size=page_size,
            page_token=page_token,
        ),
        pb.ListQuarantinedEventsResponse,
        wire.quarantine_page,
    )


def replay_quarantined_events(ids: Iterable[str]) -> Call[tuple[ReplayedEvent, ...]]:
    """Ask the server to learn from quarantined events again."""
    return Call(
        f"{SERVICE}/ReplayQuarantinedEvents",
        built(pb.ReplayQuarantinedEventsRequest, quarantine_ids=to_ids("quarantine_ids", ids)),
        pb.ReplayQuarantinedEventsResponse,
        wire.replayed_events,
    )


def drop_quarantined_events(ids: Iterable[str]) -> Call[int]:
    """Ask the server to delete quarantined events."""
    return Call(
        f"{SERVICE}/DropQuarantinedEvents",
        built(pb.DropQuarantinedEventsRequest, quarantine_ids=to_ids("quarantine_ids", ids)),
        pb.DropQuarantinedEventsResponse,
        lambda response: response.dropped_count,
    )


def end_session() -> Call[str]:
    """End the session that the call is made with; return the offset of a state that knows it."""
    request = pb.EndSessionRequest()
    return Call(
        f"{SERVICE}/EndSession", request, pb.EndSessionResponse, lambda response: response.offset
    )


def get_storage() -> Call[Storage]:
    """Ask what the store contains."""
    request = pb.GetStorageRequest()
    return Call(f"{SERVICE}/GetStorage", request, pb.GetStorageResponse, wire.storage)


def list_settings_changes() -> Call[SettingsChanges]:
    """Ask for the settings of the engine and their changes."""
    return Call(
        f"{SERVICE}/ListSettingsChanges",
        pb.ListSettingsChangesRequest(),
        pb.ListSettingsChangesResponse,
        wire.settings_changes,
    )


def get_performance(
    question: PerformanceQuestion, page_size: int, page_token: str
) -> Call[Performance]:
    """Ask for a page of what came of the lists."""
    request = performance_request(question, page_size, page_token)
    return Call(f"{SERVICE}/GetPerformance", request, pb.GetPerformanceResponse, performance)


def list_item_statistics(
    order: ItemOrder,
    item_ids: Iterable[str],
    query: str,
    filter_text: str,
    placement: str,
    page_size: int,
    page_token: str,
) -> Call[ItemStatisticsPage]:
    """Ask for a page of item statistics."""
    return Call(
        f"{SERVICE}/ListItemStatistics",
        built(
            pb.ListItemStatisticsRequest,
            order=ORDERS[order],
            item_ids=to_ids("item_ids", item_ids),
            query=query,
            filter=filter_text,
            placement=placement,
            page_size=page_size,
            page_token=page_token,
        ),
        pb.ListItemStatisticsResponse,
        wire.item_statistics_page,
    )
