"""Personalizer's HTTP paths over an adapter on a real server and a real store."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import httpx
from starlette.applications import Starlette

from headwater_server.api.settings import ApiSettings
from headwater_server.engine.engine import Engine
from headwater_server.personalizer.administration.running import Place
from headwater_server.personalizer.lifecycle import LogPlace, open_adapter
from headwater_server.personalizer.routes import adapter_routes
from headwater_server.personalizer.settings import PersonalizerSettings
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.api_server import serving
from tests.integration.replicas import running_replica
from tests.integration.waiting import PATIENCE_S

V1, V11, V2022 = "/personalizer/v1.0", "/personalizer/v1.1-preview.3", "/personalizer"
ACTIONS = [{"id": name, "features": [{"taste": name}]} for name in ("tea", "cake", "soup")]


class Calls:
    """One web process, as its callers see it."""

    def __init__(self, client: httpx.AsyncClient, key: str = "") -> None:
        self._client, self._key = client, key

    def by(self, key: str) -> Calls:
        """Return the same process, called with another key."""
        return Calls(self._client, key)

    async def call(
        self, method: str, path: str, body: Any = None, *, base: str = V1
    ) -> httpx.Response:
        """Call a path of a version."""
        headers = {"ocp-apim-subscription-key": self._key}
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        sent = content if body is not None else {}
        return await self._client.request(method, f"{base}{path}", headers=headers, **sent)

    async def ok(self, method: str, path: str, body: Any = None, *, base: str = V1) -> Any:
        """Call a path that answers, and return what it says."""
        answer = await self.call(method, path, body, base=base)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def error(
        self, method: str, path: str, body: Any = None, *, base: str = V1
    ) -> tuple[int, str]:
        """Call a path that refuses, and return the status and the message."""
        answer = await self.call(method, path, body, base=base)
        assert answer.status_code >= 400, answer.text
        error = answer.json()["error"]
        assert error["code"]
        return answer.status_code, error["message"]

    async def rank(self, event_id: str, **more: Any) -> Any:
        """Rank the actions."""
        return await self.ok("POST", "/rank", {"actions": ACTIONS, "eventId": event_id, **more})

    async def reward(self, event_id: str, value: float) -> None:
        """Reward an event."""
        await self.ok("POST", f"/events/{event_id}/reward", {"value": value})


@asynccontextmanager
async def personalizer(
    target: str, redis_url: str, storage: StorageSettings, key: str = "", **settings: Any
) -> AsyncIterator[Calls]:
    """Run the adapter's routes in this process."""
    environment = {
        **os.environ, "HEADWATER_REDIS_URL": redis_url, "HEADWATER_CATALOGUE": storage.catalogue,
    }  # fmt: skip
    chosen = PersonalizerSettings(**settings)
    opening = partial(open_storage, storage, redis_url=redis_url, check=False)
    log = LogPlace(opening, Place(environment, chosen.personalizer_placement))
    async with AsyncExitStack() as parts:
        adapter = await parts.enter_async_context(
            open_adapter(target, key, redis_url, storage, chosen, log)
        )
        transport = httpx.ASGITransport(Starlette(routes=adapter_routes(lambda: adapter)))
        client = httpx.AsyncClient(transport=transport, base_url="http://shop", timeout=PATIENCE_S)
        yield Calls(await parts.enter_async_context(client), key)


@asynccontextmanager
async def shop_of(
    redis_url: str, storage: StorageSettings, key: str, **api: Any
) -> AsyncIterator[Callable[..., Awaitable[Calls]]]:
    """Run a server, and give a function that opens another web process of the same shop."""
    async with AsyncExitStack() as parts:
        enter = parts.enter_async_context
        opened = await enter(open_storage(storage, redis_url=redis_url))
        replica = await enter(running_replica(opened, engine_type=Engine))
        address = await enter(serving(replica, ApiSettings(stop_grace_s=0, **api)))

        async def another(**more: Any) -> Calls:
            return await enter(personalizer(address, redis_url, storage, key, **more))

        yield another
