"""Looks in the fold: a guard rail closes an arm, a proof promotes, at one place on the log."""

import random
from dataclasses import replace

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.experiments.experiments import LOOK_EVENTS
from headwater_server.engine.messages.entries import Entry, SettingsChange
from headwater_server.engine.messages.events import Status
from headwater_server.engine.messages.experiments import (
    ExperimentWrite,
    GuardRail,
    PolicyPromote,
    PolicyRollback,
    PolicyWrite,
    Primary,
)
from headwater_server.engine.settings import EngineSettings

from .shoppers import BOLD, FIRST, Shop

RAILED = replace(FIRST, guard_rails=(GuardRail("purchases", -0.05),))


def shopping(experiment, chance_of_b, visitors=300):
    """Return a shop and the events of its visitors, of whom those in arm b buy so often."""
    shop, rnd = Shop(experiment), random.Random(7)
    events = []
    for n in range(visitors):
        name = f"v{n}"
        arm = shop.arm(name)
        events.append(shop.seen(name))
        if rnd.random() < (chance_of_b if arm == "b" else 0.5):
            events.append(shop.event("purchase", name, price=10.0, currency_code="EUR"))
    return shop, events


def folded(shop, events, batch=1, restart=0):
    """Apply the events in batches, and fill up to the next look; return the shop."""
    more = [shop.event("click", f"w{n}") for n in range(LOOK_EVENTS - len(events))]
    events = [*events, *more]
    for n, start in enumerate(range(0, len(events), batch), start=1):
        shop.engine.apply(Entry(50_000, tuple(events[start : start + batch])))
        if restart and n % restart == 0:
            shop = shop.restarted()
    shop.now_ms = 60_000
    return shop


@pytest.fixture(scope="module")
def losing():
    shop, events = shopping(RAILED, chance_of_b=0.05)
    return shop.restarted(), events


def test_a_guard_rail_closes_the_arm_at_the_look_and_the_visitors_get_control(losing):
    shop, events = losing
    shop = folded(shop.restarted(), events, 50)
    found = shop.report()
    arm = found.arms[1]
    assert (found.verdict, arm.verdict) == ("guard rail crossed", "guard rail crossed")
    assert shop.engine.lookups.experiment_verdict("first") == "guard rail crossed"
    assert arm.close_reason == "guard rail crossed: purchases"
    assert next(m for m in arm.metrics if m.metric == "purchases").crossed
    assert found.view.stop_reason == "all other arms are closed"
    assert not any(shop.arm(f"v{n}") for n in range(50))
    assert "arm_id: the arm was closed" in arm.promotion_blockers[0]


@pytest.mark.parametrize(("batch", "restart"), [(1, 0), (7, 20), (200, 1)])
def test_batches_and_restarts_close_it_at_the_same_place(losing, batch, restart):
    shop, events = losing
    expected = folded(shop.restarted(), events, 50).engine.digest()
    assert folded(shop.restarted(), events, batch, restart).engine.digest() == expected


def test_before_the_look_nothing_is_closed(losing):
    shop, events = losing
    shop = shop.restarted()
    for event in events:
        shop.engine.apply(Entry(50_000, (event,)))
    assert shop.report().arms[1].close_time_ms == 0
    assert any("closed at the next look" in note for note in shop.report().notes)
    assert any(one.startswith("guard_rails:") for one in shop.report().arms[1].promotion_blockers)


@pytest.fixture(scope="module")
def winning():
    experiment = replace(RAILED, primary=Primary("purchases"))
    shop, events = shopping(experiment, chance_of_b=0.95)
    return folded(shop, events, 50)


def test_a_proven_arm_is_promoted_and_the_experiment_ends(winning):
    shop = winning.restarted()
    assert shop.report().verdict == "better"
    assert shop.report().visitors_to_go == 0
    shop.must(PolicyPromote("bold", "first", "b", shop.report().digest, who="eve"))
    assert shop.engine.settings.exploration_temperature == 5.0
    assert shop.engine.written_settings == EngineSettings()
    (promoted,) = shop.engine.lookups.policies().promoted
    assert (promoted.experiment_id, promoted.arm_id, promoted.who) == ("first", "b", "eve")
    assert (shop.report().view.winner, shop.report().view.state) == ("b", "stopped")


