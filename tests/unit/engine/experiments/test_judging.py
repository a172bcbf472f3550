"""What is wrong or forbidden names the field and the fix, and leaves no trace."""

import math
from dataclasses import replace

import pytest

from headwater_server.engine.experiments import checks
from headwater_server.engine.messages.events import Status
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentArm,
    ExperimentStop,
    ExperimentWrite,
    GuardRail,
    PolicyPromote,
    PolicyRollback,
    PolicyWrite,
    Primary,
)

from .shoppers import ARMS, BOLD, FIRST, Shop

NAN, LONG = math.nan, "x" * 65


def changed(**more):
    return ExperimentWrite(replace(FIRST, **{"experiment_id": "second", "layer": "other", **more}))


WRONG = {
    "rewards": PolicyWrite("p", '{"rewards": {"click": 1.0}}'),
    "hide_days": PolicyWrite("p", '{"hide_days": {"click": 1.0}}'),
    "ranker": PolicyWrite("p", '{"ranker": "listwise"}'),
    "colour": PolicyWrite("p", '{"colour": 1}'),
    "exploration_epsilon": PolicyWrite("p", '{"exploration_epsilon": 2}'),
    "exploration_temperature": PolicyWrite("p", '{"exploration_temperature": NaN}'),
    "overrides: are not JSON": PolicyWrite("p", "{"),
    "overrides: a table": PolicyWrite("p", "[]"),
    "overrides: are longer": PolicyWrite("p", " " * 70_000),
    "policy_id: write": PolicyWrite("", "{}"),
    "policy_id: best": PolicyWrite("best", "{}"),
    "policy_id: there is no policy": PolicyPromote("nothing", force_reason="x"),
    "experiment_id: there is no": PolicyPromote("bold", "nothing", "b"),
    "arm_id: the experiment has no arm 'c'": PolicyPromote("bold", "first", "c"),
    "arm_id: this arm answers": PolicyPromote("bold", "first", "a"),
    "force_reason: is longer": PolicyPromote("bold", force_reason="x" * 1_001),
    "experiment_id: write": ExperimentWrite(replace(FIRST, experiment_id=LONG)),
    "layer: write": changed(layer="\ud800"),
    "salt: write": changed(salt="two words"),
    "unit: write": changed(unit="session"),
    "placements[0]: is empty": changed(placements=("",)),
    "placements: one is named": changed(placements=("home", "home")),
    "placements: are more": changed(placements=tuple(map(str, range(33)))),
    "currency_code:": changed(currency_code="euros"),
    "arms: are 1": changed(arms=(ExperimentArm("a", weight=1.0),)),
    "arms: are 9": changed(arms=tuple(ExperimentArm(f"a{n}", "", 1 / 9) for n in range(9))),
    "arms: two": changed(arms=(ExperimentArm("a"), ExperimentArm("a"))),
    "arms: the weights sum to 0.9": changed(arms=(ExperimentArm("a", "", 0.4), ARMS[1])),
    "arms[0].weight: is nan": changed(arms=(ExperimentArm("a", "", NAN), ARMS[1])),
    "arms[1].weight: is 0": changed(arms=(ARMS[0], ExperimentArm("b", "", 0.0))),
    "arms[1].arm_id": changed(arms=(ARMS[0], ExperimentArm("", "bold"))),
    "arms[1].policy_id: there is no": changed(arms=(ARMS[0], ExperimentArm("b", "none"))),
    "arms[1].policy_id: write": changed(arms=(ARMS[0], ExperimentArm("b", LONG))),
    "share: is nan": changed(share=NAN),
    "share: is 0": changed(share=0.0),
    "share: is 1.5": changed(share=1.5),
    "level:": changed(level=1.0),
    "visitors_planned:": changed(visitors_planned=0),
    "visitors_max:": changed(visitors_max=10**9),
    "start_time:": changed(start_time_ms=-1),
    "end_time: is not after": changed(start_time_ms=10**12, end_time_ms=10**12),
    "primary.metric:": changed(primary=Primary("clicks")),
    "primary.direction:": changed(primary=Primary("acts", 0.0, "up")),
    "primary.window_minutes:": changed(primary=Primary("acts", NAN)),
    "guard_rails[0].metric:": changed(guard_rails=(GuardRail("clicks", -0.1),)),
    "guard_rails[0].worst_relative: is nan": changed(guard_rails=(GuardRail("acts", NAN),)),
    "guard_rails[0].worst_relative: is 0.1": changed(guard_rails=(GuardRail("acts", 0.1),)),
    "guard_rails: two": changed(guard_rails=(GuardRail("acts"), GuardRail("acts"))),
    "guard_rails: are more": changed(guard_rails=tuple(GuardRail("acts") for _ in range(9))),
    "share: 0 of the layer": ExperimentWrite(replace(FIRST, experiment_id="second", share=0.1)),
    "layer: the experiment first": changed(),
    "unit: the layer's": ExperimentWrite(replace(FIRST, experiment_id="second", unit="user")),
    "policy_id: popular is there to be compared with": PolicyPromote("popular", force_reason="x"),
    "experiment_id: there is no experiment": ExperimentStop("nothing", reason="x"),
    "arm_id: control cannot": ExperimentStop("first", "a", "x"),
    "arm_id: the experiment has no": ExperimentStop("first", "c", "x"),
    "reason: is empty": ExperimentStop("first"),
    "who: is longer": ExperimentStop("first", "b", "x", "x" * 1_001),
}
FORBIDDEN = {
    "policy_id: bold answers in": PolicyWrite("bold", '{"diversity": "low"}'),
    "salt: cannot change": ExperimentWrite(replace(FIRST, salt="other")),
    "share: cannot change": ExperimentWrite(replace(FIRST, share=0.5)),
    "arms: cannot change": ExperimentWrite(replace(FIRST, arms=ARMS[::-1])),
    "layer: cannot change": ExperimentWrite(replace(FIRST, layer="other")),
    "start_time: cannot change": ExperimentWrite(replace(FIRST, start_time_ms=5)),
    "end_time: is over": ExperimentWrite(replace(FIRST, end_time_ms=7)),
    "visitors_max: of all": changed(placements=("home",), visitors_max=4_000_000),
    "policy_id: nothing is promoted, at any placement": PolicyRollback("bold"),
    "policy_id: nothing is promoted": PolicyRollback(),
    "experiment_id: is empty; name": PolicyPromote("bold"),
    "visitors: each arm needs": PolicyPromote("bold", "first", "b"),
}


