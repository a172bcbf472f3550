"""Re-ranking: rules and variety on top of the scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from headwater_server.engine.exploration import slates, thompson
from headwater_server.engine.exploration.exploration import seed_of
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.ranking.answering import Answering
from headwater_server.engine.reranking.candidates import Candidates, Pool, Question
from headwater_server.engine.reranking.filling import Filled, Filling, InForce
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
from headwater_server.engine.reranking.similarity_inputs import Kinship
from headwater_server.engine.reranking.slots import NO_NOISE, Chance
from headwater_server.engine.settings import EngineSettings


class Reranking:
    """The stage between scores and slate; it reads, and keeps nothing but scratch."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.kinship = Kinship(answering.models, answering.catalogue)
        self.adopt(EngineSettings())

    def adopt(self, settings: EngineSettings) -> None:
        """Take settings over. Raises `BadRuleError`."""
        self.settings = settings
        self.rules = parse_rules(settings.rules)
        hides = [rule for rule in self.rules if isinstance(rule, Hide)]
        self.hiding = HidingRules(settings.hide_days, hides)

    def hidden_until_ms(self, event_type: str, item: int, now_ms: int) -> int | None:
        """Return until when an act leaves the item out, None: no rule says."""
        told = self.answering.catalogue.at(item)
        return self.hiding.until_ms(event_type, told, now_ms)

    def in_force(self, request: RecommendRequest, now_ms: int) -> InForce | None:
        """Return what applies to the request; None: nothing does, slots are drawn by score."""
        if not self.rules and not request.diversity and self.settings.diversity == "none":
            return None
        rules = [rule for rule in self.rules if rule.holds(request.placement, now_ms)]
        found = InForce(
            self._level(request, rules),
            tuple(rule for rule in rules if isinstance(rule, Pin)),
            tuple(rule for rule in rules if isinstance(rule, Boost | Bury)),
            tuple(rule for rule in rules if isinstance(rule, Cap)),
        )
        is_idle = found.level == "none" and not (found.pins or found.strengths or found.caps)
        return None if is_idle else found

    def _level(self, request: RecommendRequest, rules: Sequence[Rule]) -> Level:
        """Return what the request asks for, else the first rule that says, else the setting."""
        if request.diversity:
            return cast("Level", request.diversity)
        said = (rule.level for rule in rules if isinstance(rule, Diversify))
        return next(said, self.settings.diversity)

    def slots(self, question: Question, candidates: Candidates) -> Filled:
        """Return the filled slots, with the candidates and those that rules put beside them."""
        force = self.in_force(question.request, question.now_ms)
        pool = Pool(self.answering, question, candidates)
        if force is None:
            return self._by_score(pool)
        return Filling(force, pool, self.kinship, self.settings).filled()

    def _by_score(self, pool: Pool) -> Filled:
        """Draw the slots where nothing is in force."""
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
        chance = Chance(epsilon, temperature, seed, request.explore, noise)
        first = first_slot(scores, None, chance, thompson.DRAWS)
        return filled._replace(first=tuple(first[rows].tolist()))
