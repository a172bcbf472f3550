"""What the adapter accepted is learned once, whatever is away when it reports."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
from pydantic import SecretStr

from headwater import HeadwaterError
from headwater_server.api.settings import ApiSettings
from headwater_server.errors import StoreUnavailable
from headwater_server.personalizer.lifecycle import open_adapter
from headwater_server.personalizer.requests import rank_request
from headwater_server.personalizer.settings import PersonalizerSettings
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.api_server import serving
from tests.integration.conftest import url_of
from tests.integration.replicas import running_replica
from tests.integration.waiting import eventually
from tests.system.crash.real_store import running_store

PAIR = 2
SETTINGS = PersonalizerSettings(personalizer_reward_wait_minutes=0.02)  # a wait that ends
WAITING = PersonalizerSettings(personalizer_reward_wait_minutes=10)  # and one that does not


def _question(event_id, **more):
    actions = [{"id": name, "features": [{"taste": name}]} for name in ("tea", "cake")]
    return rank_request(json.dumps({"actions": actions, "eventId": event_id, **more}).encode())


@asynccontextmanager
async def adapter_to(served, storage, **more):
    changed = replace(SETTINGS, **more)
    async with open_adapter(
        served.proxy.address, "", served._redis_url, storage, changed
    ) as adapter:
        yield adapter


async def _learned(served):
    return (await served.replica.model(compute_digest=False)).counts["events_learned"]


async def test_a_reward_that_the_server_could_not_take_is_learned_when_the_wait_is_over(
    served, settings
):
    more = {"personalizer_reward_wait_minutes": 0.1}  # it must not end before the reward
    async with adapter_to(served, settings, **more) as adapter:
        await adapter.rank("", _question("e1"))

        async def seen():
            return await _learned(served) == 1

        await eventually(seen)
        served.proxy.hold()
        rewarding = asyncio.create_task(adapter.reward("", "e1", 1.0))

        async def reached():
            return served.proxy.held > 0

        await eventually(reached)
        await served.proxy.cut()  # the answer is lost: learned already, and reported again
        await rewarding
        await asyncio.gather(*adapter._tasks)

        async def learned():
            return await _learned(served) == PAIR and not await _kept(served)

        await eventually(learned)


async def _kept(served):
    keys = await served.storage.store.call("KEYS", "hw:*personalizer:event:*")
    return [key for key in keys if served._settings.catalogue.encode() in key]


async def test_an_adapter_that_ends_before_the_wait_does_leaves_the_default_to_the_next(
    served, settings
):
    more = {"personalizer_default_reward": 1.0}
    async with adapter_to(served, settings, **more) as adapter:
        for n in range(5):
            await adapter.rank("", _question(f"e{n}"))
        await adapter.rank("", _question("never shown", deferActivation=True))
    async with adapter_to(served, settings):  # of another default: the ranker's holds

        async def learned():
            return await _learned(served) == 5 * PAIR and not await _kept(served)

        await eventually(learned)
    shown, folded = await served.digests()
    assert shown == folded


async def test_a_default_of_zero_is_sent_when_the_wait_is_over(served, settings):
    """So the next choice knows it, and does not wait for the server's window."""
    async with adapter_to(served, settings) as adapter:
        await adapter.rank("", _question("e"))

        async def learned():
            return await _learned(served) == PAIR and not await _kept(served)

        await eventually(learned)
    known = served.replica.engine.parts.models.bandit.state()
    assert (known["sums"][0], known["totals"]) == (1, [0.0])


async def test_without_the_server_nothing_is_taken_from_a_caller_nobody_knows(served, settings):
    async with open_adapter("127.0.0.1:1", "", served._redis_url, settings, SETTINGS) as adapter:
        with pytest.raises(HeadwaterError):
            await adapter.reward("", "e1", 1.0)


@pytest.mark.parametrize("scopes", ["read", "model+recommend"])
async def test_a_key_without_feedback_leaves_nothing_to_report_with_the_adapters_own_key(
    server_dir, settings, scopes
):
    """The adapter ends each wait with its own key: no caller may use that key."""
    whole, narrow = "a-whole-key-of-the-shop", "a-narrow-key-of-the-shop"
    keys = ApiSettings(keys=SecretStr(f"{whole},{narrow};scopes={scopes}"), stop_grace_s=0)
    url = url_of(server_dir)
    async with AsyncExitStack() as parts:
        enter = parts.enter_async_context
        storage = await enter(open_storage(settings, redis_url=url))
        address = await enter(serving(await enter(running_replica(storage)), keys))
        adapter = await enter(open_adapter(address, whole, url, settings, WAITING))
        await adapter.rank(whole, _question("theirs", deferActivation=True))
        for call in (
            adapter.rank(narrow, _question("mine")),
            adapter.reward(narrow, "theirs", 1.0),
            adapter.activate(narrow, "theirs"),
        ):
            with pytest.raises(HeadwaterError, match=r"does not open .*/Feedback"):
                await call
        assert (await adapter.pending.get("theirs")).rewards == 0
        assert await adapter.pending.get("mine") is None


async def test_without_the_store_a_call_says_so(served, tmp_path):
    async with running_store("valkey", tmp_path) as store:
        settings = StorageSettings(store_timeout_ms=1_000)
        async with open_adapter(served.proxy.address, "", store.url, settings, WAITING) as adapter:
            await adapter.rank("", _question("here"))
            await store.kill()
            with pytest.raises(StoreUnavailable):
                await adapter.rank("", _question("gone"))
            await store.start()
            await adapter.reward("", "here", 1.0)
