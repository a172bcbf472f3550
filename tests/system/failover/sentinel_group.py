"""A primary, two replicas and three sentinels: real processes, each reached through a network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from headwater_server.errors import StoreUnavailable
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from tests.integration.api_server import free_port
from tests.integration.conftest import program
from tests.integration.waiting import eventually
from tests.system.crash.real_store import RealStore, running_store
from tests.system.failover.node import Node
from tests.system.failover.tcp_proxy import Network, network_to

NAME = "shop"
NODES, SENTINELS = 3, 3
PROMPT = {
    "repl_diskless_sync_delay": "0", "repl_ping_replica_period": "1", "repl_timeout": "4",
    "shutdown_timeout": "0", "replica_announce_ip": "127.0.0.1",
}  # fmt: skip
DOWN_MS = 1_000


class Watched(Node):
    """A node that others reach through its network."""

    def __init__(self, store: RealStore, network: Network, port: int) -> None:
        super().__init__(store, port)
        self.network = network


class Group:
    """The nodes, and the sentinels that watch them."""

    def __init__(self, nodes: list[Watched], sentinels: list[int]) -> None:
        self.nodes = nodes
        self.sentinels = sentinels
        hosts = ",".join(f"127.0.0.1:{port}" for port in sentinels)
        self.url = f"redis+sentinel://{hosts}/{NAME}/0"

    async def primary(self) -> Watched:
        """Return the node that the first sentinel names."""
        _, port = await self.ask_sentinel("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)
        return next(node for node in self.nodes if node.port == int(port))

    async def ask_sentinel(self, *command: str, which: int = 0) -> Any:
        """Send a command to one of the sentinels."""
        client = Store(f"redis://127.0.0.1:{self.sentinels[which]}", StorageSettings())
        try:
            return await client.call(*command)
        finally:
            await client.close()

    async def agree(self) -> bool:
        """Whether each sentinel knows both replicas and both other sentinels."""
        for which in range(SENTINELS):
            fields = await self.ask_sentinel("SENTINEL", "MASTER", NAME, which=which)
            state = _mapping(fields)
            known = int(state["num-slaves"]), int(state["num-other-sentinels"])
            if known != (NODES - 1, SENTINELS - 1) or state["flags"] != "master":
                return False
        return True


def _mapping(fields: Any) -> dict[str, str]:
    if isinstance(fields, dict):
        return {_text(name): _text(value) for name, value in fields.items()}
    texts = [_text(one) for one in fields]
    return dict(zip(texts[::2], texts[1::2], strict=True))


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@asynccontextmanager
async def sentinel_group(backend: str, path: Path, **options: str) -> AsyncIterator[Group]:
    """Run a group whose sentinels agree."""
    async with AsyncExitStack() as stack:
        nodes: list[Watched] = []
        for number in range(NODES):
            port = free_port()
            network, through = await stack.enter_async_context(network_to(port))
            of = {"replicaof": f"127.0.0.1 {nodes[0].port}"} if nodes else {}
            announced = {"port": str(port), "replica_announce_port": str(through)}
            store = await stack.enter_async_context(
                running_store(backend, path / f"n{number}", **PROMPT, **announced, **of, **options)
            )
            nodes.append(Watched(store, network, through))
        await eventually(lambda: nodes[0].serves(NODES - 1))
        ports = [
            await stack.enter_async_context(_sentinel(backend, path / f"s{n}", nodes[0].port))
            for n in range(SENTINELS)
        ]
        group = Group(nodes, ports)
        await eventually(group.agree)
        yield group


@asynccontextmanager
async def _sentinel(backend: str, path: Path, primary: int) -> AsyncIterator[int]:
    port, file = free_port(), _emptied(path) / "sentinel.conf"
    lines = (
        f"port {port}",
        "bind 127.0.0.1",
        f"dir {path}",
        f"logfile {path}/sentinel.log",
        f"sentinel monitor {NAME} 127.0.0.1 {primary} 2",
        f"sentinel down-after-milliseconds {NAME} {DOWN_MS}",
        f"sentinel failover-timeout {NAME} 4000",
        f"sentinel parallel-syncs {NAME} 2",
    )
    file.write_text("\n".join(lines) + "\n")
    process = await asyncio.create_subprocess_exec(
        str(program(backend)), str(file), "--sentinel", stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await eventually(lambda: _answers(port))
        yield port
    finally:
        process.kill()
        await process.wait()


def _emptied(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


async def _answers(port: int) -> bool:
    client = Store(f"redis://127.0.0.1:{port}", StorageSettings())
    try:
        return bool(await client.call("PING"))
    except StoreUnavailable:
        return False
    finally:
        await client.close()
