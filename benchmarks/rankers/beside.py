"""`python -m benchmarks.rankers.beside`: what rankers beside the champion cost, and find.

One fold of a shop's events without them, with one, with two; then the same questions under the
champion and under a policy that names one of them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.warmup import warm_up
from headwater_server.evaluation.shop_history import ShopHistory, read_history

FAST = {"fast": "listwise(rate=0.06, layer_rate=0.004)"}
LINEAR = {"linear": "river:preprocessing.StandardScaler() | linear_model.LogisticRegression()"}
KINDS: dict[str, Mapping[str, str]] = {
    "none": {}, "fast": FAST, "linear": LINEAR, "fast and linear": {**FAST, **LINEAR},
}  # fmt: skip
ROUNDS, QUESTIONS, BATCH = 3, 400, 50


def beside(
    data: Annotated[Path, typer.Option(help="folder with events.csv.gz")] = Path(
        "../shared/data/bol_serenade"
    ),
    limit: Annotated[int, typer.Option(min=200, help="events")] = 5_000,
) -> None:
    """Print the processor time of a fold as a ratio to that without, and the figures of each.

    The rounds alternate, and each figure is the least of its rounds: other processes add to it.
    """
    items = data / "items.csv.gz"
    history = read_history(
        data / "events.csv.gz", items if items.exists() else None, EngineSettings(), limit
    )
    for rankers in KINDS.values():
        warm_up(EngineSettings(rankers=dict(rankers)))
    costs = {name: float("inf") for name in KINDS}
    engines: dict[str, Engine] = {}
    for _ in range(ROUNDS):
        for name, rankers in KINDS.items():
            engines[name], cost_s = _fold(history, rankers)
            costs[name] = min(costs[name], cost_s)
    least = costs["none"]
    for name, cost_s in costs.items():
        micros = 1e6 * cost_s / limit
        typer.echo(f"fold, {name}: {micros:.0f} us an event, {cost_s / least:.2f} of without")
    both = engines["fast and linear"]
    for one in both.lookups.metrics():
        if one.name == "hit_rate_at_20":
            typer.echo(f"{one.policy}, {one.window}: hit rate {one.value:.4f} of {one.count}")
    _ask(both, history)


def _fold(history: ShopHistory, rankers: Mapping[str, str]) -> tuple[Engine, float]:
    engine = Engine()
    for entry in replace(history, settings=EngineSettings(rankers=dict(rankers))).preface():
        engine.apply(entry)
    batches = list(history.batches(BATCH))
    begun = time.process_time()
    for entry in batches:
        engine.apply(entry)
    return engine, time.process_time() - begun


def _ask(engine: Engine, history: ShopHistory) -> None:
    names = dict.fromkeys((one.visitor_id, one.user_id) for one in history.events.events())
    now_ms = engine.parts.clock_ms
    asked = [
        RecommendRequest(visitor, f"r{n}", user_id=user)
        for n, (visitor, user) in enumerate(list(names)[-QUESTIONS:])
    ]
    first = 0.0
    for ranker in ("champion", "fast", "linear"):
        asking, best = engine.asking(Policy("p", {"ranker": ranker})), float("inf")
        for _ in range(ROUNDS):
            begun = time.process_time()
            for request in asked:
                asking.recommend(request, now_ms)
            best = min(best, time.process_time() - begun)
        first = first or best
        micros = 1e6 * best / len(asked)
        typer.echo(f"answer, {ranker}: {micros:.0f} us, {best / first:.2f} of the champion's")


if __name__ == "__main__":
    typer.run(beside)
