"""`headwater plan`: which machines a shop of a size needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headwater_server.cli.failures import MISUSED, fail


def plan(
    items: Annotated[int, typer.Option(help="items that the catalogue describes")],
    visitors: Annotated[int, typer.Option(help="visitors whose history is kept")],
    events_per_second: Annotated[float, typer.Option(help="events a second, mean over a day")],
    recommends_per_second: Annotated[float, typer.Option(help="lists a second, mean over a day")],
    days_kept: Annotated[
        float, typer.Option(help="days of the log in the store; older entries are in the archive")
    ] = 1.0,
    peak: Annotated[
        float, typer.Option(help="the busiest minute, as a multiple of the mean")
    ] = 3.0,
    events_per_call: Annotated[
        float, typer.Option(help="events that a Feedback call holds: many cost less each")
    ] = 1.0,
    deduplication_hours: Annotated[
        float, typer.Option(help="hours in which a repeated event is recognized")
    ] = 24.0,
    pairs_per_item: Annotated[
        int, typer.Option(help="items that follow or accompany one, on average")
    ] = 64,
    redundant: Annotated[
        bool, typer.Option("--redundant", help="answers go on while a machine is away")
    ] = False,
    cores: Annotated[int, typer.Option(help="cores of a machine")] = 16,
    memory_gb: Annotated[float, typer.Option(help="memory of a machine in gigabytes")] = 64.0,
    core_share: Annotated[
        float, typer.Option(help="of a core, what may be in use at the peak; beyond it calls queue")
    ] = 0.7,
    costs: Annotated[
        Path | None,
        typer.Option(help="JSON file with costs of your own machine (docs/scale.md)"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="print the plan as JSON")] = False,
) -> None:
    """Plan machines, cores, memory and store for a shop.

    It computes from what a call, an event, an item and a visitor cost; the costs are measured by
    the benchmarks and come with their commit and date. docs/scale.md explains the stages A to D.
    """
    from headwater_server.planning.costs import BadCosts, read_costs
    from headwater_server.planning.demand import BadDemand, Demand
    from headwater_server.planning.plan import plan_of

    try:
        demand = Demand(
            items,
            visitors,
            events_per_second,
            recommends_per_second,
            days_kept=days_kept,
            peak=peak,
            events_per_call=events_per_call,
            deduplication_hours=deduplication_hours,
            pairs_per_item=pairs_per_item,
            redundant=redundant,
            cores=cores,
            memory_gb=memory_gb,
            core_share=core_share,
        )
        measured = read_costs(costs)
    except (BadCosts, BadDemand) as error:
        fail(str(error), MISUSED)
    found = plan_of(demand, measured.costs)
    if json:
        from json import dumps

        print(dumps(found.plain() | {"sources": measured.sources}, indent=1))
        return
    from headwater_server.cli.planning import print_plan

    print_plan(found, measured)
