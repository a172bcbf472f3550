"""Compile every kernel before the first caller waits for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from headwater_server.engine.engine import Engine
from headwater_server.engine.exploration.slates import BANDIT
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentArm,
    ExperimentWrite,
    PolicyWrite,
)
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.retrieval.variants import best_of_groups
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.tokens.attribution_token import sign
from headwater_server.engine.tokens.token_key import TokenKey

_OF_A_CHOICE = "impression", "click", "purchase-complete"


def warm_up(settings: EngineSettings | None = None) -> None:
    """Run a few events and questions through a throw-away engine; a second once cached."""
    engine = Engine(settings)
    items = [f"item {n}" for n in range(6)]
    writes = [ItemWrite(Item(item_id, title=f"warm {item_id}")) for item_id in items]
    engine.apply(Entry(1, tuple(writes)))
    for n in range(18):
        event = Event(f"e{n}", "click", f"v{n % 3}", items=(EventItem(items[(7 * n) % 6]),))
        engine.apply(Entry(n + 1, (event, *_together(n))))
    slate = Slate("r", "warm", "", tuple(items), (1.0,) * len(items))
    seen = Event("seen", "impression", "v1", slate=slate)
    engine.apply(
        Entry(
            20, (seen, Event("act", "click", "v1", items=(EventItem(items[2]),), placement="warm"))
        )
    )
    engine.apply(
        Entry(30 * 86_400_000, (Event("no", "dislike", "v1", items=(EventItem(items[1]),)),))
    )
    for slots_min in (500, 1):  # without chances of acts, and with them
        engine.parts.models.probability.slots_min = slots_min
        for request in (
            RecommendRequest("v1", "r1", placement="warm", explain=True),
            RecommendRequest("stranger", "r2", explore=False, context_item_ids=(items[0],)),
            RecommendRequest("v1", "r4", diversity="auto", explain=True, first_slot=True),
            RecommendRequest("v1", "r3", user_id="u1", candidate_item_ids=tuple(items)),
        ):
            answer = engine.recommend(request, now_ms=40)
            sign(answer, TokenKey(0, b"warm"), visitor_id=request.visitor_id, expire_s=0)
        engine.recommend_all(
            [RecommendRequest("v1", "r5"), RecommendRequest("v2", "r6")], now_ms=40
        )
    best_of_groups(np.zeros(2, dtype=np.int32), np.zeros(2), 1)  # of lists under rules
    _find_popular(engine)
    _choose(engine, items[:2])
    _count_in_arms(engine)
    Engine.restore(engine.capture()).digest()


def _together(number: int) -> list[Event]:
    """Return some acts that are noted together, now and then."""
    one = (EventItem("item 1"),)
    count = 0 if number % 9 else 4
    return [Event(f"e{number}-{n}", "click", f"w{n}", items=one) for n in range(count)]


def _find_popular(engine: Engine) -> None:
    """Find the popular items among all, and again by what changed."""
    popular, items = engine.parts.retriever.popular, len(engine.parts.catalogue.ids)
    popular.refresh(items)
    popular.counted.note(0)
    popular.refresh(items)


def _choose(engine: Engine, items: Sequence[str]) -> None:
    """Let a visitor be shown one of few items, and reward it twice."""
    request = RecommendRequest("v1", "r7", page_size=1, candidate_item_ids=tuple(items))
    engine.recommend(request, now_ms=40)
    slate = Slate("r7", BANDIT, "", tuple(items), (0.5, 0.5))
    one = (EventItem(items[0]),)
    acts = [Event(f"r7-{kind}", kind, "v1", items=one, slate=slate) for kind in _OF_A_CHOICE]
    engine.apply(Entry(30 * 86_400_000, tuple(acts)))


def _count_in_arms(engine: Engine) -> None:
    """Let an exposed visitor act in an experiment."""
    arms = ExperimentArm("a"), ExperimentArm("b", "warm")
    policy = PolicyWrite("warm", '{"exploration_temperature": 0.4}')
    now_ms = engine.parts.clock_ms
    engine.apply(Entry(now_ms, (policy, ExperimentWrite(Experiment("warm", arms)))))
    answer = engine.recommend(RecommendRequest("v1", "r7"), now_ms)
    item_ids = tuple(answer.item_ids)
    slate = Slate("r7", "warm", "", item_ids, (1.0,) * len(item_ids), arms=answer.arms)
    act = Event("act in arm", "click", "v1", items=(EventItem(item_ids[0]),))
    engine.apply(Entry(now_ms, (Event("seen in arm", "impression", "v1", slate=slate), act)))


def warm_up_chances(settings: EngineSettings | None = None) -> None:
    """Do the same for what `headwater evaluate` asks: policies, about a list."""
    engine, items = Engine(settings), [f"item {n}" for n in range(6)]
    clicks = (Event(f"e{n}", "click", "v", items=(EventItem(one),)) for n, one in enumerate(items))
    engine.apply(Entry(1, tuple(clicks)))
    request = RecommendRequest("v1", "r", page_size=2)
    varied = Policy("varied", {"diversity": "high"})
    for policy in (None, Policy("best"), Policy("random"), Policy("popular"), varied):
        engine.asking(policy).chances(request, items[:2], now_ms=2)
