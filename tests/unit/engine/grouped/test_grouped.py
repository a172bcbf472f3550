"""Questions that are answered together have the answers that they have alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headwater_server.engine import answers
from headwater_server.engine.grouped.answering import GroupedAnswering
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.models.evidence import STAMPS
from tests.unit.engine.random_shop import VISITORS
from tests.unit.engine.reranking.test_answering import asked, linked_shop

RIVER = "river:preprocessing.StandardScaler() | linear_model.LogisticRegression()"


def special() -> list[RecommendRequest]:
    """Return requests that need more than the kernel."""
    plain = RecommendRequest("v1", "s0", page_size=5)
    return [
        replace(plain, recommendation_id="s1", explain=True),
        replace(plain, recommendation_id="s2", explore=False),
        replace(plain, recommendation_id="s3", first_slot=True),
        replace(plain, recommendation_id="s4", diversity="high"),
        replace(plain, recommendation_id="s5", candidate_item_ids=("i1", "i2", "unknown")),
        replace(plain, recommendation_id="s6", page_size=100),  # more than there are candidates
        plain,
    ]


def grouped(engine, requests, now_ms) -> int:
    """Return how many of the requests one kernel answers."""
    parts = engine.parts
    settings = [parts.reranking.in_force] * len(requests)
    questions = [answers.question(parts, request, now_ms) for request in requests]
    slots = GroupedAnswering(parts.reranking).slots(questions, settings)
    return sum(one is not None for one in slots)


def columns(recommendation):
    """Return all bytes of a list."""
    results = recommendation.results
    return (
        recommendation, results.item_ids, results.scores.tobytes(), results.propensities.tobytes(),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_together_each_question_has_its_own_answer(seed):
    engine, now_ms = linked_shop(seed, EngineSettings(seed=seed))
    requests = [*asked(seed), *special(), *asked(seed + 10)]
    assert grouped(engine, requests, now_ms) > len(requests) // 2
    before, together = engine.digest(), engine.recommend_all(requests, now_ms)
    for request, answer in zip(requests, together, strict=True):
        alone = engine.recommend(request, now_ms)
        assert answer == alone
        if not request.explain:
            assert columns(answer) == columns(alone)
    assert engine.digest() == before


def test_chances_of_acts_are_the_same_together():
    engine, now_ms = linked_shop(2)
    slate = Slate("r", "p", "", tuple(f"i{n}" for n in range(0, 40, 2)), (1.0,) * 20)
    seen = Event("seen", "impression", "v1", slate=slate)
    later_ms = now_ms + 30 * 86_400_000
    acts = [Event(f"act {n}", "click", "v1", items=(EventItem("i2"),)) for n in range(2)]
    engine.apply(Entry(now_ms, (seen, acts[0])))
    engine.apply(Entry(later_ms, (acts[1],)))
    engine.parts.models.probability.slots_min = 1
    requests = [RecommendRequest(f"v{n % VISITORS}", f"r{n}", page_size=5) for n in range(20)]
    together = engine.recommend_all(requests, later_ms)
    assert together[0].results[0].probability is not None
    assert together == [engine.recommend(request, later_ms) for request in requests]


@pytest.mark.parametrize(
    "settings",
    [
        EngineSettings(ranker=RIVER),
        EngineSettings(diversity="medium"),
        EngineSettings(rules=[{"name": "c", "kind": "cap", "field": "title", "most": 1}]),
        EngineSettings(exploration_policy="thompson"),
    ],
)
def test_under_other_rules_and_models_nothing_changes(settings):
    engine, now_ms = linked_shop(1, settings)
    requests = list(asked(1, 10))
    together = engine.recommend_all(requests, now_ms)
    assert together == [engine.recommend(request, now_ms) for request in requests]


def test_many_questions_find_the_evidence_of_none_before():
    """The stamps of the evidence run out and begin again within a group."""
    engine, now_ms = linked_shop(0)
    requests = [RecommendRequest(f"v{n % VISITORS}", f"r{n}", page_size=5) for n in range(60)]
    alone = [engine.recommend(request, now_ms) for request in requests]
    evidence = engine.parts.retriever.evidence
    evidence.meta[0] = STAMPS - 30
    assert engine.recommend_all(requests, now_ms) == alone
