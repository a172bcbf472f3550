"""The bandit over few actions: beliefs by action, under two assumptions about change."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.models.bandit.beliefs import Belief, Vector
from headwater_server.models.bandit.best_chances import best_chances
from headwater_server.models.bandit.contexts import Contexts

ACTIONS_MAX = 256
"""Actions with beliefs; beyond that, the one that was shown longest ago is forgotten."""
FADINGS = 0.0, 0.01
"""By how much a belief returns to its prior at each reward: experts on a world that stands still,
and on one that changes."""
_IDLE = 1e-3  # the second expert also doubts what it has not seen for so many decisions
_PRIOR_WEIGHTS = 0.9, 0.1
_SHARE = 1e-3
_NOISE_OF, _NOISE_MEMORY = 10.0, 500.0  # decisions that the first guess of the noise is worth
_VARIANCE_START = 0.05
_MEAN_FADING = 0.999


class _Action:
    """What is known of one action: rewards, a belief for each expert, when it was last shown."""

    __slots__ = ("beliefs", "count", "last", "since", "total")

    def __init__(self, since: int = 0) -> None:
        self.count = self.total = 0.0
        self.last = 0
        self.since = since  # rewards learned before it was entered
        self.beliefs = tuple(Belief() for _ in FADINGS)


class Bandit:
    r"""Probability matching over Bayesian regressions, one for each action and expert.

    Expert $k$ believes that action $a$ earns $N(\mu_{ka}, s^2 \sigma_k^2 v_{ka})$ here (see
    `Belief`; $\sigma_k^2$ is the running mean of its squared errors, $s$ the ``scale``). The chance
    of an action is the chance that it is the best, averaged over the experts by how well each
    predicted: $p_a = \sum_k w_k P_k(a = \arg\max)$, with $w_k \propto w_k N(r; \mu, \cdot)$ after
    each reward and a fixed share of 0.001 that returns to (0.9, 0.1). So exploration
    ends where the data say which action is best, goes on where they do not, and begins again when
    the world has changed: there is no rate to set.

    Sources: W. Thompson, "On the likelihood that one unknown probability exceeds another",
    Biometrika 25, 1933; S. Agrawal, N. Goyal, "Thompson sampling for contextual bandits with linear
    payoffs", ICML 2013; M. Herbster, M. Warmuth, "Tracking the best expert", 1998.

    >>> bandit, contexts = Bandit(), ([("device", "mobile")], [("device", "desktop")])
    >>> for turn in range(60):
    ...     for n, context in enumerate(contexts):
    ...         action = "ab"[turn % 2]
    ...         _ = bandit.learn(action, bandit.meet(context), float(n == turn % 2))
    >>> bandit.chances(["a", "b"], [bandit.vector(contexts[0])] * 2).round(2).tolist()
    [1.0, 0.0]
    """

    def __init__(self) -> None:
        self.contexts = Contexts()
        self._actions: OrderedDict[str, _Action] = OrderedDict()
        self._weights = np.array(_PRIOR_WEIGHTS)
        self._errors = np.zeros(len(FADINGS))  # mean squares
        self._learned = 0
        self._mean = self._squares = 0.0

    @property
    def is_used(self) -> bool:
        """Whether anything was learned or met."""
        return bool(self._actions) or self.contexts.is_used

    def vector(self, context: Any, score: float | None = None) -> Vector:
        """Return a context's vector; a pure read."""
        return self.contexts.vector(context, score)

    def meet(self, context: Any, score: float | None = None) -> Vector:
        """Return the vector of a context that was shown, whose names have places from now on."""
        self.contexts.meet(context, score)
        return self.contexts.vector(context, score)

    def chances(
        self, action_ids: Sequence[str], vectors: Sequence[Vector], scale: float = 0.4
    ) -> NDArray[np.float64]:
        """Return float64[n], which sums to 1: how likely each action is the best. A pure read."""
        chances = np.zeros(len(action_ids))
        beliefs = self._values(action_ids, vectors)
        for weight, (means, variances) in zip(self._weights.tolist(), beliefs, strict=True):
            chances += weight * best_chances(means, scale * np.sqrt(variances))
        return chances

    def means(self, action_ids: Sequence[str], vectors: Sequence[Vector]) -> NDArray[np.float64]:
        """Return float64[n]: the reward that is expected of each action. A pure read."""
        means = np.zeros(len(action_ids))
        beliefs = self._values(action_ids, vectors)
        for weight, (found, _) in zip(self._weights.tolist(), beliefs, strict=True):
            means += weight * found
        return means

    def _values(
        self, action_ids: Sequence[str], vectors: Sequence[Vector]
    ) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Return by expert (means, variances) of the actions' rewards."""
        found = [self._actions.get(name) or _Action() for name in action_ids]
        others = _mean_of(found)
        values = []
        for expert in range(len(FADINGS)):
            noise = self._noise(expert)
            pairs = [
                self._value(action, expert, x, others)
                for action, x in zip(found, vectors, strict=True)
            ]
            means, variances = np.array(pairs).reshape(-1, 2).T
            values.append((means, noise * variances))
        return values

    def _value(self, action: _Action, expert: int, x: Vector, others: float) -> tuple[float, float]:
        mean, variance = action.beliefs[expert].value(x, others)
        if FADINGS[expert] and action.count:
            kept = math.exp(-_IDLE * (self._learned - action.last))
            variance = kept * variance + (1.0 - kept) * _Action().beliefs[0].value(x, 0.0)[1]
        return mean, variance

    def _noise(self, expert: int) -> float:
        """Return the variance of rewards around what an expert predicts."""
        count = float(self._learned)
        guess = (self._squares + _VARIANCE_START) / (count + 1.0)
        seen = min(count, _NOISE_MEMORY)
        noise = (_NOISE_OF * guess + seen * self._errors[expert]) / (_NOISE_OF + seen)
        return max(1e-12, float(noise))

    def learn(
        self, action_id: str, x: Vector, reward: float, action_ids: Sequence[str] = ()
    ) -> int:
        """Learn what an action earned; ``action_ids`` are those that it was chosen from.

        Return how many rewards are learned now, for `correct`.
        """
        action = self._entered(action_id)
        rivals = action_ids if len(action_ids) > 1 else list(self._actions)
        others = _mean_of([self._actions[name] for name in rivals if name in self._actions])
        logs = np.zeros(len(FADINGS))
        for expert, fading in enumerate(FADINGS):
            mean, variance = self._value(action, expert, x, others)
            noise, error = self._noise(expert), reward - mean
            total = noise * (1.0 + variance)
            logs[expert] = -0.5 * (error * error / total + math.log(total))
            action.beliefs[expert].learn(x, reward, fading)
            seen = min(self._learned + 1.0, _NOISE_MEMORY)
            step = error * error / (1.0 + variance) - self._errors[expert]
            self._errors[expert] += step / seen
        self._weigh(logs)
        self._count(action, reward)
        return self._learned

    def correct(self, action_id: str, x: Vector, by: float, learned_at: int) -> None:
        """Learn that a reward which was learned before is larger by so much.

        ``learned_at`` is what `learn` returned. An action that was forgotten since knows nothing
        of that reward, also if it was entered again: then there is nothing to correct.
        """
        action = self._actions.get(action_id)
        if action is not None and action.since < learned_at:
            action.total += by
            for belief in action.beliefs:
                belief.correct(x, by)

    def _entered(self, action_id: str) -> _Action:
        action = self._actions.setdefault(action_id, _Action(self._learned))
        self._actions.move_to_end(action_id)
        if len(self._actions) > ACTIONS_MAX:
            self._actions.popitem(last=False)
        return action

    def _weigh(self, logs: NDArray[np.float64]) -> None:
        # math.exp, not numpy's: the last bit of numpy's depends on the machine's vector unit
        ratios = [math.exp(log) for log in (logs - logs.max()).tolist()]
        weights = self._weights * np.array(ratios)
        prior = np.array(_PRIOR_WEIGHTS)
        self._weights = (1.0 - _SHARE) * weights / weights.sum() + _SHARE * prior

    def _count(self, action: _Action, reward: float) -> None:
        self._learned += 1
        off = reward - self._mean
        self._mean += off / self._learned
        self._squares += off * (reward - self._mean)
        action.count = _MEAN_FADING * action.count + 1.0
        action.total = _MEAN_FADING * action.total + reward
        action.last = self._learned

    def state(self) -> dict[str, Any]:
        """Return the whole state, as plain values."""
        actions = list(self._actions.values())
        return {
            "contexts": self.contexts.state(),
            "ids": list(self._actions),
            "counts": [action.count for action in actions],
            "totals": [action.total for action in actions],
            "last": [action.last for action in actions],
            "since": [action.since for action in actions],
            "beliefs": [
                {"cov": belief.cov, "weights": belief.weights}
                for action in actions
                for belief in action.beliefs
            ],
            "weights": self._weights,
            "errors": self._errors,
            "sums": [self._learned, self._mean, self._squares],
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self.contexts.load(state["contexts"])
        self._weights, self._errors = state["weights"], state["errors"]
        self._learned, self._mean, self._squares = state["sums"]
        self._actions.clear()
        beliefs = iter(state["beliefs"])
        columns = state["ids"], state["counts"], state["totals"], state["last"], state["since"]
        for name, count, total, last, since in zip(*columns, strict=True):
            action = self._actions[name] = _Action(since)
            action.count, action.total, action.last = count, total, last
            for belief in action.beliefs:
                stored = next(beliefs)
                belief.cov, belief.weights = stored["cov"], stored["weights"]


def _mean_of(actions: Sequence[_Action]) -> float:
    """Return the mean reward of the actions, each of which counts once if it is known well."""
    total = weight = 0.0
    for action in actions:
        if action.count > 0.0:
            trust = action.count / (action.count + 1.0)
            total += trust * action.total / action.count
            weight += trust
    return total / weight if weight else 0.0
