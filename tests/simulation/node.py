"""A machine with one replica on it: started, stopped, killed, and its calls answered or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headwater_server.engine.settings import EngineSettings
from headwater_server.errors import HeadwaterError, StoreUnavailable
from headwater_server.replica.assembly import restored_replica
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.group.identity import Identity
from headwater_server.replica.replica import Replica
from headwater_server.replica.settings import ReplicaSettings
from tests.simulation.link import Link
from tests.simulation.sim_ports import SimSnapshots
from tests.simulation.sim_stores import SimStores
from tests.simulation.virtual_loop import OWNER, Tasks

if TYPE_CHECKING:
    from tests.simulation.world import World

SETTINGS = replace(
    ReplicaSettings(), snapshot_entries=6, linger_from_calls=2, group_operations_max=5
)


class Node:
    """``replica`` is None while it is down."""

    def __init__(self, name: str, world: World, engine_type: Any) -> None:
        self.name = name
        self.replica: Replica | None = None
        self.starts = 0
        self._world = world
        self._engine_type = engine_type
        self._starting = asyncio.Lock()
        self._tasks: Tasks = []
        self._connect()

    def _connect(self) -> None:
        self.link = Link(self._world.store, self._world.random, self._world.weather)
        self.snapshots = SimSnapshots(self.link)
        self._tasks = []

    async def start(self) -> None:
        """Start, again and again as an operator would, until it serves."""
        async with self._starting:
            while self.replica is None:
                await self._try_to_start()

    async def _try_to_start(self) -> None:
        self.starts += 1
        self._connect()
        try:
            replica = await self._run(self._started())
        except LogBroken:  # as `headwater doctor --drop-snapshots`
            store = self._world.store
            store.snapshots = [one for one in store.snapshots if store.holds(one.meta.position)]
        except HeadwaterError:  # the store is away, or full
            await asyncio.sleep(0.05)
        else:
            self.replica = replica

    async def _started(self) -> Replica:
        made: list[Replica] = []

        def on_read(position: Any) -> None:
            if made and not self._world.is_over:
                self._world.check(lambda: self._world.oracle.reading(position, made[0].engine))

        replica = await restored_replica(
            SimStores(self.link, on_read, self.snapshots),
            engine_settings=EngineSettings(),
            settings=SETTINGS,
            engine_type=self._engine_type,
            now_ms=self._world.now_ms,
            identity=Identity(f"{self.name}-{self.starts}", self.name, self.starts),
        )
        made.append(replica)
        await replica.start()
        return replica

    def kill(self) -> None:
        """As `kill -9`: what it had sent still arrives at the store."""
        self.link.is_dead = True
        self.replica = None
        for task in self._tasks:
            task.cancel()

    async def stop(self) -> None:
        """Stop in order; calls that come meanwhile hear that it stops."""
        if self.replica is not None:
            replica = self.replica
            await self._run(replica.stop())
            if self.replica is replica:
                self.replica = None

    async def ask(self, call: Callable[[Replica], Coroutine[Any, Any, Any]]) -> Any:
        """Return the answer and who gave it. `StoreUnavailable` if it dies meanwhile."""
        replica = self.replica
        if replica is None:
            raise StoreUnavailable("nobody listens there")
        return await self._run(call(replica)), replica

    async def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        context: Context = copy_context()
        context.run(OWNER.set, self._tasks)
        task = asyncio.get_running_loop().create_task(work, context=context)
        await asyncio.wait([task])
        if task.cancelled():
            raise StoreUnavailable("the connection was reset")
        return task.result()
