"""An arm answers by a ranker that learns beside the champion; none goes while somebody needs it."""

from dataclasses import replace

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, SettingsChange
from headwater_server.engine.messages.events import Event, EventItem, Status
from headwater_server.engine.messages.experiments import (
    ExperimentArm,
    ExperimentStop,
    ExperimentWrite,
    PolicyPromote,
    PolicyRollback,
    PolicyWrite,
)
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.settings import EngineSettings

from .shoppers import FIRST, Shop

RANKERS = {"fast": "listwise(rate=0.3)"}
QUICK = PolicyWrite("quick", '{"ranker": "fast"}')
ARMS = ExperimentArm("a"), ExperimentArm("b", "quick")


def shop():
    found = Shop(engine=Engine(EngineSettings(rankers=RANKERS)))
    for n in range(150):
        event = Event(f"x{n}", "click", f"v{n % 9}", items=(EventItem(f"i{n * n % 23}"),))
        found.engine.apply(Entry(found.now_ms, (event,)))
    return found


def change(found, **values):
    settings = replace(EngineSettings(), **values)
    return found.does(SettingsChange(settings, "me", tuple(values)))[0]


def test_arms_answer_by_their_rankers_alone_and_together():
    found = shop()
    found.must(QUICK, ExperimentWrite(replace(FIRST, arms=ARMS)))
    asked = [RecommendRequest(f"v{n}", f"r{n}", page_size=5) for n in range(40)]
    together = found.engine.recommend_all(asked, found.now_ms)
    quick, plain = found.engine.asking(Policy("q", {"ranker": "fast"})), found.engine.asking()
    for request, answer in zip(asked, together, strict=True):
        under = quick if answer.arms[0].arm_id == "b" else plain
        assert replace(answer, arms=()) == under.recommend(request, found.now_ms)
    again = found.restarted()
    assert again.engine.recommend_all(asked, found.now_ms) == together


@pytest.mark.parametrize(
    ("overrides", "text"),
    [
        ('{"ranker": "slow"}', "ranker: there is no ranker 'slow'; there are champion, fast"),
        ('{"ranker": "listwise(rate=0.1)"}', "ranker: a policy names one of the setting rankers"),
        ('{"ranker": ""}', "ranker: a policy names one"),
        ('{"ranker": 7}', "ranker: a policy names one"),
    ],
)
def test_a_policy_names_a_ranker_that_is_there(overrides, text):
    outcome = shop().does(PolicyWrite("p", overrides))[0]
    assert outcome.status is Status.QUARANTINED
    assert outcome.detail.startswith(text)


def test_without_rankers_the_only_one_is_the_champion():
    found = Shop()
    assert found.does(QUICK)[0].detail == (
        "ranker: there is no ranker 'fast'; there is champion (setting rankers)"
    )
    found.must(PolicyWrite("control", '{"ranker": "champion"}'))


def test_a_promoted_ranker_answers_and_a_rollback_returns_the_champion():
    found, request = shop(), RecommendRequest("v1", "r", page_size=6)
    now_ms = found.now_ms + 60_000
    champion = found.engine.recommend(request, now_ms)
    found.must(QUICK, PolicyPromote("quick", force_reason="better"))
    assert found.engine.settings.ranker == "fast"
    assert found.engine.written_settings.ranker == "listwise"
    promoted = found.engine.recommend(request, now_ms)
    assert promoted.results[0].score != champion.results[0].score
    assert promoted == found.engine.asking(Policy("q", {"ranker": "fast"})).recommend(
        request, now_ms
    )
    assert found.restarted().engine.recommend(request, now_ms) == promoted
    control = found.engine.asking(Policy("c", {"ranker": "champion"}))
    assert control.recommend(request, now_ms) == champion
    found.must(PolicyRollback("quick"))
    assert found.engine.recommend(request, now_ms) == champion


def test_what_an_experiment_or_a_promotion_needs_cannot_go():
    found = shop()
    found.must(QUICK, ExperimentWrite(replace(FIRST, arms=ARMS)))
    for rankers in ({}, {"other": "listwise"}):
        outcome = change(found, rankers=rankers)
        assert outcome.status is Status.QUARANTINED
        assert outcome.detail.startswith("rankers: the experiment first answers by one that would")
    assert change(found, rankers={**RANKERS, "other": "listwise"}).status is Status.CREATED
    found.must(ExperimentStop("first", "", "done"), PolicyPromote("quick", force_reason="better"))
    outcome = change(found, rankers={})
    assert outcome.status is Status.QUARANTINED
    assert outcome.detail.startswith("ranker: there is no ranker 'fast'")
    found.must(PolicyRollback("quick"))
    assert change(found, rankers={}).status is Status.CREATED


def test_a_kept_policy_whose_ranker_is_gone_answers_nowhere():
    found = shop()
    found.must(QUICK)
    change(found, rankers={})
    for operation in (
        ExperimentWrite(replace(FIRST, arms=ARMS)),
        PolicyPromote("quick", force_reason="better"),
    ):
        outcome = found.does(operation)[0]
        assert outcome.status is Status.QUARANTINED
        assert "there is no ranker 'fast'" in outcome.detail
    asking = found.engine.asking(Policy("q", {"ranker": "fast"}))
    request = RecommendRequest("v1", "r")
    assert not asking.can_answer(request)
    with pytest.raises(ValueError, match="there is no ranker 'fast'"):
        asking.recommend(request, found.now_ms)
