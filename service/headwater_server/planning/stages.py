"""Which stage a shop needs: one process, workers of a machine, many machines, partitions."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from headwater_server.planning.costs import Costs
from headwater_server.planning.demand import Demand
from headwater_server.planning.sizes import SECOND_US, Server, feedback_us, server_of

NAMES = {
    "A": "one process",
    "B": "workers of one machine",
    "C": "many machines before one log",
    "D": "partitions by visitor (designed, not built)",
}
RANKER_EVERY = 4
OF_THE_SYSTEM = 0.8
"""Of a machine's memory, what its processes may have; and one core is the system's."""
LOG_SHARE_MAX = 0.85
"""Of the usable part of a core, what learning may take at most: a server has to answer as well."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """How many servers there are, on how many machines."""

    stage: str
    servers: int
    machines: int
    """Without the store's and the gateway's."""
    partitions: int
    ranker_every: int
    server: Server
    reasons: tuple[str, ...]
    load: float
    """Of the usable part of a server's core at the peak."""


def fleet_of(demand: Demand, costs: Costs) -> Fleet:
    """Return the smallest stage that carries the shop, and why no smaller one does."""
    reasons: list[str] = []
    for ranker_every in (1, RANKER_EVERY):
        cheaper = costs if ranker_every == 1 else with_sparse_ranker(costs)
        server = server_of(demand, cheaper)
        if server.learning > LOG_SHARE_MAX * demand.core_share:
            reasons.append(_too_many_events(demand, server, ranker_every))
        elif server.memory_bytes > machine_bytes(demand):
            reasons.append(_too_large(demand, server))
            break
        else:
            found = _on_one_log(demand, cheaper, server, ranker_every)
            return replace(found, reasons=(*reasons, *found.reasons))
    return _partitioned(demand, with_sparse_ranker(costs), tuple(reasons))


def with_sparse_ranker(costs: Costs) -> Costs:
    """Return the costs when the ranker learns from every fourth interaction only."""
    saved_us = costs.ranker_share * costs.learn_us
    return replace(
        costs,
        learn_us=costs.learn_us - saved_us,
        feedback_one_us=costs.feedback_one_us - saved_us,
        feedback_many_us=costs.feedback_many_us - saved_us,
    )


def machine_bytes(demand: Demand) -> float:
    """Return the memory of a machine that servers may have."""
    return OF_THE_SYSTEM * demand.memory_gb * 1e9


def servers_needed(demand: Demand, costs: Costs) -> tuple[int, float]:
    """Return how many servers carry the calls of one log, and how much of each core they use.

    Each learns all events. What is left of its core takes calls: lists, and the part of Feedback
    that is not learning.
    """
    learning = demand.peak_events * costs.learn_us / SECOND_US
    taking_us = demand.peak_events * (feedback_us(demand, costs) - costs.learn_us)
    calls = (taking_us + demand.peak_recommends * costs.recommend_us) / SECOND_US
    count = max(1, math.ceil(calls / (demand.core_share - learning)))
    return count, (learning + calls / count) / demand.core_share


def _on_one_log(demand: Demand, costs: Costs, server: Server, ranker_every: int) -> Fleet:
    count, load = servers_needed(demand, costs)
    # a follower takes the snapshots beside workers
    together = 1 if count == 1 else count + 1
    fitting = min(demand.cores - 1, int(machine_bytes(demand) / server.memory_bytes))
    fleet = Fleet("A", count, 1, 1, ranker_every, server, (), load)
    if not demand.redundant and together <= fitting:
        if count == 1:
            return replace(fleet, reasons=("one process carries the calls and the events",))
        text = f"one core does not: {count} workers share the calls, and each learns every event"
        return replace(fleet, stage="B", reasons=(text,))
    reasons = [] if together <= fitting else [_too_many(together, demand)]
    if demand.redundant:
        reasons.append("answers go on while a machine is away: the others carry all calls then")
    servers, machines = _spread(count, max(1, fitting), redundant=demand.redundant)
    load *= count / servers
    return replace(
        fleet, stage="C", servers=servers, machines=machines, reasons=tuple(reasons), load=load
    )


def _spread(count: int, fitting: int, *, redundant: bool) -> tuple[int, int]:
    """Return servers and machines, of which one may be away if that is wanted.

    >>> _spread(5, 15, redundant=True), _spread(20, 15, redundant=True)
    ((10, 2), (30, 3))
    """
    if not redundant:
        return count, max(2, math.ceil(count / fitting))
    left = math.ceil(count / fitting)
    return (left + 1) * math.ceil(count / left), left + 1


def _too_many(servers: int, demand: Demand) -> str:
    return (
        f"{servers} servers do not fit one machine of {demand.cores} cores and "
        f"{demand.memory_gb:g} GB"
    )


def _partitioned(demand: Demand, costs: Costs, reasons: tuple[str, ...]) -> Fleet:
    """Return partitions by visitor: each learns its own events, and counts those of the others."""
    usable_us = demand.core_share * SECOND_US
    own_us = feedback_us(demand, costs)
    work_us = demand.peak_events * own_us + demand.peak_recommends * costs.recommend_us
    count = max(2, math.ceil(work_us / usable_us))
    whole = server_of(demand, costs)
    share = replace(
        whole,
        visitors_bytes=whole.visitors_bytes / count,
        event_ids=whole.event_ids / count,
        event_ids_bytes=whole.event_ids_bytes / count,
        snapshot_bytes=costs.snapshot_share
        * (
            whole.items_bytes
            + whole.pairs_bytes
            + (whole.visitors_bytes + whole.event_ids_bytes) / count
        ),
        learning=whole.learning / count,
    )
    facts = demand.peak_events * costs.fact_us / usable_us  # cores, once a machine
    cores = max(1.0, demand.cores - 1 - facts)
    by_cores = math.ceil(count / cores)
    # tables of items are once a machine; what is of visitors is spread over all
    spread = whole.visitors_bytes + whole.event_ids_bytes + count * whole.process_bytes
    tables = (1 + costs.snapshot_share) * (whole.items_bytes + whole.pairs_bytes)
    left = max(1.0, machine_bytes(demand) - tables)
    by_memory = math.ceil((1 + costs.snapshot_share) * spread / left)
    machines = max(2, by_cores, by_memory) + demand.redundant
    load = work_us / (count * usable_us)
    return Fleet("D", count, machines, count, RANKER_EVERY, share, reasons, load)


def _too_many_events(demand: Demand, server: Server, ranker_every: int) -> str:
    most = LOG_SHARE_MAX * demand.core_share
    said = f"with ranker_every {ranker_every}, one log" if ranker_every > 1 else "one log"
    return (
        f"{said} cannot carry it: to learn {demand.peak_events:,.0f} events a second takes "
        f"{server.learning:.2f} cores on every server, and one thread has {most:.2f} for it"
    )


def _too_large(demand: Demand, server: Server) -> str:
    return (
        f"one server needs {server.memory_bytes / 1e9:,.0f} GB, and a machine has "
        f"{machine_bytes(demand) / 1e9:,.0f} GB for it"
    )
