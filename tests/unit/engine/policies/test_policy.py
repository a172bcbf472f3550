"""A policy holds settings of an answer only, with the values that settings may have."""

from dataclasses import fields

import pytest

from headwater_server.engine.policies.policy import ANSWERING, BASELINES, Policy
from headwater_server.engine.settings import EngineSettings
from headwater_server.settings_ranges import RANGES
from tests.unit.engine.small_shop import CAP, PIN

NAMES = (
    "diversity", "exploration_bandit", "exploration_bandit_epsilon", "exploration_bandit_scale",
    "exploration_epsilon", "exploration_policy", "exploration_temperature", "objective", "ranker",
    "rules",
)  # fmt: skip
HIDE = {"name": "bought", "kind": "hide", "days": 3, "event_types": ["purchase"]}


@pytest.mark.parametrize(
    "name", sorted({field.name for field in fields(EngineSettings)} - ANSWERING)
)
def test_a_setting_that_changes_what_the_state_means_is_refused_with_its_name(name):
    with pytest.raises(ValueError, match=rf"^{name}: changes what the state means: use a shadow$"):
        Policy("p", {name: getattr(EngineSettings(), name)})


@pytest.mark.parametrize(
    ("overrides", "text"),
    [
        ({"exploration_epsilon": 1.5}, "exploration_epsilon = 1.5: must lie between 0 and 1"),
        ({"exploration_epsilon": True}, "exploration_epsilon = True: must be a finite number"),
        ({"exploration_temperature": 0}, "exploration_temperature = 0: must lie between 1e-06"),
        ({"exploration_temperature": float("nan")}, "exploration_temperature = nan: must be a fin"),
        ({"exploration_policy": "ucb"}, "exploration_policy = 'ucb': write plackett_luce or thom"),
        ({"diversity": ["low"]}, "diversity = ['low']: write none, low, medium, high or auto"),
        ({"rules": "@file"}, "rules: a list of objects was expected"),
        ({"rules": [CAP | {"most": -1}]}, 'rules[0] "one a brand": most: a whole number from 0'),
        ({"rules": [PIN, HIDE]}, 'rules[1] "bought": kind: hide changes what the state means'),
        ({"epsilon": 0.1}, f"epsilon: no policy has it; {', '.join(NAMES)} are possible"),
        ([], "overrides: a table of settings was expected"),
    ],
)
def test_a_wrong_value_names_the_field_and_the_fix(overrides, text):
    with pytest.raises(ValueError) as error:  # the text is compared
        Policy("p", overrides)
    assert str(error.value).startswith(text)


@pytest.mark.parametrize("policy_id", ["", "a" * 65, "a b", "é", 7])
def test_an_id_that_cannot_be_part_of_a_name_is_refused(policy_id):
    with pytest.raises(ValueError, match=r"^policy_id: write 1 to 64"):
        Policy(policy_id)


@pytest.mark.parametrize("name", BASELINES)
def test_the_ids_of_baselines_are_theirs(name):
    with pytest.raises(ValueError, match=f"^policy_id: {name} is a baseline"):
        Policy(name, {"exploration_epsilon": 0.1})
    with pytest.raises(ValueError, match="cannot be promoted"):
        Policy(name).over(EngineSettings())


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"policy_id": "p", "rules": []}', '{"policy_id": 3}', "nan"]
)
def test_a_text_that_is_no_policy_is_refused(text):
    with pytest.raises(ValueError, match=r"^policy"):
        Policy.parse(text)


def test_equal_policies_have_one_text_that_is_read_back():
    one = Policy("p", {"rules": [PIN, CAP], "exploration_epsilon": 1})
    other = Policy("p", {"exploration_epsilon": 1.0, "rules": [PIN, CAP]})
    assert one == other == Policy.parse(one.canonical())
    assert one.canonical() == other.canonical()
    assert hash(one) == hash(other)


def test_a_promotion_keeps_the_rules_that_hide():
    settings = EngineSettings(rules=[HIDE, PIN], exploration_epsilon=0.3)
    promoted = Policy("p", {"rules": [CAP], "diversity": "low"}).over(settings)
    assert promoted.rules == [HIDE, CAP]
    assert (promoted.diversity, promoted.exploration_epsilon) == ("low", 0.3)
    with pytest.raises(ValueError, match="another rule has it"):
        Policy("p", {"rules": [CAP | {"name": "bought"}]}).over(settings)


def test_the_settings_file_has_the_same_ranges():
    assert RANGES["exploration_epsilon"] == (0, 1)
    assert RANGES["exploration_temperature"] == (1e-6, 1_000)
