"""The /metrics server: one path, keys, one state for each scrape, and errors that do not leak."""

from __future__ import annotations

import asyncio
import gzip

import httpx
import pytest
from prometheus_client.core import GaugeMetricFamily

from headwater_server.observability.metrics_server import MetricsServer

KEY = {"authorization": "Bearer a-key"}


class Source:
    """Counts scrapes, and fails if it is set to."""

    def __init__(self):
        self.scrapes = 0
        self.error = None

    async def collect(self):
        if self.error:
            raise self.error
        self.scrapes += 1
        return [GaugeMetricFamily(name, "A gauge.", value=self.scrapes) for name in ("one", "two")]


@pytest.fixture
def source():
    return Source()


@pytest.fixture
async def url(source):
    server = MetricsServer("127.0.0.1:0", source.collect, lambda sent: sent == KEY["authorization"])
    yield f"http://127.0.0.1:{await server.start()}"
    await server.stop()


async def get(url, headers=KEY):
    async with httpx.AsyncClient(timeout=30) as client:
        return await client.get(url, headers=headers)


async def test_a_scrape_is_one_state_of_the_loop(url):
    for number in (1, 2):
        page = (await get(f"{url}/metrics")).text
        assert f"one {number}.0\n" in page
        assert f"two {number}.0\n" in page
        assert "process_resident_memory_bytes" in page


async def test_a_scrape_may_name_metrics_and_ask_for_gzip(url):
    page = (await get(f"{url}/metrics?name[]=two")).text
    assert ("one 1.0" in page, "two 1.0" in page) == (False, True)
    async with (
        httpx.AsyncClient(timeout=30) as client,
        client.stream("GET", f"{url}/metrics", headers=KEY | {"accept-encoding": "gzip"}) as answer,
    ):
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert b"one 2.0" in gzip.decompress(raw)


async def test_only_metrics_and_only_with_a_key(url, source):
    stranger = await get(f"{url}/metrics", headers={})
    assert (stranger.status_code, stranger.headers["www-authenticate"]) == (401, "Bearer")
    assert (await get(f"{url}/")).status_code == 404
    assert source.scrapes == 0


async def test_a_failure_is_logged_and_not_sent(url, source, capsys):
    source.error = RuntimeError("a secret")
    answer = await get(f"{url}/metrics")
    assert answer.status_code == 503
    assert "secret" not in answer.text
    source.error = None
    assert (await get(f"{url}/metrics")).status_code == 200


async def test_a_silent_client_does_not_stop_a_scrape(url):
    port = int(url.rpartition(":")[2])
    clients = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
    assert (await get(f"{url}/metrics")).status_code == 200
    for _, writer in clients:
        writer.close()


async def test_a_port_that_is_taken_is_named(url):
    address = url.removeprefix("http://")
    with pytest.raises(OSError, match=f"cannot listen on {address} for metrics"):
        await MetricsServer(address, Source().collect, lambda _: True).start()
