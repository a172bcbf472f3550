"""`python -m benchmarks.objectives shop|bandit|real`: what objectives and numbers bring, and cost.

shop: the same visitors in three simulated shops, one for each objective; visits of the first third
teach and do not count. bandit: rewards between 0 and 1, reported as numbers, coins and signs. real:
hit rate and purchases on recorded events, asked under each objective in one fold, so that what is
learned is the same.
"""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.objectives.bandit import LEARNED, Bandit
from benchmarks.objectives.buying import BuyingShop, Visited
from benchmarks.objectives.figures import paired, share_of_hits
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.messages.rewards import PURCHASE, canonical_type
from headwater_server.engine.ranking.objective_names import ACTS, OBJECTIVES
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.shop_history import read_history

app = typer.Typer(no_args_is_help=True, help=__doc__)
ASK_EVERY, FIRST_SHARE = 10, 0.3
COUNTS = "purchases", "clicks"


@app.command()
def shop(
    visits: Annotated[int, typer.Option(min=300, help="of each shop")] = 4_000,
    seeds: Annotated[int, typer.Option(min=1, help="simulated shops")] = 5,
    currencies: Annotated[int, typer.Option(min=1, max=2, help="of the prices")] = 1,
) -> None:
    """Print revenue, purchases, clicks and hits of a visit under each objective."""
    found: dict[str, list[Visited]] = defaultdict(list)
    cost_s: dict[str, float] = defaultdict(float)
    for seed in range(1, seeds + 1):
        for objective in OBJECTIVES:
            begin_s = time.process_time()
            served = [*BuyingShop(seed, objective, mixed=currencies == 2).visits(visits)][
                visits // 3 :
            ]
            cost_s[objective] += time.process_time() - begin_s
            # shoppers of another seed are other visitors
            found[objective] += [
                Visited(f"{seed}:{one.visitor}", one.clicks, one.purchases, one.revenue, one.hit)
                for one in served
            ]
    acts = found[ACTS]
    typer.echo("objective | revenue | against acts | purchases | clicks | hit rate | CPU s")
    for name, of in found.items():
        revenue, low, high = paired(of, acts, lambda visit: visit.revenue)
        bought, clicked = (np.mean([getattr(v, of_visit) for v in of]) for of_visit in COUNTS)
        typer.echo(
            f"{name} | {np.mean([v.revenue for v in of]):.2f} | {revenue:+.2f} "
            f"[{low:+.2f}, {high:+.2f}] | {bought:.3f} | {clicked:.3f} | "
            f"{share_of_hits(of):.3f} | {cost_s[name]:.0f}"
        )


@app.command()
def bandit(
    rounds: Annotated[int, typer.Option(min=100, help="of each seed")] = 3_000,
    seeds: Annotated[int, typer.Option(min=1, help="worlds")] = 5,
) -> None:
    """Play a bandit; print the sum of the rewards by how a reward is reported."""
    won: dict[str, list[float]] = defaultdict(list)
    best = []
    for seed in range(1, seeds + 1):
        for learned in LEARNED:
            total, most = Bandit(seed, learned).play(rounds)
            won[learned].append(total)
        best.append(most)
    numbers = np.array(won["number"])
    typer.echo(f"best that could be known | {np.mean(best):.0f}")
    for learned, totals in won.items():
        gap = numbers - np.array(totals)
        typer.echo(
            f"{learned} | {np.mean(totals):.0f} | numbers are ahead in {int((gap > 0).sum())} of "
            f"{seeds} seeds, by {gap.mean():.0f}"
        )


@app.command()
def real(
    events: Annotated[Path, typer.Option(help="a file of events, as of backtest")],
    items: Annotated[Path | None, typer.Option(help="a file of items, as of backtest")] = None,
    limit: Annotated[int, typer.Option(help="use the first N events only")] = 30_000,
) -> None:
    """Print the hit rate under each objective, asked for every tenth event before it is learned."""
    history = read_history(events, items, EngineSettings(), limit)
    engine, found = Engine(), defaultdict(list)
    for entry in history.preface():
        engine.apply(entry)
    count = len(history.events)
    for row in range(count):
        event = history.file.event(row)
        now_ms = event.event_time_ms or 0
        if row >= FIRST_SHARE * count and row % ASK_EVERY == 0:
            is_bought = canonical_type(event.event_type) == PURCHASE
            for objective in OBJECTIVES if row % (2 * ASK_EVERY) else reversed(OBJECTIVES):
                begin_s = time.process_time()
                asked = RecommendRequest(
                    event.visitor_id, event.event_id, explore=False, objective=objective
                )
                ids = engine.recommend(asked, now_ms).item_ids
                took_s = time.process_time() - begin_s
                found[objective].append((event.items[0].item_id in ids, is_bought, took_s))
        engine.apply(Entry(now_ms, (event,), imported=True))
    typer.echo("objective | hit rate at 20 | of purchases | CPU us an answer")
    for objective in OBJECTIVES:
        rows = found[objective]
        hits, bought, took_s = np.array(rows, dtype=float).T
        of_bought = f"{hits[bought > 0].mean():.3f}" if bought.any() else "-"
        typer.echo(f"{objective} | {hits.mean():.3f} | {of_bought} | {1e6 * np.median(took_s):.0f}")


if __name__ == "__main__":
    app()
