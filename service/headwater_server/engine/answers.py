"""From a request to a slate, step by step: history, candidates, scores, slots, results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.exploration import bandit, slates, slot_probabilities
from headwater_server.engine.exploration.slot_probabilities import SlotProbabilities
from headwater_server.engine.grouped.answering import Drawn, GroupedAnswering
from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.messages.results import Result, Results
from headwater_server.engine.parts import Parts
from headwater_server.engine.ranking import objectives
from headwater_server.engine.ranking.objective_names import ACTS
from headwater_server.engine.reranking.answer_settings import AnswerSettings
from headwater_server.engine.reranking.candidates import Question
from headwater_server.engine.reranking.filling import Filled

Known = dict[tuple[str, bool], tuple[str, ...]]
"""The circumstances of questions with only a placement, by it and whether a page asks."""


class Asked(NamedTuple):
    """A request, the settings of its answer, the arms that it names, and who asks.

    ``profiles`` is what `Visitors.profiles_of` returns.
    """

    request: RecommendRequest
    under: AnswerSettings
    arms: tuple[Arm, ...]
    profiles: tuple[str, str]


def answer(
    parts: Parts, request: RecommendRequest, now_ms: int, under: AnswerSettings
) -> Recommendation:
    """Answer under the settings in force, or a policy's; the state stays as it was."""
    asked = question(parts, request, now_ms)
    return _recommendation(parts, asked, parts.reranking.slots(asked, under), under, ())


def in_force(parts: Parts, requests: Sequence[RecommendRequest]) -> list[Asked]:
    """Return requests as `answer_all` takes them, under the settings in force."""
    of, under = parts.visitors.profiles_of, parts.reranking.in_force
    return [
        Asked(request, under, (), of(request.visitor_id, request.user_id)) for request in requests
    ]


def answer_all(parts: Parts, asked: Sequence[Asked], now_ms: int) -> list[Recommendation]:
    """Answer each as `answer` does; those that need one kernel only together, in less time."""
    known: Known = {}
    questions = [
        _question(parts, request, profiles, now_ms, known) for request, _, _, profiles in asked
    ]
    settings = [under for _, under, _, _ in asked]
    drawn = GroupedAnswering(parts.reranking).slots(questions, settings)
    return [
        _recommendation(parts, one, parts.reranking.slots(one, under), under, arms)
        if slots is None
        else _plain(parts, one, slots, arms)
        for one, (_, under, arms, _), slots in zip(questions, asked, drawn, strict=True)
    ]


def _plain(parts: Parts, asked: Question, drawn: Drawn, arms: tuple[Arm, ...]) -> Recommendation:
    """Return the answer to a plain question, as `_recommendation` does with more steps."""
    head, ids, request = parts.models.probability, parts.catalogue.ids, asked.request
    items, scores, propensities = drawn
    chances = _chances(parts, asked, scores, items, known=True).values if head.is_ready else None
    found = Results([ids[item] for item in items.tolist()], scores, propensities, chances)
    name, placement = request.recommendation_id, request.placement
    return Recommendation(name, found, slates.EXPLORING, placement, arms=arms)


def _recommendation(
    parts: Parts, asked: Question, slots: Filled, under: AnswerSettings, arms: tuple[Arm, ...]
) -> Recommendation:
    request = asked.request
    objective = under.objective(request) if slots.by_score else ACTS
    ranker = under.ranker(request) if slots.by_score else ""
    found = results(parts, asked, slots, objective, ranker)
    policy = slates.policy_of(request, under.settings, parts.models.probability)
    answered = slates.recommendation(request, found, policy, slots.limits).within(arms)
    if slots.by_score and (note := bandit.objective_note(request, under.settings)):
        return answered.ranked_by(ACTS, note)
    if objective == ACTS:
        return answered
    chosen = slots.candidates.items[slots.rows]
    return answered.ranked_by(*objectives.reached(parts.models, chosen, objective))


def question(parts: Parts, request: RecommendRequest, now_ms: int) -> Question:
    """Look up who asks, under which circumstances, and which items are hidden from them."""
    profiles = parts.visitors.profiles_of(request.visitor_id, request.user_id)
    return _question(parts, request, profiles, now_ms, {})


def _question(
    parts: Parts, request: RecommendRequest, profiles: tuple[str, str], now_ms: int, known: Known
) -> Question:
    return Question(
        request,
        now_ms,
        parts.visitors.reading(profiles, request.session_id, now_ms / 1000.0),
        parts.scoring.known(request.context_item_ids),
        _circumstances(parts, request, profiles[1][1:], known),
        parts.hiding.hidden(profiles, now_ms),
    )


def _circumstances(
    parts: Parts, request: RecommendRequest, account: str, known: Known
) -> tuple[str, ...]:
    """Return the request's circumstances; most of those asked together have only a placement."""
    if account or request.context:
        return parts.circumstances(request, request.placement, account)[0]
    alike = request.placement, request.from_page
    found = known.get(alike)
    if found is None:
        found = known[alike] = parts.circumstances(request, request.placement, "")[0]
    return found


def results(
    parts: Parts, asked: Question, slots: Filled, objective: str = ACTS, ranker: str = ""
) -> Sequence[Result]:
    """Return the slots as results: with their chances, and with reasons if asked for.

    ``ranker`` has scored them, "" for the champion. The chances are of the champion's scores.
    """
    explain = asked.request.explain
    (given, items, scores), rows = slots.candidates, slots.rows
    chosen = items[rows]
    of_champion = scores[rows]
    if ranker and parts.models.probability.is_ready:
        of_champion = parts.scoring.scores(asked.history, chosen)
    chances = _chances(parts, asked, of_champion, chosen, known=slots.by_score)
    first = np.array(slots.first) if slots.first else None
    ids = parts.scoring.ids(given, chosen, rows)
    found = Results(ids, slots.scores, slots.propensities, chances.values, first)
    if not explain:
        return found
    if not slots.by_score:  # no model ranked them: only rules have reasons
        nothing = np.zeros(len(chosen), np.uint16)
        return tuple(slates.explained(found, chances, nothing, slots.moved))
    sources = parts.retriever.evidence.sources_of(chosen)
    explained = slates.explained(found, chances, sources, slots.moved)
    worth = objectives.lifts(parts.models, chosen, objective)
    args = asked.history, items, rows, scores, worth, ranker
    return parts.explanations.explain(explained, *args)


def _chances(
    parts: Parts,
    asked: Question,
    scores: NDArray[np.float64],
    chosen: NDArray[np.int32],
    *,
    known: bool,
) -> SlotProbabilities:
    """Return the chances of an act, slot by slot, as far as they are ``known``."""
    head, explain = parts.models.probability, asked.request.explain
    if not (known and head.is_ready):
        return slot_probabilities.unknown(len(chosen) if explain else 0)
    visitor = asked.history_length, asked.circumstances
    return slot_probabilities.of_slate(head, scores, chosen, *visitor, explain=explain)
