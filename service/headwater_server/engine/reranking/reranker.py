"""Re-ranking: rules and variety on top of the scores."""

from __future__ import annotations

import numpy as np

from headwater_server.engine.exploration import slates, thompson
from headwater_server.engine.exploration.plackett_luce import seed_of
from headwater_server.engine.reranking import ordered
from headwater_server.engine.reranking.answer_settings import (
    ActiveRules,
    AnswerSettings,
    Order,
)
from headwater_server.engine.reranking.answering import NO_DRAW, Answering, Draw
from headwater_server.engine.reranking.candidates import Pool, Question
from headwater_server.engine.reranking.drawing.first_slot import first_slot
from headwater_server.engine.reranking.drawing.slots import NO_NOISE, DrawParameters
from headwater_server.engine.reranking.filling import Filled, Filling
from headwater_server.engine.reranking.hiding import HidingRules
from headwater_server.engine.reranking.rules import Hide
from headwater_server.engine.reranking.similarity_inputs import SimilarityInputs
from headwater_server.engine.settings import EngineSettings
from headwater_server.models.probability.probability import ProbabilityHead
from headwater_server.models.ranker.ranker import ListwiseRanker


class Reranking:
    """The stage between scores and slate; it only reads, and has no state."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.scoring = scoring = answering.scoring
        self.similarity = SimilarityInputs(scoring.models, scoring.catalogue)
        self.adopt(EngineSettings())

    def adopt(self, settings: EngineSettings) -> None:
        """Use new settings. Raises `BadRuleError`."""
        self.in_force = AnswerSettings.of(settings)  # a new object: `Asking` compares it
        hides = [rule for rule in self.in_force.rules if isinstance(rule, Hide)]
        self.hiding = HidingRules(settings.hide_days, hides)

    def hidden_until_ms(self, event_type: str, item: int, now_ms: int) -> int | None:
        """Return until when an act hides the item; None: no rule matches."""
        data = self.scoring.catalogue.at(item)
        return self.hiding.until_ms(event_type, data, now_ms)

    def slots(self, question: Question, under: AnswerSettings) -> Filled:
        """Return the filled slots, with the candidates and those that rules add."""
        active = under.active_rules(question.request, question.now_ms)
        if under.order is not Order.SCORE:
            pool = ordered.pool(self.scoring, question, under.order)
            return self._filled(pool, active, under.settings)._replace(by_score=False)
        draw = under.draw(question.request, self.head) if active is None else NO_DRAW
        ranker = under.ranker(question.request)
        candidates, drawn = self.answering.candidates(question, draw, ranker)
        if drawn is not None:
            return Filled(candidates, *drawn)
        pool = Pool(self.scoring.by(ranker), question, candidates)
        pool, settings = pool.as_choice(under.settings)
        filled = self._filled(pool, active, settings)
        if filled.candidates.items is candidates.items:
            # what follows, such as the chance of an act, needs the scores of the ranker
            return filled._replace(candidates=candidates)
        return filled

    def _filled(self, pool: Pool, active: ActiveRules | None, settings: EngineSettings) -> Filled:
        if active is None:
            return self._by_score(pool, settings)
        return Filling(active, pool, self.similarity, settings).filled()

    def plain_draw(self, question: Question, under: AnswerSettings) -> Draw:
        """Return how slots are drawn that need nothing but one kernel; not at all for others."""
        request = question.request
        is_special = request.explain or request.filter or request.candidate_item_ids
        if is_special or under.order is not Order.SCORE:
            return NO_DRAW
        if not isinstance(self.scoring.models.ranker, ListwiseRanker):
            return NO_DRAW
        is_other = request.diversity or request.objective or request.first_slot
        if under.is_usual and request.explore and not is_other:
            return under.usual_draw(request)
        is_ruled = under.active_rules(request, question.now_ms) is not None
        return NO_DRAW if is_ruled else under.draw(request, self.head)

    @property
    def head(self) -> ProbabilityHead:
        """The probability of an act, which Thompson sampling draws from."""
        return self.scoring.models.probability

    def _by_score(self, pool: Pool, settings: EngineSettings) -> Filled:
        """Draw the slots of a request without active rules."""
        if pool.limit_variants(pool.values(settings)):
            pool.fill_up()
        request, scores = pool.question.request, pool.values(settings)
        sampled = pool.sampled(settings)
        rows, propensities = slates.draw(scores, request, settings, sampled)
        filled = Filled(pool.candidates, rows, propensities, scores[rows])
        if not request.first_slot or not len(rows):
            return filled
        noise = NO_NOISE if sampled is None else sampled - scores
        seed = np.uint64(seed_of(request.recommendation_id))
        epsilon, temperature = settings.exploration_epsilon, settings.exploration_temperature
        draw = DrawParameters(epsilon, temperature, seed, request.explore, noise)
        first = first_slot(scores, None, draw, thompson.DRAWS)
        return filled._replace(first=tuple(first[rows].tolist()))
