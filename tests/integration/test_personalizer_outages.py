"""What the door took is learned, once, whatever is away when it is told."""

from __future__ import annotations

import asyncio
import json
import time
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
from tests.integration.served import Served
from tests.system.crash.real_store import running_store

PAIR = 2
SETTINGS = PersonalizerSettings(personalizer_reward_wait_minutes=0.02)


def _question(event_id, **more):
    actions = [{"id": name, "features": [{"taste": name}]} for name in ("tea", "cake")]
    return rank_request(json.dumps({"actions": actions, "eventId": event_id, **more}).encode())


async def _until(condition, patience_s=20.0):
    give_up = time.monotonic() + patience_s
    while not await condition():
        assert time.monotonic() < give_up
        await asyncio.sleep(0.05)


@pytest.fixture
async def served(server_dir, settings):
    served = Served(url_of(server_dir), settings.catalogue)
    await served.start()
    yield served
    await served.stop()


@asynccontextmanager
async def door_to(served, storage, **more):
    told = replace(SETTINGS, **more)
    async with open_adapter(served.proxy.address, "", served._redis_url, storage, told) as door:
        yield door


async def _learned(served):
    return (await served.replica.model(compute_digest=False)).counts["events_learned"]


async def test_a_reward_that_the_server_could_not_take_is_learned_when_the_wait_is_over(
    served, settings
):
    async with door_to(served, settings) as door:
        await door.rank("", _question("e1"))

        async def seen():
            return await _learned(served) == 1

        await _until(seen)
        served.proxy.hold()
        rewarding = asyncio.create_task(door.reward("", "e1", 1.0))

        async def reached():
            return served.proxy.held > 0

        await _until(reached)
        await served.proxy.cut()  # the answer is lost: learned already, and told again
        await rewarding
        await asyncio.gather(*door._under_way)

        async def learned():
            return await _learned(served) == PAIR and not await _kept(served)

        await _until(learned)


async def _kept(served):
    keys = await served.storage.store.call("KEYS", "hw:*personalizer:event:*")
    return [key for key in keys if served._settings.catalogue.encode() in key]


async def test_a_door_that_ends_before_the_wait_does_leaves_the_default_to_the_next(
    served, settings
):
    more = {"personalizer_default_reward": 1.0}
    async with door_to(served, settings, **more) as door:
        for n in range(5):
            await door.rank("", _question(f"e{n}"))
        await door.rank("", _question("never shown", deferActivation=True))
    async with door_to(served, settings):  # of another default: the ranker's holds

        async def learned():
            return await _learned(served) == 5 * PAIR and not await _kept(served)

        await _until(learned)
    shown, folded = await served.digests()
    assert shown == folded


async def test_without_the_server_nothing_is_taken_from_a_caller_nobody_knows(served, settings):
    async with open_adapter("127.0.0.1:1", "", served._redis_url, settings, SETTINGS) as door:
        with pytest.raises(HeadwaterError):
            await door.reward("", "e1", 1.0)


@pytest.mark.parametrize("scopes", ["read", "model+recommend"])
async def test_a_key_that_may_not_teach_leaves_nothing_for_the_doors_own_key_to_tell(
    server_dir, settings, scopes
):
    """The door ends each wait with its own key: it must not be led to say what others may not."""
    whole, narrow = "a-whole-key-of-the-shop", "a-narrow-key-of-the-shop"
    keys = ApiSettings(keys=SecretStr(f"{whole},{narrow};scopes={scopes}"), stop_grace_s=0)
    url = url_of(server_dir)
    async with AsyncExitStack() as parts:
        enter = parts.enter_async_context
        storage = await enter(open_storage(settings, redis_url=url))
        address = await enter(serving(await enter(running_replica(storage)), keys))
        door = await enter(open_adapter(address, whole, url, settings, SETTINGS))
        await door.rank(whole, _question("theirs", deferActivation=True))
        for call in (
            door.rank(narrow, _question("mine")),
            door.reward(narrow, "theirs", 1.0),
            door.activate(narrow, "theirs"),
        ):
            with pytest.raises(HeadwaterError, match=r"does not open .*/Feedback"):
                await call
        assert (await door._pending.get("theirs")).rewards == 0
        assert await door._pending.get("mine") is None


async def test_without_the_store_a_call_says_so(served, tmp_path):
    async with running_store("valkey", tmp_path) as store:
        settings = StorageSettings(store_timeout_ms=500)
        async with open_adapter(served.proxy.address, "", store.url, settings, SETTINGS) as door:
            await door.rank("", _question("here"))
            await store.kill()
            with pytest.raises(StoreUnavailable):
                await door.rank("", _question("gone"))
            await store.start()
            await door.reward("", "here", 1.0)
