"""Bar: causal lines on lists of the real engine, replayed; wishes and truth are the Simulator's."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

import numpy as np

from benchmarks.evaluation.bars import Bar, finish, show
from benchmarks.evaluation.recorded import slate_of
from benchmarks.evaluation.shop import shop_entry, time_of_visit_ms
from headwater_server.cli.progress import Progress
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.evaluation.asking.source import Source
from headwater_server.evaluation.causal.analysis import Analysis, analyse
from headwater_server.evaluation.causal.asked import CausalAsked, Outcome
from headwater_server.evaluation.causal.first_pass import collect, start_of
from headwater_server.evaluation.causal.gates import CHANCE_MAX, CHANCE_MIN
from headwater_server.evaluation.causal.rows import Rows, rows_of
from headwater_server.evaluation.causal.second_pass import replay
from headwater_server.evaluation.causal.texts import TEXTS
from headwater_server.evaluation.simulator import INTENT, Shopper, Simulator
from headwater_server.inference.causal.balance import standardized_differences
from headwater_server.inference.causal.differences import weights_of
from headwater_server.replica.ports.position import START, Position

SHOPPERS, PAGE_SIZE, SEEDS = 600, 10, 3
DRAWN = 48
"""Lists drawn at each visit, for the truth: its error is a seventh of the estimate's."""
WINDOW_HOURS = 0.005
"""18 seconds: shorter than the minute between visits, so an outcome is of one list."""
WISH_MAX = 0.15
LEVEL = 0.95
SHOWN = ("naive_placed", "weighted", "matched", "doubly_robust", "instrument", "two_stage")


@dataclass(frozen=True)
class LoggedVisit:
    """An entry of the log in memory."""

    position: Position
    entry: Entry
    previous: str = ""
    marks: Sequence[str] = ()
    erases: bool = False

    @property
    def size(self) -> int:
        """Return how many operations it has."""
        return len(self.entry.operations)

    @property
    def has_only_events(self) -> bool:
        """Return whether it has events, and nothing else."""
        return all(isinstance(one, Event) for one in self.entry.operations)

    def part(self, start: int, stop: int) -> Entry:
        """Return some of its operations."""
        return replace(self.entry, operations=self.entry.operations[start:stop])


@dataclass
class MemoryLog:
    """A log in memory, with times of its own."""

    entries: list[LoggedVisit] = field(default_factory=list)

    def append(self, entry: Entry) -> None:
        """Append an entry at its time."""
        number = len(self.entries) + 1
        self.entries.append(LoggedVisit(Position(f"{entry.time_ms}-{number}", number), entry))

    async def head(self) -> Position:
        """Return the position of the last entry."""
        return self.entries[-1].position if self.entries else START

    async def iterate(
        self, after: Position, until: str | None = None
    ) -> AsyncIterator[LoggedVisit]:
        """Yield the entries after a position."""
        for one in self.entries[after.sequence :]:
            yield one
            if one.position.offset == until:
                return


@dataclass
class KnownVisits(Simulator):
    """Shoppers of whom one can say beforehand whether they search or browse."""

    def searches_next(self, shopper: Shopper) -> bool:
        """Return whether the next visit begins with an item in mind, as `Simulator` draws it."""
        random = Random(f"{self.seed}:{shopper.visitor_id}:{shopper.visits + 1}")
        return random.random() < INTENT


@dataclass
class World:
    """A shop that was visited: its log, and for each list the wishes and the true outcomes.

    ``acts`` counts, by list, the acts on each item in ``DRAWN`` lists with it, and without it.
    """

    simulator: KnownVisits
    log: MemoryLog = field(default_factory=MemoryLog)
    visitor: dict[str, Shopper] = field(default_factory=dict)
    with_it: dict[str, Counter[str]] = field(default_factory=dict)
    without: dict[str, Counter[str]] = field(default_factory=dict)


def visited(visits: int, seed: int) -> World:
    """Return a shop that the engine served, with the truth of each list."""
    world = World(KnownVisits(seed, SHOPPERS))
    engine, random = Engine(), np.random.default_rng(seed)
    first = shop_entry(world.simulator)
    world.log.append(first)
    engine.apply(first)
    with Progress(f"shop {seed}", visits) as bar:
        for visit in range(visits):
            shopper = world.simulator.shoppers[int(random.integers(SHOPPERS))]
            entry = _visit(world, engine, shopper, visit)
            world.log.append(entry)
            engine.apply(entry)
            bar.at(visit + 1)
    return world


def _visit(world: World, engine: Engine, shopper: Shopper, visit: int) -> Entry:
    """Serve one visit, and note what would have happened under other draws of its list."""
    now_ms, name = time_of_visit_ms(visit), f"visit-{visit}"
    request = RecommendRequest(shopper.visitor_id, name, placement="home", page_size=PAGE_SIZE)
    world.visitor[name] = shopper
    _draw(world, engine, shopper, request, now_ms)
    answer = engine.recommend(request, now_ms)
    slate = slate_of(answer, request, (len(world.log.entries), 0), now_ms)
    seen = world.simulator.visit(shopper, slate.item_ids)
    events = [
        Event(f"{name}-seen", "impression", shopper.visitor_id,
              items=tuple(map(EventItem, seen.seen)), slate=slate)
    ]  # fmt: skip
    for place, act in enumerate(seen.acts):
        events.append(
            Event(f"{name}-{place}", act.event_type, shopper.visitor_id,
                  items=(EventItem(act.item_id),), slate=slate if act.position else None)
        )  # fmt: skip
    return Entry(now_ms, tuple(events))


