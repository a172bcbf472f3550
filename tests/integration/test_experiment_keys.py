"""Which key may write experiments, which may see them, and what a page may ask."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import SecretStr

from headwater import AsyncClient, PermissionDeniedError
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.experiments import (
    ExperimentStop,
    ExperimentWrite,
    PolicyPromote,
    PolicyRollback,
    PolicyWrite,
)
from headwater_server.replica.group.identity import BUILD
from headwater_server.replica.ports.position import START
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
WRITTEN = PolicyWrite, ExperimentWrite, PolicyPromote, ExperimentStop, PolicyRollback


@pytest.mark.parametrize("name", ["anna", ""])
async def test_the_log_keeps_the_name_of_the_key(storage: Storage, name: str) -> None:
    option = f";name={name}" if name else ""
    settings = replace(SETTINGS, keys=SecretStr(f"{ANALYST};scopes=experiments+model{option}"))
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica, settings) as listen,
        AsyncClient(listen, key=ANALYST) as analyst,
    ):
        written = (await analyst.upsert_policy(WARM)).policy.who
        created = (await analyst.create_experiment(experiment())).experiment.who
        promoted = (await analyst.promote_policy(WARM.policy_id, force="why not")).promotion.who
        await analyst.stop_experiment("warmer", reason="seen enough")
        await analyst.rollback_policy(WARM.policy_id)
        changes = (await analyst.list_settings_changes()).changes
        entries = [logged.entry async for logged in storage.log.iterate(START)]
    kept = [one for entry in entries for one in entry.operations if isinstance(one, WRITTEN)]
    assert len(kept) == len(WRITTEN)
    found = {written, created, promoted, *(one.who for one in changes[:2])}
    found |= {one.who for one in kept}
    assert {who if name else who.rpartition("(")[2] for who in found} == {name or f"{BUILD})"}
    assert ANALYST not in repr(entries)


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
