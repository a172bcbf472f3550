"""The life of an impression: reported, acted on or not, closed, learned from."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.exploration.slot_probabilities import slot_features
from headwater_server.engine.learning.attribution import Attribution, Impression
from headwater_server.engine.learning.decisions import Decisions
from headwater_server.engine.learning.learning import Learning
from headwater_server.engine.measures.measures import Measures
from headwater_server.engine.measures.placements import ALL
from headwater_server.engine.messages.events import Event
from headwater_server.engine.ranking.candidate_scoring import CandidateScoring
from headwater_server.engine.visitors.visitors import History
from headwater_server.models.probability.averaging import share_of_slate
from headwater_server.models.probability.probability import buckets


class Impressions:
    """Only reported impressions become negatives, and only when their window has closed."""

    def __init__(
        self,
        attribution: Attribution,
        learning: Learning,
        scoring: CandidateScoring,
        measures: Measures,
    ) -> None:
        self.attribution = attribution
        self.decisions = Decisions(scoring.models.bandit)
        self.learning = learning
        self.scoring = scoring
        self.measures = measures

    def report(
        self,
        event: Event,
        profile: str,
        history: History,
        now_ms: int,
        account: tuple[str, ...] | None = None,
    ) -> list[int]:
        """Open the window of the seen slots; return their items. A repeated report counts once.

        ``account``: the features of who asked, None if they are those of the event's ``history``.
        """
        slate = event.slate
        known = self.scoring.catalogue.number
        seen, positions = [], []
        for position, item_id in _slots(event):
            item = known(item_id)
            source = slate.recommendation_id if slate else event.event_id
            if item is not None and not self.attribution.is_reported(profile, source, item):
                seen.append(item)
                positions.append(position)
        if not seen:
            return seen
        numbers = map(known, slate.item_ids if slate else ())
        unseen = [n for n in numbers if n is not None and n not in seen]
        whole = np.array(seen + unseen, dtype=np.int32)
        described = self.scoring.ranking.given(history, whole)
        scores = self.scoring.scored(history, described)
        shares, slots = share_of_slate(scores), slice(len(seen))
        self.attribution.open(
            Impression(
                profile=profile,
                recommendation_id=slate.recommendation_id if slate else event.event_id,
                placement=event.placement or (slate.placement if slate else ""),
                is_named=event.names_placement,
                policy=slate.policy if slate else "",
                closes_ms=now_ms + self.attribution.window_ms,
                history_length=len(history.items),
                items=whole[slots],
                positions=np.array(positions, dtype=np.float32),
                scores=scores[slots].astype(np.float32),
                shares=shares[slots].astype(np.float32),
                features=described.rows[slots].astype(np.float16),
                context=described.context,
                circumstances=buckets(history.circumstances),
                rewards=np.zeros(len(seen), dtype=np.float32),
            )
        )
        names = self.scoring.catalogue.ids
        ranked = zip(seen, scores[slots].tolist(), strict=True)
        scored = {names[item]: score for item, score in ranked}
        asked = history if account is None else history._replace(circumstances=account)
        self.decisions.open(event, profile, asked, scored)
        return seen

    def forgetting(self, items: NDArray[np.int32]) -> Iterator[None]:
        """Drop impressions with an item that is removed, and their choices, in steps."""
        for dropped in self.attribution.forgetting(items):
            for impression in dropped:
                if self._choice_of(impression) is not None:
                    self.decisions.drop(impression.recommendation_id)
            yield

    def closing(self, now_ms: int, events_learned: int) -> Generator[bool, None, None]:
        """Learn from the impressions whose window is over; yield True after each."""
        while (impression := self.attribution.close_one(now_ms)) is not None:
            placement = self.measures.group(impression.placement, named=impression.is_named)
            acted = bool((impression.rewards > 0).any())
            self._observe(acted, float(impression.rewards.sum()), placement, impression.policy)
            self.measures.drift.observe_slate(
                placement, acted=acted, events_learned=events_learned, now_ms=now_ms
            )
            self._learn(impression, placement)
            reward = self._choice_of(impression)
            if reward is not None:
                self.decisions.close(impression.recommendation_id, reward)
            yield True

    def _choice_of(self, impression: Impression) -> float | None:
        """Return the reward of the choice's own item; None: the impression opened no choice.

        Another one may have its id: callers choose ids.
        """
        decision = self.decisions.of(impression.recommendation_id, impression.profile)
        if decision is None:
            return None
        rewards = impression.rewards[
            impression.items == self.scoring.catalogue.number(decision.item_id)
        ]
        return float(rewards.max()) if len(rewards) else None

    def _observe(self, acted: bool, reward: float, placement: str, policy: str) -> None:  # noqa: FBT001
        """Record the metrics of the slate, before it is learned."""
        for group in ((placement, policy), (ALL, ALL)):
            self.measures.progress.observe("act_rate", float(acted), *group)
            self.measures.progress.observe("reward", reward, *group)

    def _learn(self, impression: Impression, placement: str) -> None:
        head = self.learning.models.probability
        scores, shares = impression.scores.astype(np.float64), impression.shares.astype(np.float64)
        dense = slot_features(scores, shares, impression.positions, impression.history_length)
        slots, acts = (dense, impression.circumstances, impression.items), impression.acts
        if head.is_ready:
            chances = head.score_many(*slots)
            self.measures.calibration.observe(chances, acts, placement, impression.policy)
        head.learn_many(*slots, acts)
        seen_s = (impression.closes_ms - self.attribution.window_ms) / 1000.0
        self.measures.act_rates.observe(placement, impression.items, acts > 0, seen_s)
        features = impression.features.astype(np.float32)
        self.learning.learn_slate(features, impression.context, impression.items, acts)


def _slots(event: Event) -> list[tuple[int, str]]:
    """Return (position, item) of the seen slots; of a slate only items that it contains."""
    named = [item.item_id for item in event.items]
    if event.slate is None:
        return list(enumerate(named, start=max(1, event.position)))
    seen = set(named)
    if event.choice is not None:  # the caller chose: it stood alone, wherever our list had it
        return [(1, item_id) for item_id in event.slate.item_ids if item_id in seen]
    slots = enumerate(event.slate.item_ids, start=1)
    return [(place, item_id) for place, item_id in slots if not named or item_id in seen]
