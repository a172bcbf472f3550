"""Everything at once: two servers, one store, and one fault after the other, drawn by the seed."""

from __future__ import annotations

from random import Random

import pytest

from headwater_server.storage.settings import StorageSettings
from tests.integration.waiting import eventually
from tests.system.crash.load import load_on, not_remembered
from tests.system.crash.oracle import judge
from tests.system.crash.real_store import BACKENDS, running_store
from tests.system.crash.seeds import IS_SOAK, seeds
from tests.system.crash.server import Server, serving
from tests.system.crash.store_proxy import store_proxy

FAULTS = 12 if IS_SOAK else 5
OFTEN = ("--snapshot-entries", "30", "--log-entries-kept-min", "30")
CALLS = ("EVALSHA append.lua", "EVALSHA report.lua", "XREAD", "HSET snapshot")


class Storm:
    """Two servers, of which one is behind a cable that breaks, on a store that dies as well."""

    def __init__(self, seed, store, proxy, servers):
        self._rng = Random(seed)
        self._store = store
        self._proxy = proxy
        self._servers = servers

    async def strike(self):
        """Do one of the faults, and undo it."""
        faults = (self.kill_server, self.kill_store, self.freeze_server, self.cut, self.stop_server)
        await self._rng.choice(faults)()

    async def kill_server(self):
        server = self._rng.choice(self._servers)
        await server.kill_and_wait()
        await server.start()

    async def stop_server(self):
        server = self._rng.choice(self._servers)
        assert await server.stop() == 0
        await server.start()

    async def kill_store(self):
        """Its process: the kernel still writes what was written, so nothing is lost."""
        await self._store.kill()
        await self._store.start()

    async def freeze_server(self):
        self._rng.choice(self._servers).freeze()
        for server in self._servers:
            server.thaw()

    async def cut(self):
        cuts = self._proxy.cuts.total()
        self._proxy.cut_after(self._rng.choice(CALLS))
        await eventually(lambda: self._proxy.cuts.total() > cuts)


@pytest.mark.thorough  # the other files have each fault alone; tests/simulation has them at once
@pytest.mark.parametrize("seed", seeds(1))
async def test_a_storm_of_faults_loses_nothing(seed, tmp_path, tally):
    rng, archived = Random(seed), StorageSettings(archive_dir=tmp_path / "archive")
    archive = ("--archive-dir", str(archived.archive_dir))
    async with (
        running_store(BACKENDS[seed % 2], tmp_path / "store") as store,
        store_proxy(store.path) as proxy,
    ):
        servers = [
            Server(tmp_path / name, *OFTEN, *archive, redis_url=url)
            for name, url in (("a", store.url), ("b", proxy.url))
        ]
        async with serving(*servers):
            addresses = [server.address for server in servers]
            async with load_on(addresses, seed, clients=3, batch=2) as load:
                storm = Storm(seed, store, proxy, servers)
                for _ in range(FAULTS):
                    await load.reaches(rng.randrange(1, 150))
                    await storm.strike()
                await load.reaches(30)
            events = list(load.acknowledged.values())
            forgotten = [await not_remembered(address, events) for address in addresses]
            models = [await server.model() for server in servers]
        found = await judge(load.acknowledged, models, redis_url=store.url, settings=archived)
    tally(
        1, seed, faults=FAULTS, acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()
    assert forgotten == [[], []]
