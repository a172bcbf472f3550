"""Row 17: a second server with other settings, or with none, under load and kills.

The settings in force are those that the log's entries give, no matter who started last; no
start without settings changes any; all states are that of the log.
"""

from __future__ import annotations

import json
from random import Random

import pytest

from headwater import AsyncClient
from headwater_server.engine.settings_history import setting_texts
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.waiting import PATIENCE_S
from tests.system.crash.load import load_on
from tests.system.crash.oracle import fold_of, verdict
from tests.system.crash.real_store import BACKENDS, running_store
from tests.system.crash.seeds import seeds
from tests.system.crash.server import Server, serving

ROW = 17
KILLS = 3
PIN = json.dumps([{"name": "i7 first", "kind": "pin", "slot": 1, "item_ids": ["i7"]}])
SNAPSHOTS = ("--snapshot-entries", "50")  # so that a start has little to learn on a busy machine
OTHERS = ((), ("--exploration-epsilon", "0.3"), ("--session-gap-minutes", "5"))
"""What the second server is started with, in turns: nothing, or one setting of its own."""


async def settings_of(server):
    async with AsyncClient(server.address) as client:
        answer = await client.list_settings_changes(timeout_s=PATIENCE_S)
    return {setting.name: json.loads(setting.value) for setting in answer.settings}, answer.changes


async def caught_up(server, storage):
    head = await storage.log.head()
    async with AsyncClient(server.address) as client:
        await client.recommend("v", min_offset=head.offset, timeout_s=PATIENCE_S)


@pytest.mark.thorough  # tests/system/test_settings_of_the_log.py has the fast ones
@pytest.mark.parametrize("seed", seeds(1))
async def test_settings_are_the_logs_under_load_and_kills(seed, tmp_path, tally):
    rng = Random(seed)
    async with running_store(BACKENDS[seed % 2], tmp_path / "store") as store:
        first = Server(tmp_path / "a", "--rules", PIN, *SNAPSHOTS, redis_url=store.url)
        async with serving(first), load_on([first.address], seed, clients=1, batch=2) as load:
            await load.reaches(20)
            for others in rng.sample(OTHERS, KILLS):
                async with serving(Server(tmp_path / "b", *others, redis_url=store.url)):
                    await load.reaches(20)
                    await first.kill_and_wait()  # its own flags are given again at the next start
                    await first.start()
                    await load.reaches(20)
        async with (
            serving(first, Server(tmp_path / "c", redis_url=store.url)) as servers,
            open_storage(StorageSettings(), redis_url=store.url) as storage,
        ):
            for server in servers:
                await caught_up(server, storage)
            models = [await server.model() for server in servers]
            shown = [await settings_of(server) for server in servers]
            fold = await fold_of(storage, {model.offset for model in models})
    found = verdict(load.acknowledged, models, fold)
    tally(
        ROW, seed, faults=KILLS, acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()
    texts = setting_texts(fold.engine.settings)
    expected = {name: json.loads(text) for name, text in texts.items()}
    assert [settings for settings, _ in shown] == [expected, expected]
    assert expected["rules"][0]["name"] == "i7 first"
    assert (expected["exploration_epsilon"], expected["session_gap_minutes"]) == (0.3, 5.0)
    assert shown[0][1] == shown[1][1]
    assert {change.name for change in shown[0][1]} == {
        "rules", "exploration_epsilon", "session_gap_minutes",
    }  # fmt: skip
