"""Row 19: experiments under kill -9 of servers and of the store.

A guard rail closes an arm, a policy is promoted and rolled back: at one place on the log, on every
replica, and after the rollback the settings are those of before.
"""

from __future__ import annotations

import asyncio
import json
from random import Random

import pytest

from headwater import AsyncClient, Event, HeadwaterError
from headwater_server.engine.engine import Engine
from headwater_server.engine.experiments.units import Draws
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentArm,
    ExperimentWrite,
    GuardRail,
    PolicyPromote,
    PolicyRollback,
    PolicyWrite,
)
from headwater_server.replica.ports.position import START
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.waiting import PATIENCE_S, eventually
from tests.system.crash.load import AWAY, PAUSE_S
from tests.system.crash.oracle import fold_of, verdict
from tests.system.crash.real_store import BACKENDS, running_store
from tests.system.crash.seeds import seeds
from tests.system.crash.server import Server, serving

ROW = 19
SNAPSHOTS = ("--snapshot-entries", "40")
VISITORS = 400
ARMS = ExperimentArm("a"), ExperimentArm("b", "bold")
RAIL = GuardRail("purchases", -0.05)
LOSING = Experiment("first", ARMS, visitors_planned=VISITORS, guard_rails=(RAIL,))
BOLD = PolicyWrite("bold", '{"exploration_temperature": 2.0}')


class Shoppers:
    """Visitors who look once and then act: most of those in arm a buy, few of those in arm b."""

    def __init__(self, addresses, seed):
        self._addresses, self._random = addresses, Random(seed)
        self._draws = Draws(LOSING.experiment_id, [arm.weight for arm in ARMS])
        self.acknowledged, self.faults = [], 0

    async def shop(self, visitors):
        """Let them come one after the other; each act is sent until it is acknowledged."""
        for number in visitors:
            visitor = f"v{number}"
            await self._sent(lambda client, v=visitor: self._look(client, v), number)
            chance = (0.9, 0.1)[self._draws.arm(visitor)]
            kind = "purchase" if self._random.random() < chance else "click"
            events = [
                Event(kind, visitor, items=[f"i{number % 7}"], event_id=f"act-{number}"),
                Event("view", visitor, items=[f"i{number % 5}"], event_id=f"view-{number}"),
            ]
            await self._sent(lambda client, e=events: client.feedback(e), number)
            self.acknowledged += [event.event_id for event in events]

    async def _look(self, client, visitor):
        slate = await client.recommend(visitor, page_size=3)
        seen = Event(
            "impression",
            visitor,
            items=slate.item_ids,
            attribution_token=slate.attribution_token,
            event_id=f"seen-{visitor}",
        )
        if seen.items:
            await client.feedback([seen])

    async def _sent(self, call, number):
        async with asyncio.timeout(PATIENCE_S):
            for attempt in range(1_000_000):
                address = self._addresses[(number + attempt) % len(self._addresses)]
                try:
                    async with AsyncClient(address) as client:
                        await call(client)
                except (*AWAY, HeadwaterError):
                    self.faults += 1
                    await asyncio.sleep(PAUSE_S)
                else:
                    return


async def put(storage, *operations):
    """Append operations as one entry, as the API does."""
    return await storage.log.append([storage.log.encode(list(operations))])


async def settings_of(server, offset):
    async with AsyncClient(server.address) as client:
        await client.recommend("nobody", min_offset=offset, timeout_s=PATIENCE_S)
        answer = await client.list_settings_changes(timeout_s=PATIENCE_S)
    return {setting.name: json.loads(setting.value) for setting in answer.settings}


async def closed_at(storage):
    """Fold the log entry by entry; return the sequences after which an arm is first closed."""
    engine, found = Engine(), []
    async for logged in storage.log.iterate(START):
        before = _closed(engine)
        engine.apply(logged.entry)
        if not before and _closed(engine):
            found.append(logged.position.sequence)
    return found


def _closed(engine):
    return [a for view in engine.lookups.experiments() for a in view.arms if a.close_time_ms]


@pytest.mark.thorough  # tests/properties/test_experiments.py is the fast one
@pytest.mark.parametrize("seed", seeds(1))
async def test_an_arm_closes_at_one_place_whatever_is_killed(seed, tmp_path, tally):
    async with running_store(BACKENDS[seed % 2], tmp_path / "store") as store:
        first = Server(tmp_path / "a", *SNAPSHOTS, redis_url=store.url)
        other = Server(tmp_path / "b", redis_url=store.url)
        async with (
            serving(first, other),
            open_storage(StorageSettings(), redis_url=store.url) as storage,
        ):
            await put(storage, BOLD, ExperimentWrite(LOSING))
            shoppers = Shoppers([first.address, other.address], seed)
            async with asyncio.TaskGroup() as group:
                for part in range(4):
                    group.create_task(shoppers.shop(range(part, VISITORS, 4)))
                for kills in range(1, 4):
                    aim = kills * VISITORS // 2
                    await eventually(lambda aim=aim: len(shoppers.acknowledged) >= aim, PATIENCE_S)
                    await (store.kill() if kills == 2 else first.kill_and_wait())
                    await (store.start() if kills == 2 else first.start())
            head = await storage.log.head()
            before = await settings_of(first, head.offset)
            after = await put(storage, PolicyPromote("bold", force_reason="to be tried"))
            assert (await settings_of(other, after.offset))["exploration_temperature"] == 2.0
            await first.kill_and_wait()
            await first.start()  # with the same flags: the promotion stays
            assert (await settings_of(first, after.offset))["exploration_temperature"] == 2.0
            after = await put(storage, PolicyRollback("bold"))
            assert await settings_of(first, after.offset) == before
            assert await settings_of(other, after.offset) == before
            models = [await server.model() for server in (first, other)]
            fold = await fold_of(storage, {model.offset for model in models})
            places = await closed_at(storage)
    found = verdict(shoppers.acknowledged, models, fold)
    tally(
        ROW, seed, faults=4, acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()
    (view,) = fold.engine.lookups.experiments()
    assert len(places) == 1
    assert view.arms[1].close_reason == "guard rail crossed: purchases"
    assert view.state == "stopped"
