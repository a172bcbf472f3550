"""`headwater plan`: which machines a shop of a size needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headwater_server.cli.failures import MISUSED, fail

if TYPE_CHECKING:
    from headwater_server.planning.costs import Measured
    from headwater_server.planning.demand import Demand

Option = typer.Option
Items = Annotated[int, Option(help="items that the catalogue describes")]
Visitors = Annotated[int, Option(help="visitors whose history is kept")]
Events = Annotated[float, Option(help="events a second, mean over a day")]
Recommends = Annotated[float, Option(help="lists a second, mean over a day")]
Days = Annotated[float, Option(help="days of the log in the store; older entries are archived")]
Peak = Annotated[float, Option(help="the busiest minute, as a multiple of the mean")]
Call = Annotated[float, Option(help="events that a Feedback call holds: many cost less each")]
Hours = Annotated[float, Option(help="hours in which a repeated event is recognized")]
Pairs = Annotated[int, Option(help="items that follow or accompany one, on average")]
Redundant = Annotated[bool, Option("--redundant", help="answers go on while a machine is away")]
Cores = Annotated[int, Option(help="cores of a machine")]
Memory = Annotated[float, Option(help="memory of a machine in gigabytes")]
Share = Annotated[float, Option(help="of a core, what may be in use before calls queue")]
CostsFile = Annotated[Path | None, Option(help="JSON file with other costs (docs/scale.md)")]
AsJson = Annotated[bool, Option("--json", help="print the plan as JSON")]


def plan(
    items: Items,
    visitors: Visitors,
    events_per_second: Events,
    recommends_per_second: Recommends,
    days_kept: Days = 1.0,
    peak: Peak = 3.0,
    events_per_call: Call = 1.0,
    deduplication_hours: Hours = 24.0,
    pairs_per_item: Pairs = 64,
    redundant: Redundant = False,
    cores: Cores = 16,
    memory_gb: Memory = 64.0,
    core_share: Share = 0.7,
    costs: CostsFile = None,
    json: AsJson = False,
) -> None:
    """Plan machines, cores, memory and store for a shop.

    It computes from what a call, an event, an item and a visitor cost; the costs are measured by
    the benchmarks and come with their commit and date. docs/scale.md explains the stages A to D.
    """
    from headwater_server.planning.costs import BadCosts, read_costs
    from headwater_server.planning.demand import BadDemand, Demand

    try:
        demand = Demand(
            items, visitors, events_per_second, recommends_per_second, days_kept, peak,
            events_per_call, deduplication_hours, pairs_per_item, redundant, cores, memory_gb,
            core_share,
        )  # fmt: skip
        measured = read_costs(costs)
    except (BadCosts, BadDemand) as error:
        fail(str(error), MISUSED)
    _print(demand, measured, as_json=json)


def _print(demand: Demand, measured: Measured, *, as_json: bool) -> None:
    from headwater_server.planning.plan import plan_of

    found = plan_of(demand, measured.costs)
    if as_json:
        from json import dumps

        print(dumps(found.plain() | {"sources": measured.sources}, indent=1))
        return
    from headwater_server.cli.planning.table import print_plan

    print_plan(found, measured)
