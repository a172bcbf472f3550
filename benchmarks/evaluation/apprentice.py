"""An apprentice in a simulated bandit: the real engine, the adapter's draws, the figures' fold.

No server and no store: a hundred logs of 3,000 events are played in one process. `apprentice_bar`
plays one through the published SDK, a real server and a real store.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Container, Iterator
from dataclasses import asdict, dataclass, replace

from benchmarks.personalizer import ACTIONS, CONTEXTS, world
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite, Operation
from headwater_server.engine.messages.events import Choice, Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.personalizer.choosing import APPRENTICE, Before, Drawn, Slot, draw
from headwater_server.personalizer.figures.fold import GRACE_MS, Figures
from headwater_server.personalizer.figures.report import as_json
from headwater_server.personalizer.settings import PersonalizerSettings
from headwater_server.replica.ports.position import Position
from headwater_server.storage.codecs.stored_entry import key_of

SHARE = 0.2
WAIT_MS = 3_000
EVENT_MS = 500
LOOK_EVERY = 100
PLACEMENT = "personalizer"
SETTINGS = PersonalizerSettings(personalizer_mode="apprentice", personalizer_share=SHARE)
ENGINE = EngineSettings(exploration_epsilon=0.2, attribution_window_minutes=WAIT_MS / 60_000)
Context = tuple[str, str]
POLICIES = ("policy", "baseline", "random")


@dataclass(frozen=True)
class Logged:
    """An entry of the played log, as the fold of figures reads it."""

    position: Position
    time_ms: int
    events: tuple[Event, ...]

    def chosen(self, open_keys: Container[str]) -> Iterator[Event]:
        """See `StoredEntry.chosen`."""
        return (one for one in self.events if one.choice or key_of(one) in open_keys)


@dataclass(frozen=True)
class Run:
    """The intervals that hold their true value, and at which event the policy was ready."""

    truths: dict[str, float]
    covered: dict[str, bool]
    ready_at: int | None
    width: float


def first_actions(*, best: bool) -> dict[Context, list[str]]:
    """Return the caller's order of actions by context: the best one first, or the third best."""
    chances, found = world(), {}
    for context in CONTEXTS:
        by_chance = {name: chances[context, name] for name in ACTIONS}
        order = sorted(by_chance, key=by_chance.__getitem__, reverse=True)
        found[context] = order if best else [order[2], *order[:2], *order[3:]]
    return found


def play(events: int, seed: int, orders: dict[Context, list[str]]) -> Run:
    """Play one log, and look at the figures every hundred events, as an impatient operator does."""
    engine, figures, chance = Engine(ENGINE), Figures(), world()
    draws = random.Random(seed)
    apply = _applier(engine, figures)
    apply(0, tuple(ItemWrite(Item(name, features=(("offer", name),))) for name in ACTIONS))
    values: dict[str, list[float]] = {name: [] for name in POLICIES}
    ready_at = None
    for number in range(events):
        context = draws.choice(CONTEXTS)
        order, now_ms = orders[context], (number + 1) * EVENT_MS
        drawn, slate = _shown(engine, f"{seed}:{number}", context, order, now_ms)
        earned = {name: chance[context, name] for name in order}
        policy = drawn[1].chances
        values["policy"].append(sum(policy[name] * earned[name] for name in policy))
        values["baseline"].append(earned[order[0]])
        values["random"].append(statistics.mean(earned.values()))
        reward = draws.random() < earned[drawn[0].action]
        apply(now_ms, _events(slate, drawn[0], context, is_rewarded=reward))
        if ready_at is None and number % LOOK_EVERY == LOOK_EVERY - 1:
            ready_at = number + 1 if as_json(figures, SETTINGS)["ready"] else None
    apply((events + 1) * EVENT_MS + WAIT_MS + GRACE_MS, ())
    return _run(figures, {name: statistics.mean(values[name]) for name in POLICIES}, ready_at)


def _run(figures: Figures, truths: dict[str, float], ready_at: int | None) -> Run:
    found = as_json(figures, SETTINGS)["groups"][0]["values"]
    covered = {name: found[name]["low"] <= truths[name] <= found[name]["high"] for name in POLICIES}
    apart, truth = found["policyMinusBaseline"], truths["policy"] - truths["baseline"]
    covered["policy - baseline"] = apart["low"] <= truth <= apart["high"]
    return Run(truths, covered, ready_at, found["policy"]["high"] - found["policy"]["low"])


def _applier(engine: Engine, figures: Figures) -> Callable[[int, tuple[Operation, ...]], None]:
    sequence = 0

    def apply(time_ms: int, operations: tuple[Operation, ...]) -> None:
        nonlocal sequence
        sequence += 1
        engine.apply(Entry(time_ms, operations))
        events = tuple(one for one in operations if isinstance(one, Event))
        figures.take(Logged(Position(f"{time_ms}-{sequence}", sequence), time_ms, events))

    return apply


def _shown(
    engine: Engine, event_id: str, context: Context, order: list[str], now_ms: int
) -> tuple[tuple[Drawn, Slot], Slate]:
    """Ask the engine and draw, as the adapter does."""
    about = (("device", context[0]), ("time", context[1]))
    request = RecommendRequest(
        event_id, event_id, placement=PLACEMENT, page_size=len(order),
        candidate_item_ids=tuple(order), context=about, first_slot=True,
    )  # fmt: skip
    answer = engine.recommend(request, now_ms)
    items = tuple(one.item_id for one in answer.results)
    chances = {one.item_id: one.first_slot_propensity or 0.0 for one in answer.results}
    slot = Slot(order[0], items[0], chances, answer.propensities_estimated)
    drawn = draw(slot, event_id, APPRENTICE, SHARE, Before(), WAIT_MS)
    propensities = tuple(one.propensity for one in answer.results)
    return (drawn, slot), Slate(event_id, answer.policy, PLACEMENT, items, propensities)


def _events(
    slate: Slate, drawn: Drawn, context: Context, *, is_rewarded: bool
) -> tuple[Event, ...]:
    name = slate.recommendation_id
    about = (("device", context[0]), ("time", context[1]))
    seen = Event(
        f"{name}:seen", "impression", name, items=(EventItem(drawn.action),), slate=slate,
        placement=PLACEMENT, context=about, choice=Choice(**asdict(drawn.choice)),
    )  # fmt: skip
    if not is_rewarded:
        return (seen,)
    event_id = f"{name}:reward"
    return seen, replace(seen, event_id=event_id, event_type="rating", value=5.0, choice=None)
