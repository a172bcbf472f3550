"""Who does what goes wrong: one fault after the other, at random times, each undone in the end."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from headwater_server.replica.ports.position import START
from tests.simulation.oracle import Violated

if TYPE_CHECKING:
    from headwater_server.replica.replica import Replica
    from tests.simulation.node import Node
    from tests.simulation.world import World


class Nemesis:
    """``done`` counts the faults by name; each takes a replica of its own choice."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = world.random
        self.done: Counter[str] = Counter()
        self.all = [
            self.kill,
            self.stop_in_order,
            self.cut,
            self.slow,
            self.store_away,
            self.store_full,
            self.tear,
            self.lose_tail,
        ]

    async def run(self, faults: int) -> None:
        for _ in range(faults):
            await asyncio.sleep(self._random.uniform(0, 0.4))
            fault = self._random.choice(self.all)
            node = self._random.choice(self._world.nodes)
            self.done[fault.__name__] += 1
            self._world.note(f"fault: {fault.__name__} {node.name}")
            await fault(node)

    async def kill(self, node: Node) -> None:
        node.kill()
        await self._while()
        await node.start()

    async def stop_in_order(self, node: Node) -> None:
        await node.stop()
        await self._while()
        await node.start()

    async def cut(self, node: Node) -> None:
        """No call of one replica goes through, and no answer."""
        node.link.is_cut = True
        await self._while()
        node.link.is_cut = False

    async def slow(self, node: Node) -> None:
        node.link.is_slow = True
        await self._while()
        node.link.is_slow = False

    async def store_away(self, node: Node) -> None:
        """It is started again, without a loss."""
        self._world.store.epoch += 1
        links = [one.link for one in self._world.nodes]
        for link in links:
            link.is_cut = True
        await self._while()
        for link in links:
            link.is_cut = False

    async def store_full(self, node: Node) -> None:
        self._world.store.is_full = True
        await self._while()
        self._world.store.is_full = False

    async def tear(self, node: Node) -> None:
        """What is published is damaged, and what is written next will be."""
        for kept in self._world.store.snapshots:
            kept.damaged = self._random.random() < 0.5
        node.snapshots.is_tearing = True
        await self.kill(node)

    async def lose_tail(self, node: Node) -> None:
        """A power cut, or a failover: the end of the log is gone, and the clock is another."""
        store = self._world.store
        lost = store.lose_tail(self._random.randint(0, 4), self._random.randint(-300, 300))
        self._world.oracle.lost(lost, store.entries)

    async def operate(self) -> None:
        """Start each replica again that shares nothing with the log, as an operator would.

        All others return to the log by themselves.
        """
        while True:
            await asyncio.sleep(self._random.uniform(0, 1))
            for node in self._world.nodes:
                if node.replica is not None and (fault := node.replica.own.health.fault):
                    self._world.note(f"{node.name} is broken: {fault}")
                    self._world.check(partial(self._shares_nothing, node.replica))
                    node.kill()
                    await node.start()

    def _shares_nothing(self, replica: Replica) -> None:
        positions = replica.shell.tail.recent.positions()
        shared = [one for one in positions if one != START and self._world.store.holds(one)]
        if shared:
            raise Violated(f"a replica is broken that shares {shared[-1]} with the log")

    async def _while(self) -> None:
        await asyncio.sleep(self._random.uniform(0.05, 1.0))
