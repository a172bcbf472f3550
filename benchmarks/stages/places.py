"""Which functions make a stage: ``module:Class.method`` below the server's package.

A function is named where it is looked up, so one that is imported by name is under its importer.
A stage of several functions counts them all; what they call of another stage is not in it.
"""

from __future__ import annotations

_ENGINE = {
    "history": (
        "engine.parts:Parts.history",
        "engine.parts:Parts.history_before",
        "engine.ranking.candidate_scoring:CandidateScoring.with_context",
    ),
    "retrieval: begin": ("models.evidence:Evidence.begin",),
    "retrieval: content's profile": ("models.content.content:Content.build_profile",),
    "retrieval: next": ("models.covisitation.next_item:NextItem.accumulate",),
    "retrieval: together": ("models.covisitation.companions:Companions.accumulate",),
    "retrieval: own, popular, new": (
        "engine.retrieval.retriever:add_own_items",
        "engine.retrieval.retriever:Retriever._popular",
        "engine.retrieval.retriever:Retriever._new",
    ),
    "retrieval: content": ("models.content.content:Content.propose",),
    "retrieval: circumstances": ("models.covisitation.circumstances:Circumstances.accumulate",),
    "retrieval: walk": ("models.covisitation.walk:Walk.accumulate",),
    "retrieval: words": ("models.content.word_flow:WordFlow.propose",),
    "retrieval: cycles": ("models.covisitation.cycles:Cycles.accumulate",),
    "selection": (
        "engine.catalogue.catalogue:Catalogue.shown_at",
        "engine.retrieval.retriever:select_candidates",
    ),
    "features: content": ("models.content.content:Content.accumulate",),
    "features: words": ("models.content.word_flow:WordFlow.accumulate",),
    "features: of items": ("engine.features.features:item_features",),
    "features: context": ("engine.ranking.ranking:Ranking._context",),
    "scores": ("models.ranker.ranker:ListwiseRanker.score_many",),
}

RECOMMEND = {
    "guard": ("benchmarks.stages.recommending:guarded",),
    "parse": ("benchmarks.stages.recommending:parse",),
    "translate in": ("api.translate.recommendation:recommend_request",),
    "servicer": ("api.servicers.recommendation:RecommendationServicer.Recommend",),
    "replica": ("replica.reads.reads:Reads.recommend",),
    **_ENGINE,
    "candidates, around": ("engine.engine:Engine._candidates",),
    "slots": ("engine.reranking.reranker:Reranking.slots",),
    "chances": ("engine.exploration.slot_probabilities:of_slate",),
    "results": ("engine.engine:Engine._results",),
    "engine, around": ("engine.engine:Engine.recommend",),
    "token": ("replica.reads.reads:Reads._signed",),
    "translate out": ("api.translate.recommendation:recommend_response",),
}

EVENT = {
    "parse": ("benchmarks.stages.feeding:parse",),
    "translate in": ("api.translate.feedback:_event",),
    "checks": ("replica.writes.event_checks:EventChecks._check",),
    "encode for the log": ("benchmarks.stages.feeding:encode",),
    "firewall": ("engine.engine:quarantine_reason", "engine.engine:ahead_reason"),
    "deduplication: status": ("engine.intake.deduplication_windows:DeduplicationWindows.status",),
    "deduplication: remember": (
        "engine.intake.deduplication_windows:DeduplicationWindows.remember",
    ),
    "influence": (
        "engine.intake.influence:Influence.excess",
        "engine.intake.influence:Influence.note",
    ),
    "visitor's row": (
        "engine.visitors.visitors:Visitors.open",
        "engine.visitors.visitors:Visitors.enter",
        "engine.visitors.visitors:Visitors.acting",
    ),
    "rewards, hiding": ("engine.engine:Engine._reward", "engine.engine:Engine._hide"),
    **_ENGINE,
    "measure, 1 in 10": ("engine.learning.learning:Learning._measure",),
    "sample": ("engine.learning.learning:_sample",),
    "ranker's step": ("models.ranker.ranker:ListwiseRanker.learn_many",),
    "learn: next": ("models.covisitation.next_item:NextItem.learn",),
    "learn: companions": ("models.covisitation.companions:Companions.learn",),
    "learn: circumstances": ("models.covisitation.circumstances:Circumstances.learn",),
    "learn: words": ("models.content.word_flow:WordFlow.learn",),
    "learn: cycles": ("models.covisitation.cycles:Cycles.learn",),
    "learn: popularity, activity": (
        "models.popularity.popularity:Popularity.learn",
        "models.popularity.activity:Activity.learn",
    ),
    "popular items, 1 in 50": ("engine.retrieval.popular:PopularItems.refresh",),
    "drift": ("engine.engine:Engine._watch_drift",),
    "history, add": ("engine.visitors.histories:Histories.add",),
    "learning, around": ("engine.learning.learning:Learning.learn_interaction",),
    "engine, around": ("engine.engine:Engine.apply",),
    "translate out": ("benchmarks.stages.feeding:feedback_response",),
    "serialize": ("benchmarks.stages.feeding:serialize",),
    "around": ("benchmarks.stages.feeding:Feeding.answer",),
}
