"""A contextual bandit whose rewards are numbers: learned as numbers, as coins, or as their signs.

There are 6 actions and 6 contexts. An action pays a share that is drawn around its mean in the
context; each is worth at least a little, so the sign says nothing. Visitors are strangers.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

ACTIONS = tuple(f"offer-{n}" for n in range(6))
CONTEXTS = tuple((device, at) for device in ("a", "b") for at in ("x", "y", "z"))
LEARNED = ("number", "coin", "sign")
WINDOW_MINUTES, ROUND_MS, PLACEMENT = 1.0, 20_000, "bandit"
EPSILON = 0.1
BEST, OTHERS, SPREAD = 0.6, (0.05, 0.35), 0.15


def world(seed: int) -> dict[tuple[tuple[str, str], str], float]:
    """Return the mean reward of each action in each context."""
    draw = Random(f"{seed}:world")
    means = {(c, action): draw.uniform(*OTHERS) for c in CONTEXTS for action in ACTIONS}
    for context in CONTEXTS:
        means[context, draw.choice(ACTIONS)] = BEST
    return means


class Bandit:
    """Plays rounds; ``learned`` says how a reward is reported to the engine."""

    def __init__(self, seed: int, learned: str) -> None:
        self.seed = seed
        self.learned = learned
        self.means = world(seed)
        settings = EngineSettings(
            seed=seed, attribution_window_minutes=WINDOW_MINUTES, exploration_epsilon=EPSILON
        )
        self.engine = Engine(settings)
        self._now_ms = 0

    def play(self, rounds: int) -> tuple[float, float]:
        """Return (the sum of the rewards, the sum of the means of the best actions)."""
        contexts, won, best = Random(f"{self.seed}:contexts"), 0.0, 0.0
        for number in range(rounds):
            context = contexts.choice(CONTEXTS)
            action, slate = self._shown(number, context)
            noise = Random(f"{self.seed}:{number}").gauss(0.0, SPREAD)
            reward = min(1.0, max(0.02, self.means[context, action] + noise))
            self._report(number, context, slate, reward)
            won += reward
            best += max(self.means[context, one] for one in ACTIONS)
        return won, best

    def _shown(self, number: int, context: tuple[str, str]) -> tuple[str, Slate]:
        self._now_ms += ROUND_MS
        request = RecommendRequest(
            f"v{number}", f"{self.seed}:{number}", placement=PLACEMENT, page_size=1,
            candidate_item_ids=ACTIONS, context=_named(context),
        )  # fmt: skip
        answer = self.engine.recommend(request, self._now_ms)
        items, chances = tuple(answer.item_ids), tuple(answer.propensities.tolist())
        return items[0], Slate(request.recommendation_id, answer.policy, PLACEMENT, items, chances)

    def _report(self, number: int, context: tuple[str, str], slate: Slate, reward: float) -> None:
        events = [self._event(f"s{number}", "impression", context, slate)]
        teaches = self.learned != "coin" or Random(f"{self.seed}:{number}:coin").random() < reward
        if teaches:
            act = self._event(f"a{number}", "click", context, slate)
            own = reward if self.learned == "number" else None
            events.append(replace(act, items=(EventItem(slate.item_ids[0]),), reward=own))
        self.engine.apply(Entry(self._now_ms, tuple(events)))

    def _event(self, name: str, kind: str, context: tuple[str, str], slate: Slate) -> Event:
        return Event(name, kind, f"v{name[1:]}", context=_named(context), slate=slate)


def _named(context: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return ("device", context[0]), ("time", context[1])
