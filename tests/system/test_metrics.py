"""/metrics of a real server: what Prometheus reads after some calls, and who may read it."""

from __future__ import annotations

import urllib.error
import urllib.request

import grpc
import pytest
from prometheus_client.parser import text_string_to_metric_families

from headwater import AsyncClient, Event, Item
from headwater_server.cli.demo.server_process import ServerProcess
from tests.integration.api_server import free_port
from tests.integration.waiting import PATIENCE_S

KEY = "a-key-of-the-shop-1234"


def scrape(port, path="/metrics", key=""):
    headers = {"authorization": f"Bearer {key}"} if key else {}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        return answer.read().decode()


def samples(page):
    found = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            found[sample.name, *sorted(sample.labels.values())] = sample.value
    return found


def refused(port, **how):
    with pytest.raises(urllib.error.HTTPError) as caught:
        scrape(port, **how)
    caught.value.close()
    return caught.value.code


@pytest.fixture
async def serving(tmp_path):
    """Start a server with metrics; more flags may be given."""
    started = []

    async def start(*flags):
        port = free_port()
        address = f"127.0.0.1:{port}"
        server = ServerProcess(tmp_path / "data", "--metrics-listen", address, *flags)
        await server.start()
        started.append(server)
        return server, port

    yield start
    for server in started:
        await server.stop()


async def test_calls_log_state_and_validation_are_reported(serving):
    server, port = await serving("--snapshot-entries", "1")
    async with AsyncClient(server.address) as client:
        await client.upsert_items([Item("a", title="A"), Item("b", title="B")])
        click = Event("click", "v", items=["a"])
        await client.feedback([click])
        await client.feedback([click, Event("no-such-type", "v", items=["a"])])
        await client.recommend("v")
    found = samples(scrape(port))
    call = "headwater_call_duration_seconds_count"
    assert found[call, "OK", "headwater.v1.RecommendationService/Recommend"] == 1
    assert found[call, "OK", "headwater.v1.FeedbackService/Feedback"] == 2
    assert found["headwater_calls_under_way", "headwater.v1.FeedbackService/Feedback"] == 0
    assert found["headwater_events_learned_total",] == 1
    assert found["headwater_events_repeated_total",] == 1
    assert found["headwater_events_quarantined_total",] == 1
    assert (found["headwater_items",], found["headwater_visitors",]) == (2, 1)
    assert found["headwater_log_lag_entries",] == 0
    entries = found["headwater_log_entries_applied_total",]
    assert found["headwater_log_entries_appended_total",] == entries > 0
    assert found["headwater_log_entries_kept",] == entries
    assert found["headwater_state_memory_bytes",] > 0
    assert (found["headwater_reads_served",], found["headwater_writes_served",]) == (1, 1)
    assert found["process_resident_memory_bytes",] > 0
    assert any(key[0] == "headwater_progressive_validation" for key in found)


async def test_with_keys_set_only_who_has_one_may_read_them(serving):
    server, port = await serving("--keys", KEY)
    assert refused(port) == 401
    assert refused(port, key="another-key-of-the-shop") == 401
    assert refused(port, path="/", key=KEY) == 404
    assert "headwater_reads_served 1.0" in scrape(port, key=KEY)
    async with grpc.aio.insecure_channel(server.address) as channel:
        ask = channel.unary_unary("/headwater.v1.ModelService/GetModel")
        with pytest.raises(grpc.aio.AioRpcError):
            await ask(b"", timeout=PATIENCE_S)
        await ask(b"", timeout=PATIENCE_S, metadata=[("authorization", f"Bearer {KEY}")])
