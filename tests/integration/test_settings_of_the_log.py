"""Settings are what the log says: a start changes only what somebody has set."""

from __future__ import annotations

import asyncio
import time
from dataclasses import fields, replace
from itertools import count

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from headwater import AsyncClient, PermissionDeniedError
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite, SettingsChange
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.settings_history import CHANGES_MAX
from headwater_server.replica.faults import UnreadableEntry
from headwater_server.replica.ports.position import START
from headwater_server.replica.replica import Replica
from headwater_server.replica.settings_in_force import SettingsInForce
from headwater_server.replica.snapshots.fold import fold
from headwater_server.replica.startup import WantedSettings
from headwater_server.storage.codecs.entry_codec import decode_entry, encode_operations
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import clicks, running_replica, started_replica
from tests.integration.waiting import PATIENCE_S, eventually

LAMP_FIRST = [{"name": "lamp first", "kind": "pin", "slot": 1, "item_ids": ["lamp"]}]
RULED = {"engine_settings": EngineSettings(rules=LAMP_FIRST), "given": frozenset({"rules"})}
READS, SENDS = "a-key-that-only-reads", "a-key-that-only-sends"
UNSET = {"given": frozenset[str]()}


async def entries(storage: Storage) -> list[SettingsChange]:
    return [
        operation
        async for logged in storage.log.iterate(START)
        for operation in logged.entry.operations
        if isinstance(operation, SettingsChange)
    ]


async def test_a_second_replica_that_sets_nothing_takes_nothing_away(storage: Storage) -> None:
    async with running_replica(storage, engine_type=Engine, **RULED) as first:
        await first.upsert_items([ItemWrite(Item("lamp")), ItemWrite(Item("tent"))], 60)
        async with running_replica(storage, engine_type=Engine, **UNSET) as second:
            for replica in (first, second):
                assert replica.engine.settings.rules == LAMP_FIRST
    assert len(await entries(storage)) == 1


async def test_only_the_given_settings_change_and_the_others_stay(storage: Storage) -> None:
    async with running_replica(storage, **RULED):
        pass
    smaller = EngineSettings(items_max=1_000)
    async with running_replica(
        storage, engine_settings=smaller, given=frozenset({"items_max", "workers"})
    ) as replica:
        assert replica.engine.settings == replace(smaller, rules=LAMP_FIRST)


async def test_a_given_default_is_put_back(storage: Storage) -> None:
    async with running_replica(storage, **RULED):
        pass
    async with running_replica(storage, given=frozenset({"rules"})) as replica:
        assert replica.engine.settings.rules == []


async def test_the_last_start_wins_and_both_logs_name_what_changed_and_who(
    storage: Storage,
) -> None:
    given = frozenset({"items_max"})
    options = [{"engine_settings": EngineSettings(items_max=n), "given": given} for n in (7, 9)]
    with capture_logs() as lines:
        first = await started_replica(storage, **options[0])
        second = await started_replica(storage, **options[1])
        await eventually(lambda: first.engine.settings.items_max == 9)
        await asyncio.gather(first.stop(), second.stop())
    found = [line for line in lines if line["event"] == "setting changed" and line["new"] == "9"]
    assert len(found) == 2  # one of each replica
    for line in found:
        assert (line["setting"], line["old"]) == ("items_max", "7")
        assert second.own.replica_id in line["who"]
        assert "headwater" in line["who"]
        assert line["offset"] == second.shell.tail.position.offset


async def test_a_start_says_what_it_takes_from_the_log(storage: Storage) -> None:
    async with running_replica(storage, **RULED):
        pass
    with capture_logs() as lines:
        async with running_replica(storage, **UNSET):
            pass
    kept = next(line for line in lines if "stay as on the log" in line["event"])
    assert "lamp first" in kept["rules"]


@pytest.mark.parametrize("engine_type", [Engine])
async def test_the_history_of_changes_survives_a_restart(
    storage: Storage, engine_type: type[Engine]
) -> None:
    async with running_replica(storage, engine_type=engine_type, **RULED) as replica:
        who = replica.own.replica_id
    async with running_replica(storage, engine_type=engine_type, **UNSET) as replica:
        answer = await replica.operators.settings()
    (change,) = answer.changes
    assert (change.name, change.old) == ("rules", "[]")
    assert "lamp" in change.new
    assert who in change.who
    assert change.time_ms > 0
    assert answer.warnings == ['rules "lamp first": item_ids: the catalogue does not have lamp']
    assert answer.settings.rules == LAMP_FIRST