@pytest.fixture(scope="module")
def shop():
    return Shop(FIRST)


def refused(shop, operation, status, text):
    before, clock_ms = shop.engine.digest(), shop.engine.parts.clock_ms
    judged = shop.engine.lookups.judged(operation, shop.now_ms)
    (outcome,) = shop.does(operation)
    assert outcome.status is judged.status is status
    assert any(reason.startswith(text) for reason in judged.reasons), judged.reasons
    assert outcome.detail == "; ".join(judged.reasons)
    assert (shop.engine.digest(), shop.engine.parts.clock_ms) == (before, clock_ms)


@pytest.mark.parametrize(("text", "operation"), WRONG.items(), ids=WRONG)
def test_a_wrong_value_is_quarantined(shop, text, operation):
    refused(shop, operation, Status.QUARANTINED, text)


@pytest.mark.parametrize(("text", "operation"), FORBIDDEN.items(), ids=FORBIDDEN)
def test_what_the_state_forbids_is_a_conflict(shop, text, operation):
    refused(shop, operation, Status.CONFLICT, text)


@pytest.mark.parametrize("operation", [BOLD, ExperimentWrite(FIRST)])
def test_what_was_done_before_changes_nothing(shop, operation):
    before = shop.engine.digest()
    assert shop.does(operation)[0].status is Status.EXISTS
    assert shop.engine.digest() == before


def test_a_setting_of_the_state_is_refused_with_the_way_out(shop):
    (outcome,) = shop.does(PolicyWrite("p", '{"rewards": {"click": 1.0}}'))
    assert outcome.detail == "rewards: changes what the state means: use a shadow"


def test_no_more_policies_and_experiments_than_may_be():
    shop = Shop()
    shop.must(*(PolicyWrite(f"p{n}", "{}") for n in range(checks.POLICIES_MAX)))
    (outcome,) = shop.does(PolicyWrite("more", "{}"))
    assert outcome.status is Status.CONFLICT
    assert "policy_id: 100 policies are kept" in outcome.detail
    many = [
        ExperimentWrite(
            Experiment(f"e{n}", (ARMS[0], ExperimentArm("b")), layer=f"l{n}", visitors_max=10)
        )
        for n in range(checks.RUNNING_MAX + 1)
    ]
    *done, last = shop.does(*many)
    assert {one.status for one in done} == {Status.CREATED}
    assert "experiment_id: 20 experiments run already" in last.detail


def test_what_is_over_makes_place_and_keeps_its_id():
    shop = Shop(FIRST)
    shop.must(ExperimentStop("first", reason="enough"))
    (again,) = shop.does(ExperimentWrite(replace(FIRST, share=0.5)))
    assert again.detail == "experiment_id: this experiment is over: use another id"
    shop.must(ExperimentWrite(replace(FIRST, experiment_id="second")))


def test_what_may_change_changes_and_the_arms_stay():
    shop = Shop(FIRST)
    before = [shop.arm(f"v{n}") for n in range(50)]
    more = replace(FIRST, end_time_ms=10**12, visitors_max=7, guard_rails=(GuardRail("acts"),))
    shop.must(ExperimentWrite(more))
    assert shop.report().view.experiment == more
    assert [shop.arm(f"v{n}") for n in range(50)] == before


def test_before_its_start_all_of_it_may_change():
    shop = Shop(replace(FIRST, start_time_ms=10**12))
    assert shop.report().verdict == "not started"
    assert shop.arm("v1") == ""
    shop.must(ExperimentWrite(replace(FIRST, share=0.5, salt="other")))
    assert shop.report().view.ranges == ((0.0, 0.5),)
