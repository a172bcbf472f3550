"""Rounds that interleave: each server meets each load once a round, in turn."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import psutil

from benchmarks.serving.figures import Figures, figures
from benchmarks.serving.load import Load
from benchmarks.serving.order import Calls, Order, Stream
from benchmarks.serving.program import Program
from benchmarks.serving.workload import Workload

WARM_S = 0.5


@dataclass(frozen=True)
class Case:
    """One kind of load, without a pause, ``in_flight`` calls at a time."""

    call: str
    in_flight: int

    @property
    def name(self) -> str:
        """What it is called in the report."""
        return f"{self.call}, {self.in_flight} in flight"


CASES = (Case("Recommend", 16), Case("Feedback", 16), Case("Feedback", 64))


@dataclass
class Bench:
    """A generator, the servers, and what was measured: (case, server) to figures by round."""

    load: Load
    servers: Sequence[Program]
    workload: Workload
    on_step: Callable[[str], None]
    measured: dict[tuple[str, str], list[Figures]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._orders = itertools.count()

    def run(self, cases: Sequence[Case], rounds: int, seconds: float) -> None:
        """Warm every pair, then measure; each round begins with another server."""
        pairs = [(server, case) for case in cases for server in self.servers]
        for server, case in pairs:
            self.on_step(f"warm {server.name}")
            self.measure(server, case, WARM_S)
        for n in range(rounds):
            turn = n % len(self.servers)
            for case in cases:
                for server in (*self.servers[turn:], *self.servers[:turn]):
                    self.on_step(f"round {n + 1}: {case.name}, {server.name}")
                    taken = self.measure(server, case, seconds)
                    self.measured.setdefault((case.name, server.name), []).append(taken)

    def measure(self, server: Program, case: Case, seconds: float) -> Figures:
        """Return the figures of one server under one load."""
        store = server.store_process()
        before = [_cpu_s(p) for p in (server.process, store, self.load.process)]
        stream = Stream(case.call, seconds, case.in_flight)
        calls = self.load.run(self.order(server, stream))[0]
        after = [_cpu_s(p) for p in (server.process, store, self.load.process)]
        return figures(calls, *(b - a for a, b in zip(before, after, strict=True)))

    def order(self, server: Program, *streams: Stream) -> Order:
        """Return an order with event ids that no other has."""
        seed = f"order-{next(self._orders)}"
        return Order(server.address, seed, self.workload.items, self.workload.visitors, streams)

    def both(self, server: Program, *streams: Stream) -> list[Calls]:
        """Run streams against one server at the same time."""
        return self.load.run(self.order(server, *streams))


def _cpu_s(process: psutil.Process | None) -> float:
    if process is None:
        return 0.0
    times = process.cpu_times()
    return float(times.user + times.system)
