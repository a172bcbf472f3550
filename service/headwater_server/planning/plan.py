"""The plan of a shop: stage, machines, store, lag, and what an event costs."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from headwater_server.planning.costs import Costs
from headwater_server.planning.demand import Demand
from headwater_server.planning.sizes import (
    DAY_S,
    SECOND_US,
    SNAPSHOT_OF_STATE,
    SNAPSHOTS,
    feedback_us,
    log_bytes,
)
from headwater_server.planning.stages import NAMES, Fleet, fleet_of, with_sparse_ranker

REDIS_GB_MAX = 32.0
"""From there a rewrite of the append-only file and a full copy to a replica take minutes."""
KAFKA_COPIES = 3
SNAPSHOT_INTERVAL_S = 300.0  # the setting's default


@dataclass(frozen=True, slots=True)
class Store:
    """Where the log is."""

    kind: str
    log_gb: float
    memory_gb: float
    """Of each node; of Redis twice its data, since a rewrite of the file is a fork."""
    disk_gb: float
    """Of all nodes."""
    nodes: int
    archive_gb_a_day: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What a shop needs. Shares are of the usable part of one core, at the peak."""

    demand: Demand
    fleet: Fleet
    store: Store
    gateway_cores: float
    learning_lag_ms: float
    """Mean time in which an event waits for those before it, at the peak."""
    catch_up_s: float
    """After a minute in which a server was away."""
    start_fold_s: float
    """What a start folds after the newest snapshot, at the mean rate."""
    event_us: float
    """CPU of all servers for one event."""
    event_log_bytes: float

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        named = {"stage_name": NAMES[self.fleet.stage]}
        server = asdict(self.fleet.server) | {
            "state_bytes": self.fleet.server.state_bytes,
            "memory_bytes": self.fleet.server.memory_bytes,
        }
        return asdict(self) | {"fleet": asdict(self.fleet) | named | {"server": server}}


def plan_of(demand: Demand, costs: Costs) -> Plan:
    """Return the plan of a shop.

    >>> from headwater_server.planning.costs import read_costs
    >>> plan_of(Demand(10_000, 100_000, 10, 10), read_costs().costs).fleet.stage
    'A'
    """
    fleet = fleet_of(demand, costs)
    paid = costs if fleet.ranker_every == 1 else with_sparse_ranker(costs)
    calls = demand.peak_recommends + demand.peak_events / demand.events_per_call
    own = demand.peak_events * paid.learn_us / SECOND_US / fleet.partitions
    learning_us, taking_us = paid.learn_us, feedback_us(demand, paid) - paid.learn_us
    others = fleet.servers - 1
    repeated_us = others * learning_us if fleet.partitions == 1 else fleet.machines * paid.fact_us
    days = demand.events_per_second * DAY_S * demand.days_kept
    return Plan(
        demand=demand,
        fleet=fleet,
        store=_store(demand, costs, fleet),
        gateway_cores=calls * costs.gateway_us / SECOND_US / demand.core_share,
        learning_lag_ms=paid.learn_us / 1000 * own / (2 * (1 - own)) if own < 1 else math.inf,
        catch_up_s=60 * _behind(demand.events_per_second, paid, fleet.partitions),
        start_fold_s=SNAPSHOT_INTERVAL_S
        * demand.events_per_second
        * paid.learn_us
        / SECOND_US
        / fleet.partitions,
        event_us=learning_us + taking_us + repeated_us,
        event_log_bytes=log_bytes(demand, costs) / days if days else 0.0,
    )


def _behind(events_per_second: float, costs: Costs, partitions: int) -> float:
    """Return the seconds that a second of absence takes to be caught up, while new events come."""
    busy = events_per_second * costs.learn_us / SECOND_US / partitions
    return busy / (1 - busy)


def _store(demand: Demand, costs: Costs, fleet: Fleet) -> Store:
    log_gb = log_bytes(demand, costs) / 1e9
    snapshots_gb = SNAPSHOTS * SNAPSHOT_OF_STATE * fleet.server.state_bytes / 1e9
    archive_gb = demand.events_per_second * DAY_S * costs.archive_bytes / 1e9
    data_gb = log_gb + snapshots_gb
    if fleet.stage == "D" or data_gb > REDIS_GB_MAX:
        disk_gb = KAFKA_COPIES * log_gb
        return Store("Kafka", log_gb, 8.0, disk_gb, KAFKA_COPIES, archive_gb)
    embedded = fleet.stage in {"A", "B"}
    nodes = 1 if embedded else 3
    kind = "embedded Valkey" if embedded else "Redis, a primary and two replicas"
    return Store(kind, log_gb, 2 * data_gb, 2 * data_gb * nodes, nodes, archive_gb)
