"""Memory and cores of a server, and the size of its log."""

from __future__ import annotations

from dataclasses import dataclass

from headwater_server.planning.costs import Costs
from headwater_server.planning.demand import Demand

SECOND_US = 1e6
DAY_S = 86_400
SINGLE_TO_MANY = 20.0
"""Events in a call or entry from which one costs what it costs in a large one."""
ROWS_MIN, ROWS_MAX = 8, 256
SNAPSHOTS = 2
SNAPSHOT_OF_STATE = 0.5
"""A snapshot is compressed; measured on the state of a million items and visitors."""


@dataclass(frozen=True, slots=True)
class Server:
    """One server that holds everything; bytes, and shares of a core at the peak."""

    items_bytes: float
    pairs_bytes: float
    visitors_bytes: float
    event_ids: float
    event_ids_bytes: float
    process_bytes: float
    snapshot_bytes: float
    learning: float
    """Of a core, for events that others took."""

    @property
    def state_bytes(self) -> float:
        """Return the size of the state."""
        return self.items_bytes + self.pairs_bytes + self.visitors_bytes + self.event_ids_bytes

    @property
    def memory_bytes(self) -> float:
        """Return what the process needs while it takes a snapshot."""
        return self.process_bytes + self.state_bytes + self.snapshot_bytes


def server_of(demand: Demand, costs: Costs) -> Server:
    """Return what one server of this shop takes."""
    ids = demand.events_per_second * 3600 * demand.deduplication_hours
    items, visitors = demand.items * costs.item_bytes, demand.visitors * costs.visitor_bytes
    pairs = demand.items * room(demand.pairs_per_item) * costs.pair_bytes
    ids_bytes = ids * costs.event_id_bytes
    return Server(
        items_bytes=items,
        pairs_bytes=pairs,
        visitors_bytes=visitors,
        event_ids=ids,
        event_ids_bytes=ids_bytes,
        process_bytes=costs.process_bytes,
        snapshot_bytes=costs.snapshot_share * (items + pairs + visitors + ids_bytes),
        learning=demand.peak_events * costs.learn_us / SECOND_US,
    )


def room(pairs: int) -> int:
    """Return the places that an item with so many pairs has: they double from 8 to 256.

    >>> room(1), room(9), room(64), room(1000)
    (8, 16, 64, 256)
    """
    return min(ROWS_MAX, max(ROWS_MIN, 1 << (pairs - 1).bit_length()))


def between(one: float, many: float, together: float) -> float:
    """Return the cost of an event, of so many together: from that of one alone to that of many.

    >>> between(900.0, 380.0, 1), between(900.0, 380.0, 1000)
    (900.0, 380.0)
    """
    if together >= SINGLE_TO_MANY:
        return many
    return many + (one - many) / together


def feedback_us(demand: Demand, costs: Costs) -> float:
    """Return what an event costs the server that takes it; at least what learning it costs."""
    alone, many = costs.feedback_one_us, costs.feedback_many_us
    return max(costs.learn_us, between(alone, many, demand.events_per_call))


def log_bytes(demand: Demand, costs: Costs) -> float:
    """Return the bytes of the log that the store keeps."""
    one = between(costs.log_one_bytes, costs.log_many_bytes, demand.events_per_call)
    return demand.events_per_second * DAY_S * demand.days_kept * one
