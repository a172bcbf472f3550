"""The settings of an answer: what it depends on beside the state and the request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import cast

import numpy as np

from headwater_server.engine.exploration import bandit, thompson
from headwater_server.engine.exploration.plackett_luce import seed_of
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.ranking.objective_names import ACTS
from headwater_server.engine.reranking.answering import NO_DRAW, Draw
from headwater_server.engine.reranking.levels import Level
from headwater_server.engine.reranking.rules import (
    Boost,
    Bury,
    Cap,
    Diversify,
    Pin,
    Rule,
    parse_rules,
)
from headwater_server.engine.setting_values.rankers import answering
from headwater_server.engine.settings import EngineSettings
from headwater_server.models.probability.probability import ProbabilityHead


class Order(Enum):
    """What the slots are filled by: the scores, or without a model."""

    SCORE = "score"
    GIVEN = "given"
    POPULAR = "popular"


@dataclass(frozen=True, slots=True)
class ActiveRules:
    """The rules and the level that apply to one request; never empty."""

    level: Level
    pins: tuple[Pin, ...]
    strengths: tuple[Boost | Bury, ...]
    caps: tuple[Cap, ...]

    @property
    def is_idle(self) -> bool:
        """Whether nothing of it applies."""
        return self.level == "none" and not (self.pins or self.strengths or self.caps)


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """How slots are drawn, which rules hold, how much a list varies; those in force, or a policy's.

    Parameters
    ----------
    settings
        Of these only ``exploration_*``, ``diversity``, ``objective`` and the ranker are read.
    rules
        Parsed; those that hide items do nothing here.
    order
        `Order.SCORE`, but for baselines.
    explore
        None: as the request says.

    ``is_usual``: nothing but a request itself can keep the kernel from drawing its slots; known
    before the first of thousands of questions.
    """

    settings: EngineSettings
    rules: tuple[Rule, ...]
    order: Order = Order.SCORE
    explore: bool | None = None
    is_usual: bool = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Find out whether they are usual."""
        object.__setattr__(self, "is_usual", self._is_usual())

    @classmethod
    def of(cls, settings: EngineSettings) -> AnswerSettings:
        """Return those of the engine's settings. Raises `BadRuleError`."""
        return cls(settings, parse_rules(settings.rules))

    def active_rules(self, request: RecommendRequest, now_ms: int) -> ActiveRules | None:
        """Return the rules that apply to the request; None: none, slots are drawn by score."""
        if not self.rules and not request.diversity and self.settings.diversity == "none":
            return None
        rules = [rule for rule in self.rules if rule.holds(request.placement, now_ms)]
        by_score = self.order is Order.SCORE  # else boosts and costs have no unit
        found = ActiveRules(
            self._level(request, rules) if by_score else "none",
            tuple(rule for rule in rules if isinstance(rule, Pin)),
            tuple(rule for rule in rules if by_score and isinstance(rule, Boost | Bury)),
            tuple(rule for rule in rules if isinstance(rule, Cap)),
        )
        return None if found.is_idle else found

    def _level(self, request: RecommendRequest, rules: Sequence[Rule]) -> Level:
        """Return the level of the request, else of the first rule with one, else of the setting."""
        if request.diversity:
            return cast("Level", request.diversity)
        levels = (rule.level for rule in rules if isinstance(rule, Diversify))
        return next(levels, self.settings.diversity)

    def objective(self, request: RecommendRequest) -> str:
        """Return what the list is to maximise: the request's objective, else the setting."""
        return bandit.objective_of(request, self.settings)

    def ranker(self, request: RecommendRequest) -> str:
        """Return the name of the ranker whose scores decide, "" for the champion.

        One of few given items is chosen by its rewards, whichever ranker answers lists.
        """
        return "" if bandit.applies(request, self.settings) else answering(self.settings)

    def _is_usual(self) -> bool:
        settings = self.settings
        by_score = self.order is Order.SCORE and settings.objective == ACTS
        is_ruled = bool(self.rules) or settings.diversity != "none"
        is_sampled = settings.exploration_policy == thompson.THOMPSON
        return by_score and not (is_ruled or is_sampled or answering(settings))

    def draw(self, request: RecommendRequest, head: ProbabilityHead) -> Draw:
        """Return how the kernel draws the slots; not at all if it is to be done otherwise."""
        settings = self.settings
        if self.objective(request) != ACTS or self.ranker(request):
            return NO_DRAW
        if not request.explore or request.first_slot or thompson.applies(head, request, settings):
            return NO_DRAW
        return self.usual_draw(request)

    def usual_draw(self, request: RecommendRequest) -> Draw:
        """Return how the kernel draws slots by score, which the id of the request alone decides."""
        settings, seed = self.settings, np.uint64(seed_of(request.recommendation_id))
        epsilon, temperature = settings.exploration_epsilon, settings.exploration_temperature
        # as floats, always: another type would compile the kernel once more
        return Draw(request.page_size, float(epsilon), float(temperature), seed)
