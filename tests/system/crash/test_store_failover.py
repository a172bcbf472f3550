"""Row 6: a replica of the store takes over without the tail, and the old primary comes back.

Behind one address, which nobody watches. Sentinels and clusters are in tests/system/failover.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from headwater_server.engine.messages import events as logged
from headwater_server.engine.messages.entries import AcknowledgedLost
from headwater_server.replica.ports.position import START
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.api_server import free_port
from tests.integration.waiting import eventually
from tests.system.crash.listening import listening
from tests.system.crash.load import load_on
from tests.system.crash.oracle import fold_of, verdict
from tests.system.crash.real_store import BACKENDS, RealStore, running_store
from tests.system.crash.seeds import seeds
from tests.system.crash.server import Server, serving

NOWHERE = ("127.0.0.1", 1)  # a primary that nobody reaches: the network is cut
PROMPT = {"repl_diskless_sync_delay": "0", "shutdown_timeout": "0"}
RETURNED, LISTED = "learns again", "an entry of the log lists them"


class Switch:
    """The one address of the store; a failover points it elsewhere and ends all connections."""

    def __init__(self, store: RealStore) -> None:
        self._store = store
        self._open: set[asyncio.Task[None]] = set()
        self.url = ""

    def to(self, store: RealStore) -> None:
        """Lead to another store from now on."""
        self._store = store
        for connection in list(self._open):
            connection.cancel()

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            there_reader, there = await asyncio.open_unix_connection(str(self._store.path / "s"))
        except OSError:  # nobody there
            writer.close()
            return
        pumps = [
            asyncio.create_task(pump(reader, there)),
            asyncio.create_task(pump(there_reader, writer)),
        ]
        self._open.update(pumps)
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for task in pumps:
            task.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        self._open.difference_update(pumps)
        writer.close()
        there.close()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()


@asynccontextmanager
async def pair(seed: int, path: Path) -> AsyncIterator[tuple[RealStore, RealStore, Switch]]:
    """A primary, its replica, and the address that leads to the primary."""
    backend, port = BACKENDS[seed % len(BACKENDS)], free_port()
    async with (
        running_store(backend, path / "a", port=str(port), **PROMPT) as primary,
        running_store(
            backend, path / "b", port=str(free_port()), replicaof=f"127.0.0.1 {port}", **PROMPT
        ) as replica,
    ):
        switch = Switch(primary)
        async with listening(switch.connect) as switch_port:
            switch.url = f"redis://127.0.0.1:{switch_port}/0"
            await eventually(lambda: has_replica(primary))
            yield primary, replica, switch


async def ask(store: RealStore, *command: str | int):
    client = Store(store.url, StorageSettings())
    try:
        return await client.call(*command)
    finally:
        await client.close()


async def has_replica(store: RealStore) -> bool:
    client = Store(store.url, StorageSettings())
    try:
        _, confirmed = await client.call_both(("SET", "a", "b"), ("WAIT", 1, 100))
        return bool(confirmed)
    finally:
        await client.close()


async def append(store: RealStore, seed: int, entries: int) -> None:
    """Write as another server does that already speaks to the new primary."""
    async with open_storage(StorageSettings(), redis_url=store.url) as storage:
        for number in range(entries):
            event = logged.Event(f"other-{seed}-{number}", "click", f"w{number}")
            await storage.log.append([storage.log.encode([event])])


async def returns(server: Server, times: int) -> None:
    """The server's state is that of the log again, which lists what it lost."""
    await eventually(lambda: server.log.count(RETURNED) >= times)
    await eventually(lambda: server.log.count(LISTED) >= times)


async def listed(store: RealStore) -> set[str]:
    """Return the ids that the log reports as lost."""
    async with open_storage(StorageSettings(), redis_url=store.url) as storage:
        return {
            event_id
            async for entry in storage.log.iterate(START)
            for one in entry.entry.operations
            if isinstance(one, AcknowledgedLost)
            for event_id in one.event_ids
        }


async def judged(store: RealStore, acknowledged, server: Server):
    model = await server.model()
    async with open_storage(StorageSettings(), redis_url=store.url) as storage:
        fold = await fold_of(storage, {model.offset})
    return verdict(acknowledged, [model], fold)


@pytest.mark.parametrize("seed", seeds(2))
async def test_a_server_returns_to_the_log_of_each_primary_and_lists_the_loss(
    seed, tmp_path, tally
):
    rng, overtaken = Random(seed), seed % 2 == 0
    async with pair(seed, tmp_path) as (old, new, switch):
        server = Server(tmp_path / "serve", redis_url=switch.url)
        async with serving(server):
            async with load_on([server.address], seed, clients=2, batch=1) as load:
                await load.reaches(rng.randrange(20, 80))
                await ask(new, "REPLICAOF", *NOWHERE)
                await load.reaches(rng.randrange(20, 60))
            await old.kill()
            await ask(new, "REPLICAOF", "NO", "ONE")
            if overtaken:
                await append(new, seed, 200)
            switch.to(new)
            await returns(server, 1)
            async with load_on([server.address], 1_000 + seed, clients=2, batch=1) as later:
                await later.reaches(30)
            found = await judged(new, [*load.acknowledged, *later.acknowledged], server)
            reported = await listed(new)
            await old.start()  # it does not know that it is not the primary any more
            switch.to(old)
            await returns(server, 2)
            again = await judged(old, load.acknowledged, server)
            assert set(later.acknowledged) <= await listed(old)
        assert server.starts == 1
    in_bound = [i for i in found.lost if i in load.acknowledged]  # what the replica never had
    tally(
        6, seed, faults=2, acknowledged=found.acknowledged, in_bound=len(in_bound),
        lost=len(found.lost) - len(in_bound), doubled=len(found.doubled),
    )  # fmt: skip
    assert in_bound
    assert sorted(found.lost) == sorted(in_bound)
    assert reported >= set(in_bound)
    assert (found.doubled, found.differing) == ([], [])
    assert (again.doubled, again.differing) == ([], [])
    assert not again.lost  # the old primary still has what it acknowledged


@pytest.mark.parametrize("seed", seeds(1))
async def test_with_min_replicas_acked_a_failover_loses_nothing(seed, tmp_path, tally):
    rng = Random(seed)
    async with pair(seed, tmp_path) as (old, new, switch):
        server = Server(tmp_path / "serve", "--min-replicas-acked", "1", redis_url=switch.url)
        async with serving(server):
            async with load_on([server.address], seed, clients=2, batch=1) as load:
                await load.reaches(rng.randrange(20, 80))
                await ask(new, "REPLICAOF", *NOWHERE)
                retries = load.retries
                await eventually(lambda: load.retries > retries + 2)  # it is not acknowledged
                await old.kill()
                await ask(new, "REPLICAOF", "NO", "ONE")
                await old.start()
                await ask(old, "REPLICAOF", "127.0.0.1", await port_of(new))
                await eventually(lambda: has_replica(new))
                await server.kill_and_wait()
                switch.to(new)
                await server.start()
                await load.reaches(30)
            found = await judged(new, load.acknowledged, server)
    tally(
        6, seed, faults=1, acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()


async def port_of(store: RealStore) -> int:
    answer = await ask(store, "CONFIG", "GET", "port")
    values = list(answer.values()) if isinstance(answer, dict) else answer[1::2]
    return int(values[0])
