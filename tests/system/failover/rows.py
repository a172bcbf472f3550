"""The faults of the table, on sentinels and on a cluster."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.integration.waiting import eventually
from tests.system.crash.load import Load
from tests.system.failover.cluster_group import cluster_group
from tests.system.failover.scenario import Fault, Found, played
from tests.system.failover.sentinel_group import NAME, NODES, Group, Watched, sentinel_group

FAULTS = ("planned", "primary killed", "partitioned", "divided")
CLUSTER_FAULTS = ("slot moved", "node killed")


async def sentinel_row(
    fault: str, replicas: int, backend: str, path: Path, *, servers: int = 1
) -> Found:
    """Play one fault under sentinels."""
    async with sentinel_group(backend, path) as group:
        work = WORKS[fault]
        values = await played(path, group.url, replicas, work(group, replicas), servers=servers)
    return _found(fault, f"{replicas} of {NODES - 1}", backend, values)


async def cluster_row(fault: str, backend: str, path: Path, *, servers: int = 1) -> Found:
    """Play one fault on a cluster of three primaries with a replica each."""
    async with cluster_group(backend, path) as cluster:
        work: Fault = cluster.move_slot if fault == "slot moved" else cluster.kill_owner
        values = await played(path, cluster.url, 1, work, servers=servers)
    return _found(fault, "1 of 1", backend, values)


def _found(fault: str, promise: str, backend: str, values) -> Found:
    acknowledged, lost, doubled, unreported, after_s, restarts, differing = values
    return Found(
        fault, promise, backend, acknowledged, len(lost), doubled, unreported, after_s, restarts,
        differing,
    )  # fmt: skip


def planned(group: Group, replicas: int) -> Fault:
    """An operator asks the sentinels for another primary."""

    async def work(load: Load) -> None:
        old = await group.primary()
        await group.ask_sentinel("SENTINEL", "FAILOVER", NAME)
        await back(group, old, replicas)

    return work


def killed(group: Group, replicas: int) -> Fault:
    """The primary's process dies, and is started again by its machine when another took over."""

    async def work(load: Load) -> None:
        old = await group.primary()
        await old.store.kill()
        await another(group, old)
        await old.store.start()
        await back(group, old, replicas)

    return work


def partitioned(group: Group, replicas: int) -> Fault:
    """Our servers and the old primary are on one side, its replicas and sentinels on the other."""

    async def work(load: Load) -> None:
        old = await group.primary()
        old.network.cut(spares_servers=True)
        await another(group, old)
        await asyncio.sleep(1.0)  # the old primary still takes writes
        old.network.heal()
        await back(group, old, replicas)

    return work


def divided(group: Group, replicas: int) -> Fault:
    """The same, and one of the replicas stays with the old primary, and goes on confirming."""

    async def work(load: Load) -> None:
        old = await group.primary()
        beside = next(node for node in group.nodes if node is not old)
        beside.network.cut()
        old.network.cut(spares_servers=True, spared=str(beside.port))
        await another(group, old)
        await asyncio.sleep(1.0)
        beside.network.heal()
        old.network.heal()
        await back(group, old, replicas)

    return work


async def another(group: Group, old: Watched) -> Watched:
    """Return the new primary, when there is one."""

    async def there() -> bool:
        new = await group.primary()
        return new is not old and await new.serves(0)

    await eventually(there)
    return await group.primary()


async def back(group: Group, old: Watched, replicas: int) -> None:
    """Return when another one is the primary, and has as many replicas as are promised."""
    new = await another(group, old)
    await eventually(lambda: new.serves(replicas))


WORKS = {
    "planned": planned,
    "primary killed": killed,
    "partitioned": partitioned,
    "divided": divided,
}
