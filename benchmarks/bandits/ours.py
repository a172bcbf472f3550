"""Headwater with default settings, by what the Personalizer adapter makes of calls: in one process.

Rank calls and rewards become the requests and events of `headwater_server.personalizer`, in order,
without the network between. Time goes on by a second a turn, so that most rewards are known, and
learned, long before the window is over.
"""

from __future__ import annotations

from benchmarks.bandits.worlds import World
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.flattening import flattened, item_features
from headwater_server.personalizer.feedback import POSITIVE_TYPE, STARS
from headwater_server.personalizer.ranking import ranked
from headwater_server.personalizer.requests import Action, RankRequest

TURN_MS = 1_000


def play(world: World, seed: int, events: int, settings: EngineSettings | None = None) -> float:
    """Return the sum of the rewards of ``events`` turns."""
    engine, won = Engine(settings or EngineSettings()), 0.0
    actions = [Action(id=name, features=[{"name": name}]) for name in world.actions]
    engine.apply(Entry(1, tuple(_write(action) for action in actions)))
    for turn, (context, rewards) in enumerate(world.turns(seed, events), 1):
        # the id is the only seed of exploration
        asked = RankRequest(eventId=f"{seed}-{turn}", actions=actions, contextFeatures=[context])
        request, now_ms = _request(asked), TURN_MS * turn
        answer = engine.recommend(request, now_ms)
        action = _chosen(asked, answer)
        reward = rewards[world.actions.index(action)]
        engine.apply(Entry(now_ms + 1, _events(request, answer, action, reward)))
        won += reward
    return won


def _write(action: Action) -> ItemWrite:
    features, tags = item_features(action.features)
    return ItemWrite(Item(action.id, features=tuple(features.items()), tags=tuple(tags)))


def _request(asked: RankRequest) -> RecommendRequest:
    """Return what `Adapter._decide` asks."""
    return RecommendRequest(
        asked.event_id,
        asked.event_id,
        placement="personalizer",
        page_size=len(asked.candidates),
        candidate_item_ids=tuple(asked.candidates),
        context=tuple(flattened(asked.context).items()),
        first_slot=True,
    )


def _chosen(asked: RankRequest, answer: Recommendation) -> str:
    chances = {r.item_id: r.first_slot_propensity or 0.0 for r in answer.results}
    return str(ranked(asked, answer.results[0].item_id, chances)["rewardActionId"])


def _events(
    request: RecommendRequest, answer: Recommendation, action: str, reward: float
) -> tuple[Event, ...]:
    """Return what `FeedbackSender` sends: that the action was shown, and what it earned."""
    slate = Slate(
        answer.recommendation_id,
        answer.policy,
        answer.placement,
        tuple(answer.item_ids),
        tuple(answer.propensities.tolist()),
        question=request.question,
    )

    def event(kind: str, earned: float | None) -> Event:
        return Event(
            f"{request.visitor_id}:{kind}",
            kind,
            request.visitor_id,
            items=(EventItem(action),),
            value=None if earned is None else STARS * earned,
            placement=request.placement,
            context=request.context,
            slate=slate,
            reward=earned,
        )

    return event("impression", None), event(POSITIVE_TYPE, reward)
