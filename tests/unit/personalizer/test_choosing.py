"""The chances of what is shown are those with which it is drawn."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from headwater_server.personalizer.choosing import Before, Slot, draw, draws_policy

EVENTS = 5_000
CHANCES = {"tea": 0.1, "cake": 0.6, "soup": 0.3}


def _slot(random: np.random.Generator, **more: object) -> Slot:
    policy = str(random.choice(list(CHANCES), p=list(CHANCES.values())))
    return Slot("tea", policy, CHANCES, **more)


@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_shown_actions_have_the_chances_that_the_choice_names(share: float) -> None:
    random, shown, named = np.random.default_rng(1), Counter[str](), {}
    for number in range(EVENTS):
        drawn = draw(_slot(random), f"event {number}", "apprentice", share, Before(), 0)
        shown[drawn.action] += 1
        named[drawn.action] = drawn.choice.propensity
        assert drawn.shares[drawn.action] == drawn.choice.propensity
        assert sum(drawn.shares.values()) == pytest.approx(1.0)
    for action, chance in named.items():
        exact = share * CHANCES[action] + (1.0 - share) * (action == "tea")
        assert chance == pytest.approx(exact)
        assert shown[action] / EVENTS == pytest.approx(chance, abs=0.03)


def test_without_a_share_the_callers_first_action_is_always_shown() -> None:
    random = np.random.default_rng(2)
    for number in range(500):
        drawn = draw(_slot(random), f"event {number}", "apprentice", 0.0, Before(), 0)
        assert drawn.action == "tea"
        assert not drawn.choice.covers_both
        assert drawn.choice.baseline_propensity == 0.1


def test_estimated_chances_are_made_exact_by_drawing_from_them() -> None:
    slot = Slot("tea", "cake", CHANCES, estimated=True)
    shown = Counter(
        draw(slot, f"e{n}", "apprentice", 1.0, Before(), 0).action for n in range(EVENTS)
    )
    for action, chance in CHANCES.items():
        assert shown[action] / EVENTS == pytest.approx(chance, abs=0.03)
    online = draw(slot, "e", "online", 0.0, Before(), 0)
    assert online.action == "cake"
    assert not online.choice.covers_both  # nobody knows the exact chance of what was shown


def test_weights_of_two_slots_have_the_mean_1_under_all_policies() -> None:
    """The second slot has what the first left; the page is drawn as a whole."""
    share, random = 0.3, np.random.default_rng(3)
    sums: Counter[str] = Counter()
    for number in range(EVENTS):
        event_id, before, taken = f"page {number}", Before(), []
        for baseline in ("tea", "soup"):
            left = {name: chance for name, chance in CHANCES.items() if name not in taken}
            whole = sum(left.values())
            chances = {name: chance / whole for name, chance in left.items()}
            policy = str(random.choice(list(chances), p=list(chances.values())))
            drawn = draw(Slot(baseline, policy, chances), event_id, "apprentice", share, before, 0)
            before = drawn.after
            taken.append(drawn.action)
            choice = drawn.choice
            place = len(taken)
            sums[f"policy {place}"] += (
                choice.policy_weight * choice.policy_propensity / choice.propensity
            )
            sums[f"baseline {place}"] += (
                choice.baseline_weight * choice.is_baseline / choice.propensity
            )
            sums[f"random {place}"] += (
                choice.random_weight * choice.random_propensity / choice.propensity
            )
        assert draws_policy(event_id, share) or taken == ["tea", "soup"]
    for name, total in sums.items():
        assert total / EVENTS == pytest.approx(1.0, abs=0.1), name
