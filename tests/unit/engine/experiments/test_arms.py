"""Who is in which arm: frozen once exposed, through a login, in layers, until an arm closes."""

from dataclasses import replace

import pytest

from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.entries import UserErase, VisitorUnlink
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentArm,
    ExperimentStop,
    ExperimentWrite,
    PolicyWrite,
)
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.settings import EngineSettings

from .shoppers import ARMS, FIRST, Shop

NAMES = [f"v{n}" for n in range(400)]


def arms_of(shop, visitor, user="", placement=""):
    return shop.engine.lookups.arms_of(visitor, user, placement, shop.now_ms)


def test_each_arm_answers_by_its_policy_and_names_itself():
    shop = Shop(FIRST)
    for arm, policy in (("a", None), ("b", Policy("bold", {"exploration_temperature": 5.0}))):
        visitor = shop.one_of(arm)
        answer = shop.asks(visitor, name="r")
        assert answer.arms == (Arm("first", arm),)
        expected = Shop(engine=shop.engine)
        expected.now_ms = shop.now_ms
        plain = shop.engine.asking(policy).recommend
        assert replace(answer, arms=()) == plain(_request(shop, visitor), shop.now_ms)


def _request(shop, visitor):
    from headwater_server.engine.messages.requests import RecommendRequest

    return RecommendRequest(visitor, "r", placement="home", page_size=3)


def test_questions_of_both_arms_are_answered_together_as_alone():
    shop = Shop(replace(FIRST, share=0.75))
    requests = [replace(_request(shop, name), recommendation_id=f"r{name}") for name in NAMES[:40]]
    together = shop.engine.recommend_all(requests, shop.now_ms)
    assert {arm.arm_id for answer in together for arm in answer.arms} == {"a", "b"}
    assert together == [shop.engine.recommend(one, shop.now_ms) for one in requests]


def test_asking_changes_nothing():
    shop = Shop(FIRST)
    before = shop.engine.digest()
    for name in NAMES:
        shop.arm(name)
        arms_of(shop, name)
    assert shop.engine.digest() == before


def test_share_and_placements_decide_who_takes_part():
    shop = Shop(replace(FIRST, share=0.25, placements=("home",)))
    within = [name for name in NAMES if shop.arm(name)]
    assert 60 < len(within) < 140
    assert not any(shop.arm(name, placement="basket") for name in within)
    assert all(arms_of(shop, name) for name in within)


def test_experiments_of_a_layer_have_different_visitors():
    other = replace(FIRST, experiment_id="second", share=0.5)
    shop = Shop(replace(FIRST, share=0.5), other)
    found = [arms_of(shop, name) for name in NAMES]
    assert {len(arms) for arms in found} == {1}
    assert {arms[0].experiment_id for arms in found} == {"first", "second"}


def test_experiments_of_two_layers_answer_together():
    shop = Shop(FIRST)
    arms = ExperimentArm("c"), ExperimentArm("d", "varied")
    shop.must(
        PolicyWrite("varied", '{"diversity": "high"}'),
        ExperimentWrite(Experiment("second", arms, layer="other")),
    )
    found = {arms_of(shop, name) for name in NAMES}
    assert len(found) == 4
    visitor = next(n for n in NAMES if [a.arm_id for a in arms_of(shop, n)] == ["b", "d"])
    both = Policy("both", {"exploration_temperature": 5.0, "diversity": "high"})
    answer = shop.asks(visitor, name="r")
    expected = shop.engine.asking(both).recommend(_request(shop, visitor), shop.now_ms)
    assert replace(answer, arms=()) == expected


def test_start_and_end_are_on_the_engines_clock():
    shop = Shop(replace(FIRST, start_time_ms=10_000, end_time_ms=20_000))
    found = {}
    for now_ms in (9_999, 10_000, 19_999, 20_000):
        shop.now_ms = now_ms
        found[now_ms] = bool(shop.arm("v1"))
    assert found == {9_999: False, 10_000: True, 19_999: True, 20_000: False}


def test_who_was_exposed_keeps_the_arm_through_a_login_and_on_another_device():
    shop = Shop(FIRST)
    phone = shop.one_of("b")
    laptop = shop.one_of("a")
    shop.sees(phone)
    shop.acts(phone, "ann")  # the login
    assert (shop.arm(laptop), shop.arm(laptop, "ann"), shop.arm(phone, "ann")) == ("a", "b", "b")
    shop.must(VisitorUnlink(phone))
    assert shop.arm(phone) == "b"
    assert shop.restarted().arm(laptop, "ann") == "b"


def test_an_account_and_a_device_that_were_exposed_apart_keep_the_account_s_arm():
    shop = Shop(FIRST)
    phone, laptop = shop.one_of("b"), shop.one_of("a")
    shop.sees(phone)
    shop.acts(phone, "ann")
    shop.sees(laptop)  # as a stranger
    shop.acts(laptop, "ann")
    assert shop.arm(laptop, "ann") == "b"
    assert shop.visitors() == {"a": 1, "b": 1}
    shop.acts(laptop, "ann")
    assert shop.metric("b", "acts") == 3
    assert shop.metric("a", "acts") == 0