def test_a_promotion_stays_over_restarts_and_other_settings_until_it_is_rolled_back(winning):
    shop = winning.restarted()
    before = shop.engine.settings
    shop.must(PolicyPromote("bold", "first", "b"))
    shop = shop.restarted()
    file = EngineSettings(exploration_temperature=0.3, exploration_epsilon=0.1)
    shop.must(SettingsChange(file))
    assert shop.engine.settings == replace(file, exploration_temperature=5.0)
    shop.must(SettingsChange(before))
    changes = shop.engine.lookups.settings_changes()
    assert ("exploration_temperature", "0.2", "5.0") in [(c.name, c.old, c.new) for c in changes]
    shop.must(PolicyRollback("bold"))
    assert shop.engine.settings == before
    assert shop.does(PolicyRollback("bold"))[0].status is Status.CONFLICT
    assert shop.restarted().engine.settings == before


def test_of_two_promoted_ones_the_last_goes_first(winning):
    shop = winning.restarted()
    shop.must(
        PolicyPromote("bold", "first", "b"),
        PolicyWrite("calm", '{"exploration_temperature": 0.1, "diversity": "low"}'),
        PolicyPromote("calm", force_reason="the shop is small"),
    )
    assert shop.engine.settings.exploration_temperature == 0.1
    (outcome,) = shop.does(PolicyRollback("bold"))
    assert outcome.status is Status.CONFLICT
    assert "calm was promoted later" in outcome.detail
    shop.must(PolicyRollback("calm"))
    assert shop.engine.settings.exploration_temperature == 5.0
    assert shop.engine.settings.diversity == "none"
    shop.must(PolicyRollback())
    assert shop.engine.settings == EngineSettings()


def test_a_policy_that_was_written_again_is_another_one(winning):
    shop = winning.restarted()
    from headwater_server.engine.messages.experiments import ExperimentStop

    shop.must(ExperimentStop("first", reason="enough"))
    shop.must(PolicyWrite("bold", '{"exploration_temperature": 9.0}'))
    (outcome,) = shop.does(PolicyPromote("bold", "first", "b"))
    assert outcome.status is Status.CONFLICT
    assert "written again since the experiment" in outcome.detail


def test_auto_promote_promotes_within_the_fold_and_only_when_it_is_on():
    experiment = replace(RAILED, primary=Primary("purchases"), auto_promote=True)
    shop, events = shopping(experiment, chance_of_b=0.95)
    begun = shop.restarted()
    done = folded(shop, events, 50)
    assert done.engine.settings.exploration_temperature == 5.0
    (promoted,) = done.engine.lookups.policies().promoted
    assert promoted.who == "headwater: auto_promote"
    assert folded(begun, events, 3, 30).engine.digest() == done.engine.digest()


def test_a_wrong_sample_ratio_voids_the_figures_for_good():
    shop, events = shopping(replace(RAILED, primary=Primary("purchases")), chance_of_b=0.95)
    lost = [e for e in events if e.slate is None or e.slate.arms[0].arm_id == "b"]
    lost += [e for e in events if e not in lost][:40]
    shop = folded(shop, lost, 50)
    found = shop.report()
    assert found.sample_ratio.alarm
    assert found.verdict == "sample ratio alarm"
    assert shop.engine.lookups.experiment_verdict("first") == found.view.verdict == found.verdict
    (outcome,) = shop.does(PolicyPromote("bold", "first", "b"))
    assert outcome.detail.startswith("sample_ratio:")
    shop.must(PolicyPromote("bold", "first", "b", force_reason="the page of arm a was broken"))


def test_a_forced_promotion_keeps_its_reason_on_the_log():
    engine = Engine()
    engine.apply(Entry(1, (BOLD, PolicyPromote("bold", force_reason="we know it", who="eve"))))
    assert engine.lookups.policies().promoted[0].force_reason == "we know it"
    assert engine.settings.exploration_temperature == 5.0


def test_less_is_better_where_the_direction_says_so():
    experiment = replace(FIRST, primary=Primary("purchases", 0.0, "decrease"))
    shop, events = shopping(experiment, chance_of_b=0.05)
    shop = folded(shop, events, 50)
    metric = shop.report().arms[1].metrics[0]
    assert shop.report().verdict == "better"
    assert metric.high < 0.0
    assert metric.probability_better > 0.99
    assert shop.report().arms[1].promotion_blockers == ()


def test_figures_of_a_closed_arm_stay_as_they_were(losing):
    shop, events = losing
    shop = folded(shop.restarted(), events, 50)
    before = shop.report().arms[1]
    shop.must(ExperimentWrite(replace(FIRST, experiment_id="second")))
    shop.sees("v1")
    shop.acts("v1", kind="purchase")
    assert shop.report().arms[1] == before
