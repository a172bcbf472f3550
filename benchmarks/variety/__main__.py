"""`python -m benchmarks.variety --events F [--items F]`: each level beside none, in one fold.

Before every 20th event of the last 70 % the engine is asked for the best 20 at each level, forward
and backward in turn, so that times are compared in pairs. It leaves out what a backtest leaves out.
"""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.reranking.levels import LEVELS
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.interactions import Interactions, Repeats
from headwater_server.evaluation.shop_history import read_history

ASK_EVENTS = 20
FIRST_SHARE = 0.3


class Levels:
    """What was found at each level: hits, categories and similarity of a list, seconds."""

    def __init__(self, engine: Engine, interactions: Interactions) -> None:
        self.engine = engine
        self.interactions = interactions
        self.found: dict[str, list[tuple[float, ...]]] = defaultdict(list)

    def ask(self, event: Event, *, forward: bool) -> None:
        """Ask at every level for the list that the event should be in."""
        for level in LEVELS if forward else reversed(LEVELS):
            request = RecommendRequest(
                event.visitor_id,
                event.event_id,
                exclude_item_ids=self.interactions.excluded(event.visitor_id),
                explore=False,
                diversity=level,
            )
            start_s = time.perf_counter()
            answer = self.engine.recommend(request, event.event_time_ms or 0)
            took_s = time.perf_counter() - start_s
            ids = [result.item_id for result in answer.results]
            hit = float(event.items[0].item_id in ids)
            self.found[level].append((hit, *self._similarity(ids), took_s))

    def _similarity(self, ids: list[str]) -> tuple[float, float]:
        """Return (how many categories, the mean similarity of two) of a list."""
        items = [self.engine.lookups.get_item(item_id) for item_id in ids]
        categories = {name for item in items if item for name in item.categories}
        if len(ids) < 2:
            return float(len(categories)), 0.0
        numbers = self.engine.parts.scoring.known(tuple(ids))
        return float(len(categories)), 1.0 - self.engine.parts.reranking.similarity.variety(numbers)

    def table(self) -> str:
        """Return a row a level; the last column is the median of the paired ratios."""
        lines = ["| level | hit_rate_at_20 | categories | similarity | time to none |"]
        lines.append("| --- | --- | --- | --- | --- |")
        plain_s = np.array(self.found["none"])[:, 3]
        for level, found in self.found.items():
            hit, categories, alike, _ = np.mean(found, axis=0)
            ratio = np.median(np.array(found)[:, 3] / plain_s)
            lines.append(f"| {level} | {hit:.3f} | {categories:.1f} | {alike:.3f} | {ratio:.2f} |")
        return "\n".join(lines)


def main(
    events: Annotated[Path, typer.Option(help="CSV (.gz), as of backtest")],
    items: Annotated[Path | None, typer.Option(help="CSV (.gz), as of backtest")] = None,
    repeats: Annotated[Repeats, typer.Option(help="as of backtest")] = Repeats.ALLOW,
    limit: Annotated[int, typer.Option(help="use the first N events only")] = 20_000,
) -> None:
    """Print what each level costs on a file of events."""
    history = read_history(events, items, EngineSettings(), limit)
    engine, interactions = Engine(), Interactions(repeats)
    levels = Levels(engine, interactions)
    for entry in history.preface():
        engine.apply(entry)
    for row in range(len(history.events)):
        event = history.file.event(row)
        if row >= FIRST_SHARE * len(history.events) and row % ASK_EVENTS == 0:
            levels.ask(event, forward=row // ASK_EVENTS % 2 == 0)
        engine.apply(Entry(event.event_time_ms or 0, (event,), imported=True))
        interactions.add(event.visitor_id, event.items[0].item_id)
    print(levels.table())


if __name__ == "__main__":
    typer.run(main)
