"""The table of docs/scale.md: what `headwater plan` says of shops of some sizes."""

from __future__ import annotations

import re
from pathlib import Path

from headwater_server.planning.costs import read_costs
from headwater_server.planning.demand import Demand
from headwater_server.planning.plan import plan_of

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
SHOPS = [
    (1e6, 10_000, 100_000),
    (1e7, 100_000, 1_000_000),
    (3e7, 100_000, 3_000_000),
    (1e8, 300_000, 10_000_000),
    (2e8, 300_000, 20_000_000),
    (1e9, 1_000_000, 100_000_000),
]


def row(events: float, items: int, visitors: int) -> str:
    """Return the row of the page's table for a shop."""
    rate = events / 86_400
    plan = plan_of(Demand(items, visitors, rate, rate), read_costs().costs)
    fleet, store = plan.fleet, plan.store
    sparse = " (`ranker_every` 4)" if fleet.ranker_every > 1 and fleet.stage != "D" else ""
    cells = [
        f"{events:.0e}".replace("e+0", "e"),
        f"{items:,}",
        f"{visitors:,}",
        f"{fleet.stage}{sparse}",
        str(fleet.servers),
        str(fleet.machines),
        f"{fleet.server.memory_bytes / 1e9:.1f} GB",
        f"{store.kind.partition(',')[0]}, {store.log_gb:,.1f} GB",
        f"{plan.start_fold_s:.0f} s",
        f"{plan.event_us:,.0f} us, {plan.event_log_bytes:.0f} bytes",
    ]
    return f"| {' | '.join(cells)} |"


def write() -> None:
    """Replace the rows of the page by what the costs of the package give."""
    rows = "\n".join(row(*shop) for shop in SHOPS) + "\n"
    text = PAGE.read_text("utf-8")
    PAGE.write_text(
        re.sub(r"(?:^\| \de\d .*\n)+", rows, text, count=1, flags=re.MULTILINE), "utf-8"
    )
