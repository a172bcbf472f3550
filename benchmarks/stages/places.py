"""Which functions make a stage: ``module:Class.method`` below the server's package.

A function is named where it is looked up, so one that is imported by name is under its importer.
A stage of several functions counts them all; what they call of another stage is not in it.
"""

from __future__ import annotations

_HISTORY = {
    "history": (
        "engine.parts:Parts.history",
        "engine.parts:Parts.history_before",
    ),
}
_TABLES = {
    "tables for the kernel": (
        "engine.ranking.holding:Holding.begin",
        "engine.retrieval.retriever:Retriever.begin",
        "engine.retrieval.retriever:Retriever.visitor",
        "engine.ranking.ranking:Ranking.statistics",
        "engine.catalogue.catalogue:Catalogue.shown_at",
    ),
}

RECOMMEND = {
    "guard": ("benchmarks.stages.recommending:guarded",),
    "parse": ("benchmarks.stages.recommending:parse",),
    "translate in": ("api.translate.recommendation:recommend_request",),
    "servicer": ("api.servicers.recommendation:RecommendationServicer.Recommend",),
    "replica": ("replica.reads.reads:Reads.recommend", "replica.reads.together:Together._next"),
    "visitor and circumstances": ("engine.answers:question",),
    "hidden items": ("engine.reranking.hiding:Hiding.hidden",),
    **_TABLES,
    "kernel: history to slots": (
        "engine.grouped.answering:answer_all",
        "engine.reranking.answering:answer_one",
    ),
    "kernel, around": (
        "engine.grouped.answering:GroupedAnswering._drawn",
        "engine.reranking.answering:Answering.candidates",
    ),
    "slots, around": ("engine.reranking.reranker:Reranking.slots",),
    "chances": ("engine.exploration.slot_probabilities:of_slate",),
    "results": ("engine.answers:results", "engine.answers:_plain"),
    "engine, around": (
        "engine.engine:Engine.recommend",
        "engine.engine:Engine.recommend_all",
        "engine.answers:answer",
        "engine.answers:answer_all",
        "engine.grouped.answering:GroupedAnswering.slots",
    ),
    "token": ("replica.reads.reads:Reads._signed",),
    "translate out": ("api.translate.recommendation:recommend_response",),
}

EVENT = {
    "parse": ("benchmarks.stages.feeding:parse",),
    "translate in": ("api.translate.feedback:plain_event",),
    "checks": ("replica.writes.event_checks:EventChecks._check_part",),
    "encode for the log": ("benchmarks.stages.feeding:encode",),
    "firewall": ("engine.engine:refusal_of", "engine.plain_acts:_passes"),
    "deduplication: status": ("engine.intake.deduplication_windows:DeduplicationWindows.status",),
    "deduplication: remember": (
        "engine.intake.deduplication_windows:DeduplicationWindows.remember",
        "engine.intake.deduplication_windows:DeduplicationWindows.remember_new",
    ),
    "influence": (
        "engine.intake.influence:Influence.excess",
        "engine.intake.influence:Influence.note",
        "engine.intake.influence:Influence.counts_of",
        "engine.intake.influence:Influence.count",
    ),
    "visitor's row": (
        "engine.visitors.visitors:Visitors.open",
        "engine.visitors.visitors:Visitors.open_rows",
        "engine.visitors.visitors:Visitors.rows_of",
        "engine.visitors.visitors:Visitors.acting",
    ),
    **_TABLES,
    "kernel: ranker's step, counts": ("engine.learning.learning:learn_acts",),
    "arrays for the kernel": (
        "engine.learning.acts:Acts.add",
        "engine.learning.learning:Learning._ranked",
    ),
    "popular items, 1 in 50": ("engine.retrieval.popular:PopularItems.refresh",),
    "drift": ("engine.measures.drift:Drift.observe_all",),
    "learning, around": (
        "engine.learning.learning:Learning._learn",
        "engine.learning.learning:Learning._settle",
    ),
    "plain act, around": ("engine.engine:note_plain", "engine.plain_acts:_learn"),
    "engine, around": ("engine.engine:Engine.apply",),
    "translate out": ("benchmarks.stages.feeding:feedback_response",),
    "serialize": ("benchmarks.stages.feeding:serialize",),
    "around": ("benchmarks.stages.feeding:Feeding.answer",),
}
