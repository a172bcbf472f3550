"""Visitors of several experiments, whose policies differ, share one kernel."""

from __future__ import annotations

import json
from dataclasses import replace

from headwater_server.engine import assigning
from headwater_server.engine.engine import Engine
from headwater_server.engine.experiments import assignments
from headwater_server.engine.grouped import answering as grouped_answering
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem, Slate, Status
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentArm,
    ExperimentStop,
    ExperimentWrite,
    PolicyWrite,
)
from headwater_server.engine.messages.requests import RecommendRequest
from tests.unit.engine.grouped.test_grouped import columns
from tests.unit.engine.random_shop import VISITORS
from tests.unit.engine.reranking.test_answering import asked, linked_shop

BY_KERNEL = {
    "warm": {"exploration_temperature": 3.0},
    "bold": {"exploration_epsilon": 0.5},
    "plain": {"diversity": "none"},
}
BESIDE = {
    "sampled": {"exploration_policy": "thompson"},
    "varied": {"diversity": "high"},
    "ruled": {"rules": [{"name": "c", "kind": "cap", "field": "title", "most": 1}]},
}


def shop_with(policies, seed=1):
    """Return a shop with an experiment for each policy, in a layer of its own, and the time."""
    engine, now_ms = linked_shop(seed)
    operations = []
    for name, overrides in policies.items():
        arms = ExperimentArm("control"), ExperimentArm("other", name)
        operations.append(PolicyWrite(name, json.dumps(overrides)))
        operations.append(ExperimentWrite(Experiment(f"try-{name}", arms, layer=name)))
    outcomes = engine.apply(Entry(now_ms, tuple(operations)))
    assert {one.status for one in outcomes} == {Status.CREATED}
    return engine, now_ms


def settings_of(engine, requests, now_ms):
    return {
        assigning.assignment(engine.parts, one, now_ms).under.settings.canonical()
        for one in requests
    }


def test_one_kernel_answers_under_all_combinations_of_policies(monkeypatch):
    engine, now_ms = shop_with(BY_KERNEL)
    requests = [RecommendRequest(f"v{n}", f"r{n}", page_size=5) for n in range(60)]
    assert len(settings_of(engine, requests, now_ms)) == 4  # `plain` is as the settings are
    called = []
    answer_all = grouped_answering.answer_all

    def counted(*args):
        called.append(len(args[2].numbers))
        answer_all(*args)

    monkeypatch.setattr(grouped_answering, "answer_all", counted)
    engine.recommend_all(requests, now_ms)
    assert called == [60]


def test_each_answer_is_the_one_that_is_given_alone():
    engine, now_ms = shop_with(BY_KERNEL, 2)
    _same_alone(engine, [*asked(2), *asked(12)], now_ms)


def test_policies_that_need_more_than_the_kernel_stand_in_the_same_group():
    for name, overrides in BESIDE.items():
        engine, now_ms = shop_with({"warm": BY_KERNEL["warm"], name: overrides}, 3)
        _same_alone(engine, list(asked(3)), now_ms)


def test_a_baseline_is_an_arm_like_any_other():
    engine, now_ms = linked_shop(4)
    given = ("control", "", 0.5), ("greedy", "best", 0.25), ("any", "random", 0.25)
    arms = tuple(ExperimentArm(*arm) for arm in given)
    written = engine.apply(Entry(now_ms, (ExperimentWrite(Experiment("e", arms)),)))
    assert written[0].status is Status.CREATED, written
    answers = _same_alone(engine, list(asked(4)), now_ms)
    assert {arm.arm_id for one in answers for arm in one.arms} == {"control", "greedy", "any"}


def _same_alone(engine, requests, now_ms):
    """Compare all bytes of answers made together with those of a fresh engine, asked alone."""
    before, together = engine.digest(), engine.recommend_all(requests, now_ms)
    fresh = Engine.restore(engine.capture())
    for request, answer in zip(requests, together, strict=True):
        alone = fresh.recommend(request, now_ms)
        assert answer.arms == alone.arms
        assert columns(answer) == columns(alone)
    assert engine.digest() == fresh.digest() == before
    return together


def test_what_is_kept_of_a_visitor_ends_with_an_exposure_a_closed_arm_and_a_stop():
    engine, now_ms = shop_with({"warm": BY_KERNEL["warm"]})
    requests = [RecommendRequest(f"v{n}", f"r{n}", page_size=5) for n in range(VISITORS)]
    others = {"control": "other", "other": "control"}
    other = others[engine.recommend(requests[0], now_ms).arms[0].arm_id]
    steps = (
        _seen(engine, requests[0], now_ms, other),
        ExperimentStop("try-warm", "other", "enough"),
    )
    for n, step in enumerate(steps):
        engine.recommend_all(requests, now_ms)  # what is kept now must not be used after the step
        engine.apply(Entry(now_ms + n, (step,)))
        fresh = Engine.restore(engine.capture())
        assert engine.recommend_all(requests, now_ms) == fresh.recommend_all(requests, now_ms)
    assert not any(one.arms for one in engine.recommend_all(requests, now_ms))


def _seen(engine, request, now_ms, arm_id):
    """Return a report of a list in another arm than the one that is kept of the visitor."""
    answer = engine.recommend(request, now_ms)
    arms = (answer.arms[0]._replace(arm_id=arm_id),)
    items, visitor = tuple(answer.item_ids), request.visitor_id
    slate = Slate("seen", answer.policy, "", items, (1.0,) * len(items), arms=arms)
    return Event("seen", "impression", visitor, items=(EventItem(items[0]),), slate=slate)


def test_assignments_of_many_visitors_are_kept_by_halves(monkeypatch):
    monkeypatch.setattr(assignments, "KEPT_MAX", 20)
    engine, now_ms = shop_with({"warm": BY_KERNEL["warm"]})
    requests = [RecommendRequest(f"v{n}", "r", page_size=2) for n in range(50)]
    fresh = Engine.restore(engine.capture())
    for request in [*requests, *requests[::-1], *requests[:5] * 4]:
        assert engine.recommend(request, now_ms) == fresh.recommend(request, now_ms)
    for first in range(0, 50, 7):  # some are kept, some no longer, some twice in one call
        some = [*requests[first : first + 14], *requests[first : first + 3]]
        assert engine.recommend_all(some, now_ms) == [fresh.recommend(one, now_ms) for one in some]


def test_what_is_kept_by_placement_and_account_is_what_a_fresh_engine_finds(monkeypatch):
    monkeypatch.setattr(assignments, "KEPT_MAX", 40)
    monkeypatch.setattr(assignments, "PLACEMENTS_MAX", 3)
    engine, now_ms = shop_with({"warm": BY_KERNEL["warm"]}, 5)
    requests = [
        RecommendRequest(f"new-{n % 9}", "r", f"u{n % 4}" * (n % 3), placement=f"p{n % 5}")
        for n in range(90)
    ]
    names = {"control": "other", "other": "control"}
    for n in range(0, 90, 9):
        some, shown = requests[: n + 9], requests[n + n // 9 % 9]
        engine.recommend_all(some, now_ms)  # what is kept now must not be used after the report
        arm_id = names[engine.recommend(shown, now_ms).arms[0].arm_id]
        seen = replace(_seen(engine, shown, now_ms, arm_id), event_id=f"seen-{n}")
        engine.apply(Entry(now_ms + n, (replace(seen, user_id=shown.user_id),)))
        fresh = Engine.restore(engine.capture())
        again = engine.recommend_all(some, now_ms)
        assert [one.arms for one in again] == [fresh.recommend(one, now_ms).arms for one in some]
