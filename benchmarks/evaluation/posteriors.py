"""Act rates of items against the truth: an engine serves shops whose items have known rates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from benchmarks.evaluation.bars import Bar, finish, show
from headwater_server.engine.engine import Engine
from headwater_server.engine.lookups.act_rates import ActRate, rates_at
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest

PLACEMENT = "home"
ITEMS, SLOTS, LISTS_AT_ONCE = 60, 8, 50
DAY_MS = 86_400_000
WINDOW_MS = 30 * 60_000
EDGES = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 1.01)
Floats = NDArray[np.float64]


class Outcome(NamedTuple):
    """Of one shop: which intervals hold the truth, of all items and of the one that looks best.

    ``chances``: the probability of being best of each item, ``best``: whether it is.
    """

    holds: NDArray[np.bool_]
    of_best: bool
    chances: Floats
    best: NDArray[np.bool_]


def check(shops: int, lists: int, days: int, seed: int) -> None:
    """Print how often 90 % intervals hold the rate, and how often the stated best is the best."""
    outcomes = [
        play(lists, days, np.random.default_rng((seed, shop)), peaked=shop % 2 == 1)
        for shop in track(range(shops), description="shops")
    ]
    chances = np.concatenate([one.chances for one in outcomes])
    best = np.concatenate([one.best for one in outcomes])
    groups = np.digitize(chances, EDGES) - 1
    rows = [
        (f"{EDGES[g]:.2f} to {EDGES[g + 1]:.2f}", f"{here.sum():,}", *shares(chances, best, here))
        for g in range(len(EDGES) - 1)
        if (here := groups == g).any()
    ]
    show("probability best", ("stated", "items", "mean", "came true"), rows)
    all_items = float(np.mean([one.holds.mean() for one in outcomes]))
    of_best = float(np.mean([one.of_best for one in outcomes]))
    finish(
        [
            Bar("90 % intervals that hold the rate, all items", all_items, 0.87, is_most=False),
            Bar("the same, at most", all_items, 0.93),
            Bar("of the item that looks best", of_best, 0.87, is_most=False),
            Bar("the same, at most", of_best, 0.93),
        ]
    )


def shares(chances: Floats, best: NDArray[np.bool_], here: NDArray[np.bool_]) -> tuple[str, str]:
    """Return the mean of the stated chances, and the share that came true, as text."""
    return f"{chances[here].mean():.3f}", f"{best[here].mean():.3f}"


def play(lists: int, days: int, random: np.random.Generator, *, peaked: bool) -> Outcome:
    """Let an engine serve strangers, who act on each slot with its item's rate."""
    rates = random.beta(20.0, 380.0, ITEMS) if peaked else random.beta(2.0, 38.0, ITEMS)
    engine = Engine()
    engine.apply(Entry(0, tuple(ItemWrite(Item(f"i{n}")) for n in range(ITEMS))))
    times = np.sort(random.integers(DAY_MS, days * DAY_MS, lists))
    for first in range(0, lists, LISTS_AT_ONCE):
        for place, time_ms in enumerate(times[first : first + LISTS_AT_ONCE].tolist(), first):
            visit(engine, f"v{place}", time_ms, rates, random)
    engine.apply(Entry(days * DAY_MS + 2 * WINDOW_MS, (ItemWrite(Item("i0")),)))
    found = rates_at(PLACEMENT, engine.lookups.seen_slots(PLACEMENT))
    number = engine.parts.catalogue.number
    by_item = {n: one for n in range(ITEMS) if (one := found.of(number(f"i{n}") or 0))}
    return judged(by_item, rates)


def visit(
    engine: Engine, visitor: str, time_ms: int, rates: Floats, random: np.random.Generator
) -> None:
    """Show a stranger a list, and report it with the acts."""
    request = RecommendRequest(visitor, f"r{visitor}", placement=PLACEMENT, page_size=SLOTS)
    shown = [one.item_id for one in engine.recommend(request, time_ms).results]
    items = tuple(map(EventItem, shown))
    report = Event(f"i{visitor}", "impression", visitor, items=items, placement=PLACEMENT)
    acted = [item_id for item_id in shown if random.random() < rates[int(item_id[1:])]]
    acts = (Event(f"c{visitor}{one}", "click", visitor, items=(EventItem(one),)) for one in acted)
    engine.apply(Entry(time_ms, (report, *acts)))


def judged(found: dict[int, ActRate], rates: Floats) -> Outcome:
    """Hold the posteriors against the truth."""
    true = rates[list(found)]
    low, high = (np.array([getattr(one, end) for one in found.values()]) for end in ("low", "high"))
    holds = (low <= true) & (true <= high)
    looks_best = int(np.argmax([one.mean for one in found.values()]))
    chances = np.array([one.probability_best or 0.0 for one in found.values()])
    return Outcome(holds, bool(holds[looks_best]), chances, true == true.max())