async def test_the_api_answers_settings_changes_and_warnings(storage: Storage) -> None:
    keys = SecretStr(f"{READS};scopes=read,{SENDS};scopes=feedback")
    async with (
        running_replica(storage, engine_type=Engine, **RULED) as replica,
        serving(replica, ApiSettings(keys=keys, stop_grace_s=0)) as listen,
        AsyncClient(listen, key=READS) as reader,
        AsyncClient(listen, key=SENDS) as sender,
    ):
        found = await SettingsInForce.read(storage.log, storage.snapshots)
        wanted = WantedSettings(EngineSettings(seed=5), frozenset({"seed"}), "ann")
        await found.put(wanted)
        await eventually(lambda: replica.engine.settings.seed == 5)
        before = (await replica.model(compute_digest=True)).digest
        answer = await reader.list_settings_changes(timeout_s=PATIENCE_S)
        with pytest.raises(PermissionDeniedError):
            await sender.list_settings_changes()
        assert (await replica.model(compute_digest=True)).digest == before
    newest = answer.changes[0]
    assert (newest.name, newest.old_value, newest.new_value) == ("seed", "1", "5")
    assert [c.name for c in answer.changes] == ["seed", "rules"]  # newest first
    assert answer.changes[0].who == "ann"
    assert abs(answer.changes[0].change_time.timestamp() - time.time()) < 3_600
    values = {one.name: (one.value, one.default_value) for one in answer.settings}
    assert values["seed"] == ("5", "1")
    assert set(values) == {field.name for field in fields(EngineSettings)}
    assert answer.warnings == ('rules "lamp first": item_ids: the catalogue does not have lamp',)
    assert answer.offset == found.position.offset


async def test_a_command_changes_what_it_names_while_a_replica_runs(storage: Storage) -> None:
    async with running_replica(storage, engine_type=Engine, **RULED) as replica:
        found = await SettingsInForce.read(storage.log, storage.snapshots)
        assert found.settings == replica.engine.settings
        wanted = WantedSettings(EngineSettings(items_max=9), frozenset({"items_max"}), "ann")
        before = await found.put(wanted)
        assert (before.items_max, found.settings.items_max) == (EngineSettings().items_max, 9)
        await eventually(lambda: replica.engine.settings == found.settings)
        assert replica.engine.settings.rules == LAMP_FIRST
        assert replica.engine.lookups.settings_changes()[-1].who == "ann"
        await found.put(wanted)  # changes nothing
        assert len(await entries(storage)) == 2
    again = await SettingsInForce.read(storage.log, storage.snapshots)  # from the snapshot
    assert again.settings == found.settings


async def test_two_who_change_different_settings_at_once_do_not_undo_each_other(
    storage: Storage,
) -> None:
    async with running_replica(storage, **RULED) as replica:
        for name, value in (("seed", 5), ("items_max", 9)):
            stale = SettingsInForce(storage.log, EngineSettings(), START)
            wanted = WantedSettings(EngineSettings(**{name: value}), frozenset({name}))
            await stale.put(wanted)
        await eventually(lambda: len(replica.engine.settings.rules) == 1)
    engine, _ = await fold(storage.log, Engine)
    assert (engine.settings.seed, engine.settings.items_max) == (5, 9)
    assert engine.settings.rules == LAMP_FIRST


async def test_settings_get_onto_a_log_that_never_rests(storage: Storage) -> None:
    async with running_replica(storage, **RULED) as busy:
        writing = asyncio.create_task(write_on(busy))
        given = {"engine_settings": EngineSettings(seed=5), "given": frozenset({"seed"})}
        async with running_replica(storage, **given) as replica:
            await eventually(lambda: replica.engine.settings.seed == 5)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)


async def write_on(replica: Replica) -> None:
    for number in count():
        await replica.feedback(clicks(number), PATIENCE_S)


def test_the_history_is_bounded_and_not_in_the_digest() -> None:
    one, other = Engine(), Engine()
    for number in range(CHANGES_MAX + 20):
        settings = EngineSettings(seed=number)
        one.apply(Entry(number, (SettingsChange(settings, "a"),)))
        other.apply(Entry(5 * number, (SettingsChange(settings, "b"),)))
    changes = one.lookups.settings_changes()
    assert len(changes) == CHANGES_MAX
    assert changes[-1].new == str(CHANGES_MAX + 19)
    assert one.digest() == other.digest()
    assert Engine.restore(one.capture()).lookups.settings_changes() == changes


def test_an_entry_without_a_name_is_read() -> None:
    old = encode_operations([SettingsChange(EngineSettings(seed=4))])
    (change,) = decode_entry(old, 1).operations
    assert change == SettingsChange(EngineSettings(seed=4), "", ())
    named = SettingsChange(EngineSettings(seed=4), "ann", ("seed",))
    assert decode_entry(encode_operations([named]), 1).operations == (named,)
    with pytest.raises(UnreadableEntry, match="colour"):
        decode_entry(encode_operations([replace(named, given=("colour",))]), 1)


async def test_a_warning_is_logged_once_and_again_when_it_comes_back(storage: Storage) -> None:
    with capture_logs() as lines:
        async with running_replica(storage, engine_type=Engine, **RULED) as replica:
            watcher = replica.settings_warnings

            def warnings() -> list[str]:
                return [line["warning"] for line in lines if "fits nothing" in line["event"]]

            await eventually(lambda: len(warnings()) == 1)
            await replica.upsert_items([ItemWrite(Item("tent"))], 60)
            await watcher.check()
            assert len(warnings()) == 1
            await replica.upsert_items([ItemWrite(Item("lamp"))], 60)
            await watcher.check()
            assert (await replica.operators.settings()).warnings == []
    assert warnings() == ['rules "lamp first": item_ids: the catalogue does not have lamp']
