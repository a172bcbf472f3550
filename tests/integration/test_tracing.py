"""Spans: one a call, below the caller's own, sent to a collector; and no library without one."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from headwater import AsyncClient
from headwater.v1 import recommendation_service_pb2 as pb
from headwater.v1 import recommendation_service_pb2_grpc as pb_grpc
from headwater_server.api.server import Server
from headwater_server.api.settings import ApiSettings
from headwater_server.cli.demo.server_process import ServerProcess
from headwater_server.observability.tracing import Spans
from tests.integration.api_server import free_port
from tests.integration.dict_replica import DictReplica
from tests.integration.waiting import PATIENCE_S

CALL = "headwater.v1.RecommendationService/Recommend"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


async def test_a_call_is_a_span_below_its_callers_with_how_it_ended():
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    listen, replica = f"127.0.0.1:{free_port()}", DictReplica()
    server = Server(replica, ApiSettings(listen=listen, stop_grace_s=0), spans=Spans(provider))
    await server.start()
    metadata = [("traceparent", f"00-{TRACE}-{PARENT}-01"), ("x-request-id", "page-7")]
    async with grpc.aio.insecure_channel(listen) as channel:
        stub = pb_grpc.RecommendationServiceStub(channel)
        await stub.Recommend(
            pb.RecommendRequest(visitor_id="v"), timeout=PATIENCE_S, metadata=metadata
        )
        replica.faults = [RuntimeError()]
        with pytest.raises(grpc.aio.AioRpcError):
            await stub.Recommend(pb.RecommendRequest(visitor_id="v"), timeout=PATIENCE_S)
    await server.stop()
    good, bad = exporter.get_finished_spans()
    assert good.name == CALL
    assert f"{good.context.trace_id:032x}" == TRACE
    assert f"{good.parent.span_id:016x}" == PARENT
    assert good.attributes["rpc.response.status_code"] == "OK"
    assert good.attributes["headwater.request_id"] == "page-7"
    assert good.end_time > good.start_time
    assert bad.parent is None
    assert bad.status.status_code is StatusCode.ERROR
    assert bad.attributes["rpc.response.status_code"] == "INTERNAL"


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    def __init__(self):
        self.names = []

    def Export(self, request, context):  # noqa: N802 - gRPC's name
        for resource in request.resource_spans:
            self.names += [span.name for scope in resource.scope_spans for span in scope.spans]
        return trace_service_pb2.ExportTraceServiceResponse()


@pytest.fixture
def collector():
    servicer, server = Collector(), grpc.server(ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(servicer, server)
    servicer.port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield servicer
    server.stop(0).wait()


async def test_a_real_server_sends_its_spans_at_the_latest_when_it_stops(collector, tmp_path):
    endpoint = f"http://127.0.0.1:{collector.port}"
    server = ServerProcess(tmp_path / "data", "--tracing-endpoint", endpoint)
    await server.start()
    async with AsyncClient(server.address) as client:
        await client.recommend("v", timeout_s=PATIENCE_S)
    assert await server.stop() == 0
    assert CALL in collector.names


def python(program):
    return subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )


def test_nothing_of_it_is_imported_without_an_endpoint():
    done = python("import sys, headwater_server.app; print(*sys.modules)")
    assert "opentelemetry.exporter" not in done.stdout
    assert "headwater_server.observability.tracing" not in done.stdout


def test_without_the_extra_the_server_starts_and_the_setting_says_what_to_install():
    absent = "import sys; sys.modules['opentelemetry'] = None; import headwater_server.app as app; "
    assert python(absent + "print(app._spans(None, None))").stdout == "None\n"
    done = python(absent + "app._spans('http://127.0.0.1:4317', None)")
    assert "BadSettings: tracing_endpoint is set: pip install" in done.stderr