def test_a_report_of_another_arm_does_not_move_anybody():
    shop = Shop(FIRST)
    visitor = shop.one_of("b")
    shop.sees(visitor)
    shop.sees(visitor, arms=["a"])
    assert shop.arm(visitor) == "b"
    assert shop.visitors() == {"a": 0, "b": 1}
    assert any("carried another arm" in note for note in shop.report().notes)


@pytest.mark.parametrize("arms", [["nothing"], []])
def test_a_list_without_an_arm_of_the_experiment_exposes_nobody(arms):
    shop = Shop(FIRST)
    shop.sees("v1", arms=arms)
    assert shop.visitors() == {"a": 0, "b": 0}


def test_by_user_a_visitor_without_an_account_takes_no_part():
    shop = Shop(replace(FIRST, unit="user"))
    assert shop.arm("v1") == ""
    assert {shop.arm(name, "ann") for name in NAMES} in ({"a"}, {"b"})
    assert {shop.arm("v1", f"u{n}") for n in range(50)} == {"a", "b"}
    shop.sees("v1", "ann")
    shop.acts("v2", "ann")
    assert shop.metric(shop.arm("v1", "ann"), "acts") == 1


def test_when_it_is_full_nobody_new_enters_and_the_others_stay():
    shop = Shop(replace(FIRST, visitors_max=2))
    for name in ("v1", "v2"):
        shop.sees(name)
    kept = {name: shop.arm(name) for name in ("v1", "v2")}
    assert all(kept.values())
    assert shop.arm("v3") == ""
    shop.sees("v3", arms=["a"])
    assert sum(shop.visitors().values()) == 2
    assert any("visitors_max is reached: 1" in note for note in shop.report().notes)
    shop.must(ExperimentWrite(replace(FIRST, visitors_max=3)))
    assert shop.arm("v3") in ("a", "b")


def test_the_visitors_of_a_closed_arm_get_control():
    weights = (("a", "", 0.4), ("b", "bold", 0.3), ("c", "", 0.3))
    three = tuple(ExperimentArm(*one) for one in weights)
    shop = Shop(replace(FIRST, arms=three))
    visitor = shop.one_of("b")
    shop.sees(visitor)
    shop.acts(visitor)
    shop.must(ExperimentStop("first", "b", "it looks odd"))
    answer = shop.asks(visitor, name="r")
    assert answer.arms == ()
    assert answer == shop.engine.asking().recommend(_request(shop, visitor), shop.now_ms)
    assert arms_of(shop, visitor) == (Arm("first", "a"),)
    shop.acts(visitor)
    assert shop.metric("b", "acts") == 1
    assert shop.report().arms[1].close_reason == "it looks odd"


def test_a_stopped_experiment_asks_nobody_and_keeps_its_figures():
    shop = Shop(FIRST)
    shop.sees("v1")
    shop.acts("v1")
    arm = shop.arm("v1")
    shop.must(ExperimentStop("first", reason="enough"))
    shop.acts("v1")
    assert shop.arm("v1") == ""
    assert (shop.metric(arm, "acts"), sum(shop.visitors().values())) == (1, 1)
    assert shop.report().view.state == "stopped"
    assert shop.engine.parts.experiments.by_id["first"].exposed.rows.used == 0


def test_an_erased_person_is_forgotten_and_the_sums_stay():
    shop = Shop(FIRST)
    phone = shop.one_of("b")
    shop.sees(phone)
    shop.acts(phone, "ann")
    shop.must(UserErase("ann", (phone,)))
    exposed = shop.engine.parts.experiments.by_id["first"].exposed
    assert exposed.rows.find("v" + phone) == exposed.rows.find("uann") == -1
    assert exposed.count == 0
    assert (shop.metric("b", "acts"), shop.visitors()["b"]) == (1, 1)
    assert any("1 visitors were erased" in note for note in shop.report().notes)


def test_what_is_rolled_out_is_not_asked_again():
    """Arms follow the settings in force: what they do not override changes for them, too."""
    from headwater_server.engine.messages.entries import SettingsChange

    shop = Shop(FIRST)
    visitor = shop.one_of("b")
    shop.asks(visitor)
    uniform = EngineSettings(exploration_epsilon=1.0)
    shop.must(SettingsChange(uniform, given=("exploration_epsilon",)))
    both = Policy("both", {"exploration_temperature": 5.0, "exploration_epsilon": 1.0})
    expected = shop.engine.asking(both).recommend(_request(shop, visitor), shop.now_ms)
    assert replace(shop.asks(visitor, name="r"), arms=()) == expected


def test_one_policy_for_both_arms_is_an_a_a_test():
    shop = Shop(replace(FIRST, arms=(ARMS[1], replace(ARMS[1], arm_id="c"))))
    assert {shop.arm(name) for name in NAMES} == {"b", "c"}
