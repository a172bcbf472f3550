"""Re-ranking: rules and variety on top of the scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from headwater_server.engine.exploration import slates, thompson
from headwater_server.engine.exploration.plackett_luce import seed_of
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.reranking.answering import NO_DRAW, Answering, Draw
from headwater_server.engine.reranking.candidates import Pool, Question
from headwater_server.engine.reranking.filling import ActiveRules, Filled, Filling
from headwater_server.engine.reranking.first_slot import first_slot
from headwater_server.engine.reranking.hiding import HidingRules
from headwater_server.engine.reranking.levels import Level
from headwater_server.engine.reranking.rules import (
    Boost,
    Bury,
    Cap,
    Diversify,
    Hide,
    Pin,
    Rule,
    parse_rules,
)
from headwater_server.engine.reranking.similarity_inputs import SimilarityInputs
from headwater_server.engine.reranking.slots import NO_NOISE, DrawParameters
from headwater_server.engine.settings import EngineSettings


class Reranking:
    """The stage between scores and slate; it only reads, and has no state."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.scoring = scoring = answering.scoring
        self.similarity = SimilarityInputs(scoring.models, scoring.catalogue)
        self.adopt(EngineSettings())

    def adopt(self, settings: EngineSettings) -> None:
        """Use new settings. Raises `BadRuleError`."""
        self.settings = settings
        self.rules = parse_rules(settings.rules)
        hides = [rule for rule in self.rules if isinstance(rule, Hide)]
        self.hiding = HidingRules(settings.hide_days, hides)

    def hidden_until_ms(self, event_type: str, item: int, now_ms: int) -> int | None:
        """Return until when an act hides the item; None: no rule matches."""
        data = self.scoring.catalogue.at(item)
        return self.hiding.until_ms(event_type, data, now_ms)

    def active_rules(self, request: RecommendRequest, now_ms: int) -> ActiveRules | None:
        """Return the rules that apply to the request; None: none, slots are drawn by score."""
        if not self.rules and not request.diversity and self.settings.diversity == "none":
            return None
        rules = [rule for rule in self.rules if rule.holds(request.placement, now_ms)]
        found = ActiveRules(
            self._level(request, rules),
            tuple(rule for rule in rules if isinstance(rule, Pin)),
            tuple(rule for rule in rules if isinstance(rule, Boost | Bury)),
            tuple(rule for rule in rules if isinstance(rule, Cap)),
        )
        is_idle = found.level == "none" and not (found.pins or found.strengths or found.caps)
        return None if is_idle else found

    def _level(self, request: RecommendRequest, rules: Sequence[Rule]) -> Level:
        """Return the level of the request, else of the first rule with one, else of the setting."""
        if request.diversity:
            return cast("Level", request.diversity)
        levels = (rule.level for rule in rules if isinstance(rule, Diversify))
        return next(levels, self.settings.diversity)

    def slots(self, question: Question) -> Filled:
        """Return the filled slots, with the candidates and those that rules add."""
        active = self.active_rules(question.request, question.now_ms)
        draw = self._draw(question.request) if active is None else NO_DRAW
        candidates, drawn = self.answering.candidates(question, draw)
        if drawn is not None:
            return Filled(candidates, *drawn)
        pool = Pool(self.scoring, question, candidates)
        if active is None:
            return self._by_score(pool)
        return Filling(active, pool, self.similarity, self.settings).filled()

    def _draw(self, request: RecommendRequest) -> Draw:
        """Return how the kernel draws the slots; not at all if it is to be done otherwise."""
        settings, head = self.settings, self.scoring.models.probability
        if not request.explore or request.first_slot or thompson.applies(head, request, settings):
            return NO_DRAW
        seed = np.uint64(seed_of(request.recommendation_id))
        epsilon, temperature = settings.exploration_epsilon, settings.exploration_temperature
        # as floats, always: another type would compile the kernel once more
        return Draw(request.page_size, float(epsilon), float(temperature), seed)

    def _by_score(self, pool: Pool) -> Filled:
        """Draw the slots of a request without active rules."""
        request, scores = pool.question.request, pool.candidates.scores
        sampled = pool.sampled(self.settings)
        rows, propensities = slates.draw(scores, request, self.settings, sampled)
        filled = Filled(pool.candidates, rows, propensities, scores[rows])
        if not request.first_slot or not len(rows):
            return filled
        settings = self.settings
        noise = NO_NOISE if sampled is None else sampled - scores
        seed = np.uint64(seed_of(request.recommendation_id))
        epsilon, temperature = settings.exploration_epsilon, settings.exploration_temperature
        draw = DrawParameters(epsilon, temperature, seed, request.explore, noise)
        first = first_slot(scores, None, draw, thompson.DRAWS)
        return filled._replace(first=tuple(first[rows].tolist()))