def _draw(
    world: World, engine: Engine, shopper: Shopper, request: RecommendRequest, now_ms: int
) -> None:
    name = request.recommendation_id
    inside, outside = Counter[str](), Counter[str]()
    world.with_it[name], world.without[name] = inside, outside
    if world.simulator.searches_next(shopper):
        return  # who searches acts on the wanted item, listed or not: the effect is 0
    others = [replace(request, recommendation_id=f"{name}-{n}") for n in range(DRAWN)]
    for answer in engine.recommend_all(others, now_ms):
        items = answer.item_ids
        acted = world.simulator.visit(replace(shopper), items).acts
        for item_id in {act.item_id for act in acted}:
            (inside if item_id in items else outside)[item_id] += 1


@dataclass(frozen=True)
class Measured:
    """What was found in one shop."""

    found: Analysis
    truth: float
    wish_before: float
    wish_weighted: float
    same: float


def measure(visits: int, seed: int) -> Measured:
    """Return what the report says about all items of a shop, and the truth."""
    return asyncio.run(_measure(visited(visits, seed)))


async def _measure(world: World) -> Measured:
    source = Source(world.log, None, {})
    asked = CausalAsked(
        "all items", filter="price >= 0", placement="home", outcome=Outcome.ACT,
        window_hours=WINDOW_HOURS, level=LEVEL,
    )  # fmt: skip
    start, _ = await start_of(source, asked)
    engine = await start.engine()
    read = await collect(start, engine.settings, asked, lambda _: None)
    replayed = await replay(start, engine, read.lists, asked, lambda _: None)
    answers = read.lists.packed
    rows = rows_of(replayed.rows, answers, read.acts, asked.outcome, asked.window_ms)
    table, ids = replayed.rows.table(), list(replayed.rows.items)
    pairs = [
        (answers[int(number)].slate.recommendation_id, ids[int(item)])
        for number, item in zip(table["list"], table["item"], strict=True)
    ]
    kept = (rows.chance >= CHANCE_MIN) & (rows.chance <= CHANCE_MAX)
    wishes = np.array([_wish(world, *one) for one in pairs])[kept, None]
    part = rows.part(kept)
    weights = weights_of(part.placed, part.chance)
    return Measured(
        analyse(rows, asked.outcome, LEVEL),
        _truth(world, [one for one, is_kept in zip(pairs, kept, strict=True) if is_kept], part),
        float(standardized_differences(part.placed, wishes)[0]),
        float(standardized_differences(part.placed, wishes, weights)[0]),
        replayed.same / replayed.asked,
    )


def _wish(world: World, name: str, item_id: str) -> float:
    item = world.simulator.shop.item(item_id)
    return world.visitor[name].likes(item) if item else 0.0


def _truth(world: World, pairs: Sequence[tuple[str, str]], rows: Rows) -> float:
    """Return the mean difference of acts, over the lists that were drawn at each visit."""
    inside = np.array([world.with_it[name][item] for name, item in pairs]) / DRAWN
    outside = np.array([world.without[name][item] for name, item in pairs]) / DRAWN
    return float((inside / rows.chance - outside / (1.0 - rows.chance)).mean())


def check(visits: int, seed: int) -> None:
    """Run the bar on three seeds; print figures and gates."""
    shops = [measure(visits, seed + number) for number in range(SEEDS)]
    for number, one in enumerate(shops):
        rows = [_row(one, key) for key in SHOWN]
        title = f"seed {seed + number}: truth {one.truth:+.4f} acts, {len(one.found.rows):,} rows"
        show(title, ("line", "effect", "95% interval", "placebo"), rows)
        for problem in one.found.problems:
            print(f"refused: {problem}")
    held = sum(_holds(one) for one in shops)
    bars = [
        Bar("SMD of the hidden wish, weighted, largest", max(map(_wish_of, shops)), WISH_MAX),
        Bar("doubly robust holds the truth, seeds", held, SEEDS, False),
        Bar("same chances when asked again", min(one.same for one in shops), 0.999, False),
    ]
    before = [one.wish_before for one in shops]
    print(f"SMD of the hidden wish before weighting: {', '.join(f'{d:.2f}' for d in before)}")
    finish(bars)


def _holds(one: Measured) -> bool:
    effect = one.found.lines["doubly_robust"].effect
    return effect is not None and one.truth in effect.interval(LEVEL)


def _wish_of(one: Measured) -> float:
    return abs(one.wish_weighted)


def _row(one: Measured, key: str) -> tuple[str, str, str, str]:
    line = one.found.lines.get(key)
    if line is None or line.effect is None:
        return TEXTS[key].name, "-", "-", "-"
    interval = line.effect.interval(LEVEL)
    placebo = "-" if line.placebo is None else f"{line.placebo.value:+.4f}"
    ends = f"{interval.low:+.4f} to {interval.high:+.4f}"
    return TEXTS[key].name, f"{line.effect.value:+.4f}", ends, placebo
