"""Rounds that interleave: each server meets each load once a round, in turn."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.serving.figures import Figures, figures
from benchmarks.serving.load import Load
from benchmarks.serving.order import Calls, Order, Stream
from benchmarks.serving.program import Program, seconds_of
from benchmarks.shops.shop import Shop

WARM_S = 0.5


@dataclass(frozen=True)
class Case:
    """One kind of load, without a pause, ``in_flight`` calls at a time."""

    call: str
    in_flight: int
    events: int = 1

    @property
    def name(self) -> str:
        """What it is called in the report.

        >>> Case("Recommend", 16).name, Case("Feedback", 4, 100).name
        ('Recommend, 16 in flight', 'Feedback of 100, 4 in flight')
        """
        of = f" of {self.events}" if self.call == "Feedback" else ""
        return f"{self.call}{of}, {self.in_flight} in flight"


Measured = dict[tuple[str, str], list[Figures]]
"""(case, server) to the figures, a value a round."""


@dataclass
class Rounds:
    """A generator, the servers with the shops they know, and what was measured."""

    load: Load
    servers: Sequence[Program]
    shops: dict[str, Shop]
    on_step: Callable[[str], None] = lambda _: None
    connections: int = 1
    measured: Measured = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._seeds = itertools.count(secrets.randbits(40))  # ids that no earlier run has used

    def run(self, cases: Sequence[Case], rounds: int, seconds: float) -> Measured:
        """Warm every pair, then measure; each round begins with another server."""
        for case, server in itertools.product(cases, self.servers):
            self.on_step(f"warm {server.name}")
            self.measure(server, case, WARM_S)
        for n in range(rounds):
            turn = n % len(self.servers)
            for case in cases:
                for server in (*self.servers[turn:], *self.servers[:turn]):
                    self.on_step(f"round {n + 1}: {case.name}, {server.name}")
                    taken = self.measure(server, case, seconds)
                    self.measured.setdefault((case.name, server.name), []).append(taken)
        return self.measured

    def measure(self, server: Program, case: Case, seconds: float) -> Figures:
        """Return the figures of one server under one load."""
        before = self._cpu_s(server)
        calls = self.both(server, Stream(case.call, seconds, case.in_flight, events=case.events))[0]
        after = self._cpu_s(server)
        return figures(calls, case.events, *(b - a for a, b in zip(before, after, strict=True)))

    def _cpu_s(self, server: Program) -> tuple[float, float, float]:
        return server.cpu_s(), server.store_cpu_s(), seconds_of(self.load.process)

    def order(self, server: Program, *streams: Stream) -> Order:
        """Return an order with event ids that no other has."""
        shop = self.shops[server.name]
        sizes = (shop.items, shop.visitors)
        return Order(server.address, next(self._seeds), *sizes, streams, self.connections)

    def both(self, server: Program, *streams: Stream) -> list[Calls]:
        """Run streams against one server at the same time."""
        return self.load.run(self.order(server, *streams))
