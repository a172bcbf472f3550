"""One run: a store, some replicas, some shops and what goes wrong, all from one seed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from tests.integration.counting_engine import CountingEngine
from tests.simulation.clients import Client
from tests.simulation.link import Weather
from tests.simulation.nemesis import Nemesis
from tests.simulation.node import Node
from tests.simulation.oracle import Oracle, Violated
from tests.simulation.sim_store import SimEntry, SimStore
from tests.simulation.surroundings import surrounded
from tests.simulation.virtual_loop import VirtualLoop

BEGAN_MS = 1_700_000_000_000
RUN_S = 300.0  # of virtual time: a longer wait counts as endless
SETTLED_S = 30.0  # a call that a slow link took takes up to ten
SLOWNESS_S = 0.001  # an engine is slow now and then: interrupted in the middle of an entry


@dataclass(frozen=True)
class Run:
    """The result of a seed; ``trace`` contains all of it, in order."""

    seed: int
    acknowledged: int
    faults: int
    in_bound: int
    missing: list[str]
    doubled: list[str]
    violation: str
    trace: list[str]


class World:
    """``is_over`` when a promise was broken: nobody goes on then."""

    def __init__(self, seed: int, loop: VirtualLoop, rng: Random, engine_type: Any) -> None:
        self.seed = seed
        self.random = rng
        self.is_over = False
        self.violation = ""
        self.trace: list[str] = []
        self.event_ids: list[str] = []
        self._loop = loop
        self.oracle = Oracle()
        self.store = SimStore(self.now_ms, self._appended)
        self.weather = Weather(
            refused=rng.choice((0, 0.02, 0.1)),
            unheard=rng.choice((0, 0.02, 0.1)),
            delay_s=rng.choice((0.0005, 0.005, 0.05)),
        )
        self.nodes = [Node(f"n{number}", self, engine_type) for number in range(rng.randint(1, 3))]
        self.nemesis = Nemesis(self)

    def now_ms(self) -> int:
        return BEGAN_MS + int(self._loop.time() * 1_000)

    def note(self, text: str) -> None:
        self.trace.append(f"{self._loop.time():9.4f} {text}")

    def check(self, looks: Callable[[], None]) -> None:
        """Note the first promise that is broken."""
        try:
            looks()
        except Violated as violated:
            self.note(f"VIOLATED: {violated}")
            self.violation = self.violation or str(violated)
            self.is_over = True

    def _appended(self, entry: SimEntry) -> None:
        self.note(f"entry {entry.position.sequence} {entry.position.offset}")
        self.check(lambda: self.oracle.appended(entry))

    async def play(self) -> None:
        """Go through all of it; then all must be well, and all replicas at the log's head."""
        await asyncio.gather(*(node.start() for node in self.nodes))
        clients = [Client(f"c{number}", self) for number in range(self.random.randint(1, 4))]
        calls, faults = self.random.randint(2, 8), self.random.randint(0, 6)
        operator = asyncio.create_task(self.nemesis.operate())
        await asyncio.gather(self.nemesis.run(faults), *(client.run(calls) for client in clients))
        self.weather.refused = self.weather.unheard = 0
        await self._settled()
        operator.cancel()
        self.check(self._all_is_well)

    async def _settled(self) -> None:
        """Wait until all is well, as it must be soon when nothing goes wrong any more."""
        end_s = self._loop.time() + SETTLED_S
        while self._loop.time() < end_s and not self.is_over:
            await asyncio.sleep(0.6)  # a replica looks at the head about twice a second
            with suppress(Violated):
                self._all_is_well()
                return

    def _all_is_well(self) -> None:
        head = self.store.head
        for node in self.nodes:
            if node.replica is None or node.replica.own.health.reason:
                raise Violated(f"{node.name} does not serve")
            if node.replica.shell.tail.position != head:
                raise Violated(f"{node.name} is not at the log's head")
            self.oracle.reading(head, node.replica.engine)
        if self.oracle.missing() or self.oracle.doubled():
            raise Violated("what was acknowledged was lost, or learned twice")


def play(seed: int, engine_type: Any = CountingEngine) -> Run:
    """Play one seed; nothing but the seed and the code decides what happens."""
    rng = Random(seed)
    loop = VirtualLoop(rng)
    random.seed(seed)  # the waits between tries
    world = World(seed, loop, rng, engine_type)
    with surrounded(lambda: loop.time() + rng.random() * SLOWNESS_S):
        try:
            loop.run_until_complete(asyncio.wait_for(world.play(), RUN_S))
        except TimeoutError:
            world.check(partial(_raise, "a task waits forever"))
        finally:
            _end(loop)
    if loop.faults and not world.violation:
        world.violation = loop.faults[0]
    links = sum(node.link.faults for node in world.nodes)
    return Run(
        seed, len(world.oracle.acknowledged), links + sum(world.nemesis.done.values()),
        world.oracle.in_bound, world.oracle.missing(), world.oracle.doubled(),
        world.violation, world.trace,
    )  # fmt: skip


def _raise(text: str) -> None:
    raise Violated(text)


def _end(loop: VirtualLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.close()
