"""ModelService: translates figures over time."""

from __future__ import annotations

from headwater.v1 import metric_series_pb2
from headwater.v1 import model_service_pb2 as pb
from headwater_server.api.translate.checks import LABELS_MAX, texts
from headwater_server.api.translate.model.status import drift_alarm_message
from headwater_server.api.translate.values import checked_time_ms, time_message
from headwater_server.errors import InvalidRequest
from headwater_server.replica.operators.operator_reads import SamplesAnswer
from headwater_server.replica.operators.timeline import Span

SPANS = {
    metric_series_pb2.METRIC_SPAN_UNSPECIFIED: Span.HOUR,
    metric_series_pb2.METRIC_SPAN_HOUR: Span.HOUR,
    metric_series_pb2.METRIC_SPAN_WEEK: Span.WEEK,
}


def list_metric_samples_request(
    request: pb.ListMetricSamplesRequest,
) -> tuple[Span, int | None, tuple[str, ...]]:
    """Return the span, the time that the samples come after, and the names of the series."""
    if request.span not in SPANS:
        raise InvalidRequest("span", f"is {request.span}, which is no value of MetricSpan")
    after_ms = None
    if request.HasField("start_time"):
        after_ms = checked_time_ms("start_time", request.start_time)
    return SPANS[request.span], after_ms, texts("names", request.names, count_max=LABELS_MAX)


def list_metric_samples_response(answer: SamplesAnswer) -> pb.ListMetricSamplesResponse:
    """Return the samples, and the drift alarms."""
    samples = answer.samples
    return pb.ListMetricSamplesResponse(
        replica_id=answer.replica_id,
        sample_times=[time for ms in samples.times_ms.tolist() if (time := time_message(ms))],
        series=[
            metric_series_pb2.MetricSeries(
                name=key.name,
                placement=key.placement,
                policy=key.policy,
                call=key.call,
                values=values.tolist(),
            )
            for key, values in samples.series.items()
        ],
        drift_alarms=[drift_alarm_message(alarm) for alarm in answer.alarms],
        interval_seconds=samples.interval_s,
    )
