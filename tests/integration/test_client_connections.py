"""Connections that are not there: silent ones, proxies in front of this machine, large messages."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from grpc._cython import cygrpc

import headwater
from headwater.channel import channel_options
from headwater_server.api.connections import channel_options as server_options
from headwater_server.api.settings import ApiSettings
from tests.integration.api_server import serving
from tests.integration.dict_replica import DictReplica
from tests.integration.lines import line_to
from tests.integration.waiting import PATIENCE_S

FOUND_WITHIN_S = 15.0
MIN_INTERVAL = "grpc.http2.min_ping_interval_without_data_ms"
NOBODY = "http://127.0.0.1:9"


def until_answered(shop: headwater.Client) -> float:
    """Ask as a page does, again and again; return the seconds until the first answer."""
    began_s = time.monotonic()
    while shop.recommend("v", fallback=["boots"], timeout_s=1.0).is_fallback:
        assert time.monotonic() - began_s < PATIENCE_S
        time.sleep(0.05)
    return time.monotonic() - began_s


async def until_answered_async(shop: headwater.AsyncClient) -> float:
    began_s = time.monotonic()
    while (await shop.recommend("v", fallback=["boots"], timeout_s=1.0)).is_fallback:
        assert time.monotonic() - began_s < PATIENCE_S
        await asyncio.sleep(0.05)
    return time.monotonic() - began_s


async def test_a_silent_connection_is_replaced_within_fifteen_seconds() -> None:
    async with serving(DictReplica()) as listen:
        with line_to(listen) as line, headwater.Client(line.address) as shop:
            async with headwater.AsyncClient(line.address) as other:
                await asyncio.to_thread(until_answered, shop)
                await until_answered_async(other)
                line.silence()
                waits_s = await asyncio.gather(
                    asyncio.to_thread(until_answered, shop), until_answered_async(other)
                )
    assert max(waits_s) < FOUND_WITHIN_S


def test_the_server_allows_the_pings_of_its_clients() -> None:
    """It closes a connection with more than two pings that came too early."""
    allowed_ms = dict(server_options(ApiSettings()))[MIN_INTERVAL]
    assert dict(channel_options("shop:1"))["grpc.keepalive_time_ms"] >= 2 * allowed_ms


@pytest.mark.parametrize("options", [channel_options("shop:1"), server_options(ApiSettings())])
def test_grpc_knows_the_name_of_each_option(options: list[tuple[str, object]]) -> None:
    """It ignores others, and documents some as they are not: each is a text of its library."""
    library = Path(cygrpc.__file__).read_bytes()
    assert [name for name, _ in options if name.encode() + b"\0" not in library] == []


@pytest.fixture
def proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "grpc_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, NOBODY)
    for name in ("no_proxy", "NO_PROXY", "no_grpc_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("proxies")
async def test_a_call_to_this_machine_goes_through_no_proxy() -> None:
    async with serving(DictReplica()) as listen:
        port = listen.rpartition(":")[2]
        for target in (listen, f"localhost:{port}", f"dns:///localhost:{port}"):
            async with headwater.AsyncClient(target) as shop:
                assert (await shop.recommend("v")).policy == "popular"
            await asyncio.to_thread(recommend_once, target)


@pytest.mark.usefixtures("proxies")
async def test_a_call_to_another_machine_goes_through_the_proxy() -> None:
    async with headwater.AsyncClient("shop.invalid:443") as shop:
        with pytest.raises(headwater.UnavailableError, match=":9"):
            await shop.recommend("v")


def recommend_once(target: str) -> None:
    with headwater.Client(target) as shop:
        assert shop.recommend("v").policy == "popular"


async def test_a_request_that_is_too_large_is_invalid_and_names_size_and_limit() -> None:
    items = [headwater.Item(f"shoe {n}", "x" * 5_000) for n in range(1_000)]
    async with serving(DictReplica()) as listen, headwater.AsyncClient(listen) as shop:
        with pytest.raises(headwater.InvalidRequestError) as caught:
            await shop.upsert_items(items)
        assert "the limit is 4,194,304: send less" in str(caught.value)
        events = [headwater.Event("click", "v", items=["x" * 100] * 40) for _ in range(1_000)]
        with pytest.raises(headwater.InvalidRequestError, match="send less"):
            await shop.feedback(events)


async def test_an_answer_that_is_too_large_is_invalid_and_names_size_and_limit() -> None:
    settings = ApiSettings(message_bytes_max=100_000, stop_grace_s=0)
    async with serving(DictReplica(), settings) as listen, headwater.AsyncClient(listen) as shop:
        for batch in range(4):
            items = [headwater.Item(f"shoe {batch} {n}", "x" * 800) for n in range(100)]
            await shop.upsert_items(items)
        try:
            listed = [item async for item in shop.list_items(page_size=400)]
        except headwater.InvalidRequestError as error:
            assert "ask for less" in str(error)  # noqa: PT017 - or the server made its pages smaller
        else:
            assert len(listed) == 400
