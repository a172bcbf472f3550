"""A promoted policy stays over a file's settings at every start, until it is rolled back."""

from __future__ import annotations

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import SettingsChange
from headwater_server.engine.messages.experiments import (
    PolicyOperation,
    PolicyPromote,
    PolicyRollback,
    PolicyWrite,
)
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.ports.position import START
from headwater_server.replica.replica import Replica
from headwater_server.replica.settings_in_force import SettingsInForce
from headwater_server.storage.storage import Storage
from tests.integration.replicas import clicks, running_replica
from tests.integration.waiting import PATIENCE_S

FILE = EngineSettings(exploration_temperature=0.3)
GIVEN = {"engine_settings": FILE, "given": frozenset({"exploration_temperature"})}
BOLD = PolicyWrite("bold", '{"exploration_temperature": 5.0}')


async def put(storage: Storage, replica: Replica, *operations: PolicyOperation) -> None:
    position = await storage.log.append([storage.log.encode(list(operations))])
    await replica.reach(position.offset, PATIENCE_S)


async def changes(storage: Storage) -> int:
    operations = [
        operation
        async for logged in storage.log.iterate(START)
        for operation in logged.entry.operations
    ]
    return sum(isinstance(operation, SettingsChange) for operation in operations)


def temperatures(replica: Replica) -> tuple[float, float]:
    settings, written = replica.engine.settings, replica.engine.written_settings
    return settings.exploration_temperature, written.exploration_temperature


@pytest.mark.parametrize("snapshot_on_stop", [False, True])
async def test_a_restart_with_the_same_file_keeps_a_promotion(
    storage: Storage, snapshot_on_stop: bool
) -> None:
    options = {"engine_type": Engine, "snapshot_on_stop": snapshot_on_stop, **GIVEN}
    async with running_replica(storage, **options) as replica:
        await replica.feedback(clicks(1, 2, 3), PATIENCE_S)
        await put(storage, replica, BOLD, PolicyPromote("bold", force_reason="we know it"))
        assert temperatures(replica) == (5.0, 0.3)
        before = await changes(storage)
    async with (
        running_replica(storage, **options) as replica,
        running_replica(storage, engine_type=Engine, given=frozenset[str]()) as other,
    ):
        assert temperatures(replica) == temperatures(other) == (5.0, 0.3)
        assert await changes(storage) == before
        await put(storage, replica, PolicyRollback("bold"))
        await other.reach((await storage.log.head()).offset, PATIENCE_S)
        assert temperatures(replica) == temperatures(other) == (0.3, 0.3)
        assert replica.engine.digest() == other.engine.digest()


async def test_a_file_that_changes_is_heard_beneath_the_promotion(storage: Storage) -> None:
    async with running_replica(storage, engine_type=Engine, **GIVEN) as replica:
        await put(storage, replica, BOLD, PolicyPromote("bold", force_reason="we know it"))
    later = EngineSettings(exploration_temperature=0.4)
    options = {"engine_settings": later, "given": frozenset({"exploration_temperature"})}
    async with running_replica(storage, engine_type=Engine, **options) as replica:
        assert temperatures(replica) == (5.0, 0.4)
        found = await SettingsInForce.read(storage.log, storage.snapshots)
        assert found.settings.exploration_temperature == 0.4
        await put(storage, replica, PolicyRollback())
        assert temperatures(replica) == (0.4, 0.4)
