"""`headwater serve --gateway` as it lives: a killed process comes back, and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from contextlib import asynccontextmanager

import httpx
import psutil
import pytest

from headwater import AsyncClient
from tests.integration.gateway_server import BEARER, KEY, GatewayServer
from tests.integration.waiting import PATIENCE_S, eventually
from tests.system.crash.server import serving

PAGES = 6


def patient(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers=BEARER, timeout=PATIENCE_S)


class Traffic:
    """Pages that send one event after the other, and send each again until it is acknowledged."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._going = True
        self.acknowledged: set[str] = set()
        self.answers: Counter[str] = Counter()

    async def page(self, number: int) -> None:
        async with patient(self._url) as client:
            sent = 0
            while self._going:
                event_id = f"{number}-{sent}"
                if await self._answered(client, event_id):
                    self.acknowledged.add(event_id)
                    sent += 1

    async def _answered(self, client: httpx.AsyncClient, event_id: str) -> bool:
        event = {"eventId": event_id, "eventType": "click", "visitorId": f"v-{event_id}"}
        body = {"events": [event | {"items": [{"itemId": "a"}]}]}
        try:
            answer = await client.post("/v1/feedback", json=body)
        except httpx.TransportError:
            self.answers["none"] += 1
            await asyncio.sleep(0.02)
            return False
        self.answers[str(answer.status_code)] += 1
        return answer.status_code == 200

    async def more(self, count: int = 50) -> None:
        """Return when so many more are acknowledged."""
        wanted = len(self.acknowledged) + count
        await eventually(lambda: len(self.acknowledged) >= wanted)

    def end(self) -> None:
        self._going = False


@asynccontextmanager
async def traffic_to(server):
    traffic = Traffic(server.url)
    async with asyncio.TaskGroup() as pages:
        for number in range(PAGES):
            pages.create_task(traffic.page(number))
        try:
            await traffic.more()
            yield traffic
        finally:
            traffic.end()


async def learned(server) -> int:
    async with AsyncClient(server.address, key=KEY) as client:
        return (await client.get_model()).counts["events_learned"]


def busiest_worker(server) -> psutil.Process:
    """Return the worker that the gateway has most connections to."""
    children = [one for one in psutil.Process(server.pid).children() if "worker" in one.cmdline()]
    return max(children, key=connections)


def connections(process: psutil.Process) -> int:
    return sum(one.status == "ESTABLISHED" for one in process.net_connections("tcp"))


async def test_killed_workers_and_gateways_lose_no_acknowledged_event(tmp_path):
    # no answer is late because the machine is busy: what is asked here is whether one is lost
    deadline = ("--gateway-deadline-default-ms", "60000")
    server = GatewayServer(tmp_path / "data", "--workers", "2", *deadline)
    async with serving(server):
        async with traffic_to(server) as traffic:
            busiest_worker(server).send_signal(signal.SIGKILL)
            await traffic.more()
            # the gateway asks the other worker, so that pages notice nothing
            assert set(traffic.answers) == {"200"}
            before = server.envoy().pid
            server.kill_envoy()
            await traffic.more()
            assert server.envoy().pid != before
        assert await learned(server) == len(traffic.acknowledged)
        envoy = server.envoy()
        os.kill(server.pid, signal.SIGKILL)
        await eventually(lambda: not envoy.is_running() or envoy.status() == "zombie")


async def test_it_waits_for_a_call_but_not_for_a_server_that_hangs(tmp_path):
    server = GatewayServer(tmp_path / "data", "--gateway-deadline-default-ms", "60000")
    async with serving(server), patient(server.url) as client:
        server.freeze()
        began_s = asyncio.get_running_loop().time()
        soon = {"grpc-timeout": "300m"}
        hangs = await client.post("/v1/recommend", json={"visitorId": "v"}, headers=soon)
        took_s = asyncio.get_running_loop().time() - began_s
        assert (hangs.status_code, hangs.json()["status"]) == (504, "DEADLINE_EXCEEDED")
        assert took_s < 50  # neither the default deadline nor the longest, of a minute
        server.thaw()
        assert (await client.post("/v1/recommend", json={"visitorId": "v"})).status_code == 200

        envoy = server.envoy()
        act = {"eventId": "e", "eventType": "click", "visitorId": "v", "items": [{"itemId": "a"}]}
        store = store_of(server)
        store.suspend()  # so that the call is under way
        call = client.post(
            "/v1/feedback", json={"events": [act]}, headers={"grpc-timeout": "1500m"}
        )
        asked = asyncio.create_task(call)
        await eventually(lambda: under_way(server))
        server.send(signal.SIGTERM)
        store.resume()
        assert (await asked).status_code in {200, 504}  # the server's word, no broken connection
        assert await server.ended() == 0
        assert not envoy.is_running()
        with pytest.raises(httpx.TransportError):
            await client.get("/healthz")


def store_of(server) -> psutil.Process:
    """Return the process of the embedded store."""
    children = psutil.Process(server.pid).children(recursive=True)
    return next(one for one in children if "valkey" in one.name() or "redis" in one.name())


def under_way(server) -> bool:
    """Whether the server has got a call that it waits with."""
    admin = next(
        one.laddr.port
        for one in server.envoy().net_connections("tcp")
        if one.status == "LISTEN" and one.laddr.port != int(server.url.rpartition(":")[2])
    )
    url = f"http://127.0.0.1:{admin}/stats?filter=cluster.server.upstream_rq_active$"
    return httpx.get(url, timeout=PATIENCE_S).text.endswith(": 1\n")
