"""What the gateway lets through, and what it does when there is nobody to let through to."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import grpc
import httpx
import pytest

from headwater_server.api.server import Server
from headwater_server.gateway.gateway import open_gateway
from headwater_server.gateway.settings import GatewaySettings
from tests.integration.api_server import free_port, serving
from tests.integration.dict_replica import DictReplica
from tests.integration.gateway_before import API, QUIET, gateway_before
from tests.integration.gateway_server import BEARER, KEY, framed
from tests.integration.waiting import PATIENCE_S, eventually

QUESTION = {"visitorId": "v"}
RECOMMEND = "/headwater.v1.RecommendationService/Recommend"
MANY = 12


def patient(**headers):
    return httpx.AsyncClient(headers=headers, timeout=PATIENCE_S)


async def refused_at_last(client, url, callers):
    """Let each caller, which is the headers of a call, ask at once, and again until one is refused.

    A limit is on the calls of a second: a machine that is busy may need more for one round.
    """
    answers = []
    while not (refused := [answer for answer in answers if answer.status_code != 200]):
        asking = (
            client.post(f"{url}/v1/recommend", headers=headers, json=QUESTION)
            for headers in callers
        )
        answers += await asyncio.gather(*asking)
    return Counter(answer.status_code for answer in answers), refused[0]


async def statuses(url, **headers):
    """Ask often; return how often each HTTP status was the answer, and one refusal."""
    async with patient(**BEARER | headers) as client:
        return await refused_at_last(client, url, [{}] * MANY)


@pytest.mark.parametrize(
    "limit",
    [
        "gateway_calls_per_second_max",
        "gateway_address_calls_per_second_max",
        "gateway_key_calls_per_second_max",
    ],
)
async def test_more_calls_than_the_limit_are_refused_for_a_moment(limit):
    async with gateway_before(DictReplica(), replace(QUIET, **{limit: 4})) as url:
        counted, refused = await statuses(url)
        assert counted[200] >= 4
        assert counted[429] >= 1
        body = refused.json()
        assert (body["code"], body["status"]) == (8, "RESOURCE_EXHAUSTED")
        assert refused.headers["x-ratelimit-remaining"] == "0"
        async with patient() as client:
            assert (await client.get(f"{url}/healthz")).status_code == 200  # it is no call


async def test_each_key_has_a_limit_of_its_own():
    settings = replace(QUIET, gateway_key_calls_per_second_max=4)
    async with gateway_before(DictReplica(), settings) as url:
        counted, _ = await statuses(url)
        assert counted[429] >= 1
        other, _ = await statuses(url, authorization="Bearer another")
        assert other[401] >= 4  # the server's word on it: it was let through


async def test_a_key_is_one_however_its_header_is_spelled():
    settings = replace(QUIET, gateway_key_calls_per_second_max=4)
    async with gateway_before(DictReplica(), settings) as url, patient() as client:
        callers = [{"authorization": "Bearer" + " " * (n + 1) + KEY} for n in range(MANY)]
        counted, _ = await refused_at_last(client, url, callers)
        assert counted[200] >= 4
        assert counted[429] >= 1


async def test_each_address_has_a_limit_of_its_own_and_a_network_of_ipv6_one():
    settings = replace(QUIET, gateway_address_calls_per_second_max=4, gateway_proxies=1)
    async with gateway_before(DictReplica(), settings) as url, patient() as client:
        callers = [BEARER | {"x-forwarded-for": f"2001:db8::{n + 1}"} for n in range(MANY)]
        counted, _ = await refused_at_last(client, url, callers)
        assert counted[429] >= 1
        for address in ("10.0.0.1", "10.0.0.2"):
            counted, _ = await statuses(url, **{"x-forwarded-for": f"6.6.6.6, {address}"})
            assert counted[200] >= 4
            assert counted[429] >= 1


async def test_grpc_callers_hear_of_a_limit_in_their_own_way():
    settings = replace(QUIET, gateway_calls_per_second_max=2)
    async with gateway_before(DictReplica(), settings) as url, patient() as client:
        headers = BEARER | {"content-type": "application/grpc-web+proto", "x-grpc-web": "1"}

        async def refused():
            answer = await client.post(url + RECOMMEND, content=framed(b""), headers=headers)
            return answer.status_code == 200 and answer.headers["grpc-status"] == "8"

        await eventually(refused)
        async with grpc.aio.insecure_channel(url.removeprefix("http://")) as channel:
            codes = set()
            for _ in range(MANY):
                try:
                    await channel.unary_unary(RECOMMEND)(b"", metadata=tuple(BEARER.items()))
                except grpc.RpcError as error:
                    codes.add(error.code())
        assert grpc.StatusCode.RESOURCE_EXHAUSTED in codes
        assert grpc.StatusCode.UNAVAILABLE not in codes


async def test_the_server_hears_the_true_address_and_a_deadline():
    replica = DictReplica()
    events = [{"eventId": "1", "eventType": "view", "visitorId": "v", "items": [{"itemId": "a"}]}]
    spoofed = BEARER | {"x-forwarded-for": "10.9.9.9"}
    settings = replace(QUIET, gateway_deadline_default_ms=40_000)
    async with gateway_before(replica, settings) as url, patient() as client:
        await client.post(f"{url}/v1/feedback", json={"events": events}, headers=spoofed)
        await client.post(f"{url}/v1/recommend", json=QUESTION, headers=BEARER)
        shorter = BEARER | {"grpc-timeout": "30S"}
        await client.post(f"{url}/v1/recommend", json=QUESTION, headers=shorter)
    (caller,) = replica.callers
    assert "10.9.9.9" not in str(caller)
    assert "127.0.0.1" in str(caller)
    default_s, own_s = replica.times_s[-2:]
    assert 30 < default_s <= 40
    assert own_s <= 30
    settings = replace(QUIET, gateway_proxies=1)
    async with gateway_before(replica, settings) as url, patient() as client:
        proxied = BEARER | {"x-forwarded-for": "10.1.1.1, 10.2.2.2"}
        await client.post(f"{url}/v1/feedback", json={"events": events}, headers=proxied)
    assert "10.2.2.2" in str(replica.callers[-1])
    assert "10.1.1.1" not in str(replica.callers[-1])


@asynccontextmanager
async def serving_at(replica, backend):
    """Serve at an address of our choice, to come back there."""
    server = Server(replica, replace(API, listen=backend))
    await server.start()
    try:
        yield
    finally:
        await server.stop()


async def test_readiness_follows_the_server_and_callers_see_it():
    backend, replica = f"127.0.0.1:{free_port()}", DictReplica()
    async with AsyncExitStack() as first, patient(**BEARER) as client:
        await first.enter_async_context(serving_at(replica, backend))
        async with gateway_before(replica, backend=backend) as url:

            async def ready(status):
                return (await client.get(f"{url}/readyz")).status_code == status

            assert await ready(200)
            await first.aclose()
            await eventually(lambda: ready(503))
            assert (await client.get(f"{url}/healthz")).status_code == 200
            away = await client.post(f"{url}/v1/recommend", json=QUESTION)
            assert (away.status_code, away.json()["status"]) == (503, "UNAVAILABLE")
            assert "127.0.0.1" not in away.text  # nothing about who is behind
            async with serving_at(replica, backend):
                await eventually(lambda: ready(200))
                back = await client.post(f"{url}/v1/recommend", json=QUESTION)
                assert back.status_code == 200


async def test_a_deadline_that_passes_is_json_as_well():
    replica = DictReplica()
    replica.pause = asyncio.Event()
    async with gateway_before(replica) as url, patient(**BEARER) as client:
        late = await client.post(
            f"{url}/v1/recommend", json=QUESTION, headers={"grpc-timeout": "50m"}
        )
        assert (late.status_code, late.json()["status"]) == (504, "DEADLINE_EXCEEDED")
        assert "eadline" in late.json()["message"]
        replica.pause.set()


async def test_a_server_may_be_named():
    replica = DictReplica()
    async with serving(replica, API) as address, patient(**BEARER) as client:
        named = address.replace("127.0.0.1", "localhost")
        async with gateway_before(replica, backend=named) as url:
            assert (await client.post(f"{url}/v1/recommend", json=QUESTION)).status_code == 200


async def test_two_servers_share_the_calls_and_one_carries_on_alone():
    one, other = DictReplica(), DictReplica()
    settings = QUIET
    async with AsyncExitStack() as stack, patient(**BEARER) as client:
        addresses = (
            await stack.enter_async_context(serving(one, API)),
            f"127.0.0.1:{free_port()}",
        )
        second = await stack.enter_async_context(AsyncExitStack())
        await second.enter_async_context(serving_at(other, addresses[1]))
        parts = await stack.enter_async_context(AsyncExitStack())
        changed = replace(settings, gateway=f"127.0.0.1:{free_port()}")
        url = await open_gateway(changed, addresses, None, API.deadline_max_s, parts)
        for _ in range(MANY):
            assert (await client.post(f"{url}/v1/recommend", json=QUESTION)).status_code == 200
        assert one.asked
        assert other.asked
        await second.aclose()
        for _ in range(MANY):  # also while nobody has noticed yet
            assert (await client.post(f"{url}/v1/recommend", json=QUESTION)).status_code == 200


async def test_prometheus_reads_the_numbers_and_nothing_else():
    metrics, admin = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    settings = replace(QUIET, gateway_metrics=metrics, gateway_admin=admin)
    async with gateway_before(DictReplica(), settings) as url, patient() as client:
        await client.post(f"{url}/v1/recommend", json=QUESTION, headers=BEARER)

        async def counted():
            text = (await client.get(f"http://{metrics}/metrics")).text
            found = 'envoy_http_downstream_rq_xx{envoy_response_code_class="2"'
            return any(line.startswith(found) for line in text.splitlines())

        await eventually(counted)
        for path in ("/quitquitquit", "/config_dump", "/stats/prometheus", "/"):
            assert (await client.get(f"http://{metrics}{path}")).status_code == 404
        assert (await client.get(f"http://{admin}/stats/prometheus")).status_code == 200


async def test_the_log_is_a_file_if_one_wants(tmp_path):
    log = tmp_path / "access.jsonl"
    settings = GatewaySettings(gateway_access_log=str(log))  # only what fails
    async with gateway_before(DictReplica(), settings) as url, patient() as client:
        await client.post(f"{url}/v1/recommend", json=QUESTION, headers=BEARER)
        asks = {"origin": url, "access-control-request-method": "POST"}
        preflight = await client.options(f"{url}/v1/recommend", headers=asks)
        assert preflight.is_success  # it has no gRPC status, and is no failure
        await client.post(f"{url}/v1/recommend?key=wrong-key-of-somebody", json=QUESTION)
        await eventually(lambda: log.exists() and log.read_text())
    (line,) = map(json.loads, log.read_text().splitlines())
    assert (line["path"], line["status"], line["grpc_status"]) == (
        "/v1/recommend",
        401,
        "Unauthenticated",
    )
    assert "wrong-key" not in log.read_text()


@pytest.mark.parametrize("setting", ["gateway", "gateway_admin", "gateway_metrics"])
async def test_a_port_that_is_taken_is_named_with_its_setting(setting):
    replica = DictReplica()
    async with serving(replica, API) as taken, AsyncExitStack() as parts:
        changed = GatewaySettings(**{"gateway": "127.0.0.1:0", setting: taken})
        with pytest.raises(OSError, match=f"{setting}: cannot listen on {taken}"):
            await open_gateway(changed, (taken,), None, API.deadline_max_s, parts)


async def test_a_configuration_that_envoy_refuses_is_explained_in_its_words(tmp_path):
    bad = tmp_path / "bad.pem"
    bad.write_text("no certificate")
    settings = GatewaySettings(
        gateway_tls=f"127.0.0.1:{free_port()}", gateway_certificate=bad, gateway_certificate_key=bad
    )
    with pytest.raises(OSError, match=r"Envoy refuses the configuration: .*bad\.pem"):
        async with gateway_before(DictReplica(), settings):
            pass
