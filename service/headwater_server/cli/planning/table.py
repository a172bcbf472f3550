"""A plan as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from headwater_server.planning.costs import Measured
from headwater_server.planning.plan import Plan
from headwater_server.planning.stages import NAMES

WIDTH = 110
REPEATED_MAX = 0.6
"""Of the servers' work, from which learning counts as too much of it."""
Row = tuple[str, str]


def print_plan(plan: Plan, measured: Measured) -> None:
    """Print stage and reasons, then what is needed, then where the costs come from."""
    console = Console(soft_wrap=True, highlight=False, markup=False)
    stage = plan.fleet.stage
    console.print(f"stage {stage}: {NAMES[stage]}")
    for reason in plan.fleet.reasons:
        console.print(f"  - {reason}")
    for advice in advices(plan):
        console.print(f"  ! {advice}")
    console.print()
    table = Table(box=None, show_header=False, pad_edge=False, width=WIDTH)
    for row in rows(plan):
        table.add_row(*row)
    console.print(table)
    sources = sorted(set(measured.sources.values()))
    console.print(f"\ncosts: {'; '.join(sources)}")


def advices(plan: Plan) -> Iterator[str]:
    """Yield what to do where the plan is not simply more machines."""
    fleet = plan.fleet
    if fleet.stage == "D":
        yield (
            "stage D is designed in docs/scale.md and not built: until then, divide the shop by "
            "market into several catalogues (--catalogue), each with a log of its own"
        )
    elif fleet.ranker_every > 1:
        yield f"set ranker_every={fleet.ranker_every} (docs/experiments.md says what it costs)"
    if fleet.stage in "BC" and fleet.servers * fleet.server.learning > REPEATED_MAX * _cores(plan):
        yield (
            "most of the servers' work is to learn the same events again; several catalogues, "
            "one a market, take fewer machines"
        )
    if plan.demand.visitors > 1_000_000 or plan.demand.items > 1_000_000:
        yield f"set visitors_max={plan.demand.visitors} and items_max={plan.demand.items}"
    if fleet.server.event_ids > 1_000_000:
        yield (
            f"set deduplication_ids_max={fleet.server.event_ids:.0f} and "
            f"deduplication_window_hours={plan.demand.deduplication_hours:g}"
        )


def _cores(plan: Plan) -> float:
    """Return the cores that all servers use at the peak."""
    return plan.fleet.servers * plan.fleet.load * plan.demand.core_share


def rows(plan: Plan) -> Iterator[Row]:
    """Yield what is needed: a name and a text each."""
    fleet, server, store = plan.fleet, plan.fleet.server, plan.store
    yield "servers", f"{fleet.servers} on {fleet.machines} machine{'s' * (fleet.machines > 1)}"
    if fleet.partitions > 1:
        yield "partitions", f"{fleet.partitions}, one a server"
    yield "load of a server", f"{fleet.load:.0%} of what its core may give at the peak"
    yield "learning of a server", f"{server.learning:.2f} of a core at the peak"
    yield (
        "memory of a server",
        (
            f"{_gb(server.memory_bytes)}: state {_gb(server.state_bytes)} (items "
            f"{_gb(server.items_bytes)}, pairs {_gb(server.pairs_bytes)}, visitors "
            f"{_gb(server.visitors_bytes)}, event ids {_gb(server.event_ids_bytes)}), snapshot "
            f"{_gb(server.snapshot_bytes)}"
        ),
    )
    yield "gateway", f"{max(1.0, plan.gateway_cores):.1f} cores"
    yield "store", f"{store.kind}, {store.nodes} node{'s' * (store.nodes > 1)}"
    yield "log in the store", f"{store.log_gb:,.1f} GB for {plan.demand.days_kept:g} days"
    yield "memory of a store node", f"{max(0.1, store.memory_gb):,.1f} GB"
    yield "disk of the store", f"{store.disk_gb:,.1f} GB in all"
    yield "archive", f"{store.archive_gb_a_day:,.2f} GB a day"
    yield "learning lag", f"{plan.learning_lag_ms:.2f} ms on average at the peak"
    yield "after a minute away", f"caught up in {plan.catch_up_s:.0f} s, at the mean rate"
    yield "a start folds", f"{plan.start_fold_s:.0f} s of learning after the newest snapshot"
    yield (
        "an event costs",
        f"{plan.event_us:,.0f} us of all servers, {plan.event_log_bytes:.0f} bytes",
    )


def _gb(number: float) -> str:
    return f"{number / 1e9:,.2f} GB"
