"""OpenTelemetry: one span a call, below the caller's own if it sends a `traceparent`.

Only imported when there is an endpoint to send spans to. A span is created when its call has ended,
from what was measured anyway; a thread sends spans in batches.
"""

from __future__ import annotations

import os
import time
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from headwater.loopback import is_loopback
from headwater_server.observability.request import Request

OUR_FAULT = {"DEADLINE_EXCEEDED", "INTERNAL", "UNAVAILABLE", "UNKNOWN"}


def open_spans(endpoint: str) -> Spans:
    """Return the tracer of calls that sends to an OTLP collector at ``endpoint``."""
    name = os.environ.get("OTEL_SERVICE_NAME", "headwater")
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    is_here = is_loopback(urlsplit(endpoint).netloc)
    options: Any = (("grpc.enable_http_proxy", 0),) if is_here else ()  # a proxy cannot reach it
    exporter = OTLPSpanExporter(endpoint=endpoint, channel_options=options)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Spans(provider)


class Spans:
    """Implements `api.guard.gate.Spans`."""

    def __init__(self, provider: TracerProvider) -> None:
        """Trace with ``provider``, which decides what is sampled and where spans are sent."""
        self._provider = provider
        self._tracer = provider.get_tracer("headwater")
        self._propagator = TraceContextTextMapPropagator()

    def note(self, call: str, request: Request, status: str, took_s: float) -> None:
        """Record a call that ended now."""
        end_ns = time.time_ns()
        service, _, method = call.rpartition("/")
        carrier = {k: v for k, v in request.metadata() or () if isinstance(v, str)}
        span = self._tracer.start_span(
            call,
            context=self._propagator.extract(carrier),
            kind=SpanKind.SERVER,
            start_time=end_ns - int(took_s * 1e9),
            attributes={
                "rpc.system": "grpc",
                "rpc.service": service,
                "rpc.method": method,
                "rpc.response.status_code": status,
                "headwater.request_id": request.id,
            },
        )
        if status in OUR_FAULT:
            span.set_status(StatusCode.ERROR)
        span.end(end_ns)

    def close(self) -> None:
        """Send the remaining spans."""
        self._provider.shutdown()
