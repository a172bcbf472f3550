"""The measurements of a replica at one moment, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from headwater_server.engine.measures.metrics import Metric


@dataclass(frozen=True, slots=True)
class Paying:
    """What came of lists on the present day, and the lift against the hold-outs.

    ``of_lists``: (placement, policy) -> figures; ``revenue``: (placement, policy, currency) ->
    amount; ``shop_orders`` and ``shop_revenue``, by currency: of the whole shop; ``lifts``:
    (experiment, metric) -> lift, low, high, None: not known.
    """

    of_lists: Mapping[tuple[str, str], Mapping[str, int]] = field(default_factory=dict)
    revenue: Mapping[tuple[str, str, str], float] = field(default_factory=dict)
    shop_orders: int = 0
    shop_revenue: Mapping[str, float] = field(default_factory=dict)
    lifts: Mapping[tuple[str, str], tuple[float | None, float | None, float | None]] = field(
        default_factory=dict
    )


@dataclass(frozen=True, slots=True)
class Measurements:
    """Values that only the store knows are None while the store is away."""

    reads: bool
    writes: bool
    broken: bool
    entries_applied: int
    entries_at_head: int | None
    entries_kept: int | None
    replicas: Mapping[str, int] | None
    operations_waiting: int
    events_lost: int
    rewinds: int
    counts: Mapping[str, int]
    memory_bytes: int
    snapshot_age_s: float | None
    snapshot_took_s: float | None
    snapshots_taken: int
    snapshots_failed: int
    metrics: Sequence[Metric]
    drift_counts: Mapping[tuple[str, bool], int]
    paying: Paying = Paying()
