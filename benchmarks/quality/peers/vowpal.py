"""Vowpal Wabbit, online: which of some candidates was chosen, from crossed features.

Candidates come from popularity and co-visitation, as they must from somewhere: Vowpal Wabbit ranks
what it is given. References: https://vowpalwabbit.org; Bietti, Agarwal, Langford. A Contextual
Bandit Bake-off. JMLR 2021 (its reduction to cost-sensitive classification is `cb_type ips`).
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from heapq import nlargest

import vowpalwabbit

from headwater_server.evaluation.baselines.numbering import Numbering
from headwater_server.evaluation.baselines.popularity import Popularity
from headwater_server.evaluation.baselines.recommender import Recommender

ARGUMENTS = "--cb_adf --rank_all --cb_type ips -q vi -q li --noconstant -b 22 --quiet"
PAIRED_ITEMS = 5  # of the visitor's latest, which the new item is paired with
BACKWARD = 0.5  # weight of a pair against the order in which it was seen
POPULAR, TOGETHER = 40, 60  # candidates at most
NEGATIVES = 20


class VowpalWabbit(Recommender):
    """A linear model of crossed features, which says of each candidate what showing it costs.

    cost(i) = w . (i + visitor x i + latest two items x i), learned by Vowpal Wabbit's own adaptive
    gradient: -1 for the item that came, 0 for `NEGATIVES` others of the same candidates.
    ``with_counts`` adds counts to the features: log(1 + .) of co-visitation with the latest items,
    of that with the latest item, and of popularity. It then weighs another recommender's evidence.
    """

    def __init__(self, rate: float = 0.1, *, with_counts: bool = False) -> None:
        self.name = "Vowpal Wabbit with co-visitation" if with_counts else "Vowpal Wabbit"
        self.strengthened = self._with_counts = with_counts
        self.settings = (
            f"{ARGUMENTS} -l {rate}; {POPULAR} popular + {TOGETHER} co-visited candidates with the "
            f"latest {PAIRED_ITEMS} items; updated at every event against {NEGATIVES} of them"
            + ("; counts of co-visitation and popularity are features" if with_counts else "")
        )
        self._model = vowpalwabbit.Workspace(f"{ARGUMENTS} -l {rate}")
        self._items = Numbering()
        self._visitors = Numbering()
        self._latest: dict[str, list[int]] = {}  # newest last
        self._together: list[dict[int, float]] = []
        self._popularity = Popularity(2_000)
        self._random = random.Random(1)

    def learn(
        self, visitor_id: str, item_id: str, reward: float, value: float | None, time_s: float
    ) -> None:
        """Learn from a rewarded event whose item was among the candidates; then count it."""
        item = self._items.number(item_id)
        if item == len(self._together):
            self._together.append({})
        self._visitors.number(visitor_id)
        latest = self._latest.setdefault(visitor_id, [])
        if reward > 0 and item not in latest[-1:]:
            self._teach(visitor_id, item, {self._items.ids[i] for i in latest[-1:]})
        self._popularity.learn(visitor_id, item_id, reward, value, time_s)
        if reward > 0:
            self._pair(latest, item)
            latest.append(item)
            del latest[:-PAIRED_ITEMS]

    def _teach(self, visitor_id: str, item: int, left_out: AbstractSet[str]) -> None:
        candidates = self._candidates(visitor_id, left_out)
        chosen = candidates.pop(item, None)
        if chosen is None or not candidates:
            return
        others = self._random.sample(list(candidates), min(NEGATIVES, len(candidates)))
        rows = [f"0:-1:1 {chosen}", *(candidates[other] for other in others)]
        self._model.learn([self._shared(visitor_id), *rows])

    def _pair(self, latest: list[int], item: int) -> None:
        for earlier in latest:
            if earlier != item:
                forward, backward = self._together[earlier], self._together[item]
                forward[item] = forward.get(item, 0.0) + 1.0
                backward[earlier] = backward.get(earlier, 0.0) + BACKWARD

    def _shared(self, visitor_id: str) -> str:
        latest = self._latest.get(visitor_id, [])[-2:]
        places = " ".join(f"{place}{i}" for place, i in zip("lm", reversed(latest), strict=False))
        return f"shared |v {self._visitors.find(visitor_id)} |l {places}"

    def _candidates(self, visitor_id: str, left_out: AbstractSet[str]) -> dict[int, str]:
        """Return the candidates with their features as Vowpal Wabbit reads them."""
        latest = self._latest.get(visitor_id, [])
        together = self._evidence(latest, self._items.known(left_out))
        popular = dict(self._popularity.recommend(visitor_id, 0.0, left_out, POPULAR))
        weights = self._popularity.scores()
        chosen = dict.fromkeys(nlargest(TOGETHER, together, key=together.__getitem__))
        chosen |= dict.fromkeys(self._items.known(popular))
        after = self._together[latest[-1]] if latest else {}
        rows = {}
        for item in chosen:
            if not self._with_counts:
                rows[item] = f"|i {item}"
                continue
            near, last = math.log1p(together.get(item, 0.0)), math.log1p(after.get(item, 0.0))
            counts = f"t:{near:.3f} n:{last:.3f} p:{math.log1p(weights[item]):.3f}"
            rows[item] = f"|i {item} |c {counts}"
        return rows

    def _evidence(self, latest: list[int], left_out: Iterable[int]) -> dict[int, float]:
        evidence: dict[int, float] = {}
        for place, item in enumerate(reversed(latest)):
            for other, count in self._together[item].items():
                evidence[other] = evidence.get(other, 0.0) + 0.5**place * count
        for item in left_out:
            evidence.pop(item, None)
        return evidence

    def recommend(
        self, visitor_id: str, now_s: float, left_out: AbstractSet[str], n: int
    ) -> list[tuple[str, float]]:
        """Return the candidates of the lowest cost; the score is what is gained, minus the cost."""
        del now_s
        candidates = self._candidates(visitor_id, left_out)
        if not candidates:
            return []
        costs = self._model.predict([self._shared(visitor_id), *candidates.values()])
        ranked = sorted(zip(costs, candidates, strict=True))[:n]
        return [(self._items.ids[item], -cost) for cost, item in ranked]
