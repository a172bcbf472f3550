"""Which key may write experiments, which may see them, and what a page may ask."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from headwater import AsyncClient, PermissionDeniedError
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.engine import Engine
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.experiment_shop import WARM, experiment
from tests.integration.replicas import running_replica

ANALYST, CONSOLE, BACKEND = "analyst-key-0123456", "console-key-0123456", "backend-key-0123456"
PAGE, NARROW = "page-key-0123456789", "narrow-page-key-012"
SETTINGS = ApiSettings(
    stop_grace_s=0,
    keys=SecretStr(
        f"{ANALYST};scopes=experiments,{CONSOLE};scopes=read,{BACKEND};scopes=recommend"
    ),
    page_keys=SecretStr(f"{PAGE};scopes=feedback+recommend,{NARROW}"),
)


async def test_each_key_does_what_its_scope_says(storage: Storage) -> None:
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica, SETTINGS) as listen,
        AsyncClient(listen, key=ANALYST) as analyst,
        AsyncClient(listen, key=CONSOLE) as console,
        AsyncClient(listen, key=BACKEND) as backend,
        AsyncClient(listen, key=PAGE) as page,
        AsyncClient(listen, key=NARROW) as narrow,
    ):
        await analyst.upsert_policy(WARM)
        await analyst.create_experiment(experiment())
        arms = await analyst.assign_arms("ann")
        for client in (console, backend, page):
            assert await client.assign_arms("ann") == arms
        assert (await console.get_experiment_report("warmer")).experiment.experiment_id == "warmer"
        with pytest.raises(PermissionDeniedError, match="its scopes are feedback"):
            await narrow.assign_arms("ann")
        with pytest.raises(PermissionDeniedError, match="a page's key may name no account"):
            await page.assign_arms("ann", user_id="bob")
        assert await backend.assign_arms("ann", user_id="bob")
        for client in (console, backend, page):
            with pytest.raises(PermissionDeniedError):
                await client.stop_experiment("warmer", reason="x")
        for client in (backend, page):
            with pytest.raises(PermissionDeniedError):
                await client.get_experiment_report("warmer")
