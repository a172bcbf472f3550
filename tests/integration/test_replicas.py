"""Replicas on one real store: who they are, that they hold one state, that strangers stay out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from dataclasses import replace
from importlib.metadata import version

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.events import Event, Outcome
from headwater_server.replica.group import digest_comparison, membership
from headwater_server.replica.group.membership import MixedStatesError
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.registry import WORKER, ReplicaReport
from headwater_server.replica.snapshots.fold import fold
from headwater_server.storage.storage import Storage
from tests.integration.counting_engine import CountingEngine
from tests.integration.replicas import clicks, running_replica, started_replica
from tests.integration.waiting import PATIENCE_S, eventually

ONE = ReplicaReport("h-1-aa", "h", 1, WORKER, Position("5-1", 7), 2, "0.23.0", broken="a gap")
ONE_OF_THIS_BUILD = replace(
    ONE, state_version=CountingEngine.STATE_VERSION, river_version=version("river")
)
PATIENCE_MS = 60_000


async def test_a_replica_is_known_while_it_runs_with_where_it_stands(storage: Storage) -> None:
    async with running_replica(storage) as replica:
        (standing,) = await storage.replicas.live(PATIENCE_MS)
        assert standing.state_version == CountingEngine.STATE_VERSION
        offset = (await replica.feedback(clicks(1), PATIENCE_S)).offset

        async def reported() -> bool:
            (standing,) = await storage.replicas.live(PATIENCE_MS)
            return standing.position.offset == offset

        await eventually(reported)
    assert await storage.replicas.live(PATIENCE_MS) == []


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a comparison wait for a slow replica, and take no late one for dead."""
    monkeypatch.setattr(digest_comparison, "PATIENCE_S", PATIENCE_S)
    monkeypatch.setattr(digest_comparison, "LIVE_PATIENCE_MS", PATIENCE_MS)


@pytest.mark.usefixtures("patient")
async def test_all_replicas_show_one_digest_at_a_mark_and_it_is_the_folds(storage: Storage) -> None:
    replicas = [await started_replica(storage, engine_type=Engine) for _ in range(3)]
    for number, replica in enumerate(replicas):
        await replica.feedback(clicks(*range(number, number + 20)), 60)
    compared = await replicas[1].compare_replicas(PATIENCE_S)
    assert len(compared.replicas) == 3
    assert {state.digest for state in compared.replicas} == {compared.digest}
    assert not any(state.detail for state in compared.replicas)
    engine, position = await fold(storage.log, Engine)
    assert (engine.digest(), position.offset) == (compared.digest, compared.offset)
    await asyncio.gather(*(replica.stop() for replica in replicas))


@pytest.mark.usefixtures("patient")
async def test_who_holds_another_state_is_found_by_comparing(storage: Storage) -> None:
    class Forgetful(CountingEngine):
        def _learning(self, event: Event) -> Generator[None, None, Outcome]:
            outcome = yield from super()._learning(event)
            self.interactions.pop("tent", None)
            return outcome

    async with running_replica(storage) as good, running_replica(storage, engine_type=Forgetful):
        await good.feedback(clicks(1), PATIENCE_S)
        compared = await good.compare_replicas(PATIENCE_S)
    assert len({state.digest for state in compared.replicas}) == 2


@pytest.mark.usefixtures("patient")
async def test_one_that_stopped_learning_is_named_and_not_waited_for(storage: Storage) -> None:
    async with running_replica(storage) as replica:
        await storage.replicas.report(ONE_OF_THIS_BUILD)
        compared = await replica.compare_replicas(PATIENCE_S)
    broken = {state.replica_id: state for state in compared.replicas}[ONE.replica_id]
    assert (broken.digest, broken.detail) == ("", "a gap")


async def test_a_replica_of_another_build_is_refused_while_one_lives(storage: Storage) -> None:
    class NextBuild(CountingEngine):
        STATE_VERSION = CountingEngine.STATE_VERSION + 1

    async with running_replica(storage) as replica:
        with pytest.raises(MixedStatesError, match="Stop all processes"):
            await started_replica(storage, engine_type=NextBuild)
        assert len(await storage.replicas.live(PATIENCE_MS)) == 1
        await replica.feedback(clicks(1), PATIENCE_S)
    async with running_replica(storage, engine_type=NextBuild):
        pass  # nobody of the other build is left


async def test_a_dead_replica_of_another_build_only_delays(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(membership, "LIVE_PATIENCE_MS", 300)
    await storage.replicas.report(ONE)  # its process was killed: it never speaks again
    async with running_replica(storage) as replica:
        await replica.feedback(clicks(1), PATIENCE_S)


class SlowNeighbour:
    """Another worker of this host that applies everything some looks later."""

    def __init__(self, looks: int) -> None:
        self.looks_left = looks
        self.reported = 0

    def applied(self, sequence: int) -> None:
        self.reported = sequence

    def all_applied(self, sequence: int) -> bool:
        self.looks_left -= 1
        return self.looks_left < 0

    def leave(self) -> None:
        self.reported = -1


async def test_an_acknowledgement_waits_for_the_neighbours(storage: Storage) -> None:
    slow = SlowNeighbour(looks=10)
    async with running_replica(storage, host_peers=slow, host_patience_ms=60_000) as replica:
        await replica.feedback(clicks(1), PATIENCE_S)
        assert slow.looks_left < 0
        assert slow.reported == (await replica.model(compute_digest=False)).counts["log_entries"]


async def test_a_neighbour_that_never_comes_costs_no_more_than_the_patience(
    storage: Storage,
) -> None:
    frozen = SlowNeighbour(looks=10**9)
    async with running_replica(storage, host_peers=frozen, host_patience_ms=20) as replica:
        before_s = time.monotonic()
        await replica.feedback(clicks(1), PATIENCE_S)
        assert 0.02 <= time.monotonic() - before_s < PATIENCE_S / 2
