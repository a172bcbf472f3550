"""Three primaries with a replica each; the slot of our log can be moved, its owner killed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from redis.crc import key_slot

from headwater_server.errors import StoreUnavailable
from headwater_server.storage.key_names import Keys
from tests.integration.api_server import free_port
from tests.integration.waiting import eventually
from tests.system.crash.load import Load
from tests.system.crash.real_store import running_store
from tests.system.failover.node import Node

SLOT = key_slot(Keys("default").log.encode())
SLOTS = 16_384
PRIMARIES = 3
MOVE_MS = 2_000


class Member(Node):
    """A node of the cluster; its id is known once it runs."""

    node_id = ""


class Cluster:
    """The members; the first three are primaries at first."""

    def __init__(self, members: list[Member]) -> None:
        self.members = members
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in members[:2])
        self.url = f"redis+cluster://{hosts}"

    async def owner(self) -> Member:
        """Return who has the slot of our log, by the first member that answers."""
        for member in self.members:
            try:
                ranges = await member.ask("CLUSTER SLOTS")
            except StoreUnavailable:
                continue
            port = _owner_port(ranges)
            return next(one for one in self.members if one.port == port)
        raise AssertionError("no member answers")

    async def move_slot(self, load: Load) -> None:
        """Move it twice, key by key, while events are written; come back when it is moved."""
        for _ in range(2):
            source = await self.owner()
            primaries = [one for one in self.members if await one.serves(0)]
            target = next(one for one in primaries if one is not source)
            await target.ask("CLUSTER SETSLOT", SLOT, "IMPORTING", source.node_id)
            await source.ask("CLUSTER SETSLOT", SLOT, "MIGRATING", target.node_id)
            await load.reaches(5)
            while keys := await source.ask("CLUSTER GETKEYSINSLOT", SLOT, 1):
                await source.ask("MIGRATE", "127.0.0.1", target.port, keys[0], 0, MOVE_MS)
            for one in (target, source, *primaries):
                await one.ask("CLUSTER SETSLOT", SLOT, "NODE", target.node_id)
            await load.reaches(5)

    async def kill_owner(self, load: Load) -> None:
        """Kill the primary with our slot; come back when its replica took over and it follows."""
        old = await self.owner()
        await old.store.kill()

        async def taken() -> bool:
            new = await self.owner_by_others(old)
            return new is not old

        await eventually(taken)
        await old.store.start()
        new = await self.owner_by_others(old)
        await eventually(lambda: new.serves(1))

    async def owner_by_others(self, old: Member) -> Member:
        """Return the owner as others than ``old`` see it."""
        other = next(one for one in self.members if one is not old)
        port = _owner_port(await other.ask("CLUSTER SLOTS"))
        return next(one for one in self.members if one.port == port)


def _owner_port(ranges: Any) -> int:
    if isinstance(ranges, dict):
        found = (v["primary"][1] for (low, high), v in ranges.items() if low <= SLOT <= high)
    else:
        found = (one[2][1] for one in ranges if one[0] <= SLOT <= one[1])
    return int(next(found))


@asynccontextmanager
async def cluster_group(backend: str, path: Path) -> AsyncIterator[Cluster]:
    """Run a cluster that covers all slots."""
    async with AsyncExitStack() as stack:
        members: list[Member] = []
        for number in range(2 * PRIMARIES):
            port = free_port()
            store = await stack.enter_async_context(
                running_store(
                    backend, path / f"c{number}", port=str(port), cluster_enabled="yes",
                    cluster_port=str(free_port()), cluster_node_timeout="1500",
                    repl_diskless_sync_delay="0", shutdown_timeout="0",
                    cluster_announce_ip="127.0.0.1",
                )
            )  # fmt: skip
            members.append(Member(store, port))
        await _joined(members)
        yield Cluster(members)


async def _joined(members: list[Member]) -> None:
    for member in members:
        member.node_id = (await member.ask("CLUSTER MYID")).decode()
    for number, member in enumerate(members[:PRIMARIES]):
        low, high = number * SLOTS // PRIMARIES, (number + 1) * SLOTS // PRIMARIES - 1
        await member.ask("CLUSTER ADDSLOTSRANGE", low, high)
    for member in members[1:]:
        bus = await _bus(member)
        await members[0].ask("CLUSTER MEET", "127.0.0.1", member.port, bus)
    await eventually(lambda: _agree(members))
    for primary, replica in zip(members, members[PRIMARIES:], strict=False):
        await replica.ask("CLUSTER REPLICATE", primary.node_id)
    for primary in members[:PRIMARIES]:
        await eventually(lambda primary=primary: primary.serves(1))
    await eventually(lambda: _agree(members))


async def _bus(member: Member) -> int:
    answer = await member.ask("CONFIG", "GET", "cluster-port")
    values = list(answer.values()) if isinstance(answer, dict) else answer[1::2]
    return int(values[0])


async def _agree(members: list[Member]) -> bool:
    for member in members:
        info = await member.ask("CLUSTER INFO")
        if info["cluster_state"] != "ok" or int(info["cluster_known_nodes"]) != len(members):
            return False
    return True
