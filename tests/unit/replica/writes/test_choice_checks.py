"""What is said of a choice must be possible, and weigh no more than figures bear."""

from __future__ import annotations

import itertools

import pytest

from headwater_server.engine.messages.choice_weights import RATIO_MAX
from headwater_server.engine.messages.events import Choice, Event
from headwater_server.personalizer.choosing import Before, Slot, draw, draws_policy
from headwater_server.replica.writes.choice_checks import choice_problem


def problem(choice: Choice) -> str:
    return choice_problem(Event("e1", "impression", "v1", choice=choice))


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (Choice(1e-160, 1.0, mode="online", covers_both=True), "choice.policy_propensity"),
        (Choice(1e-7, 1.0, mode="online"), "1e+06 times 1e-07"),
        (Choice(5e-324, 1.0, mode="online", policy_weight=1e12), "choice.policy_weight"),
        (Choice(0.1, 0.0, 1.0, mode="online", random_weight=1e6), "choice.random_propensity"),
        (Choice(1e-7, is_baseline=True, mode="online"), "choice.baseline_weight"),
    ],
)
def test_a_weight_beyond_the_bound_is_refused_by_its_fields(choice: Choice, said: str) -> None:
    assert problem(choice).startswith("choice.propensity: ")
    assert said in problem(choice)


def test_weights_up_to_the_bound_are_taken() -> None:
    assert problem(Choice(1.0 / RATIO_MAX, 1.0, mode="online")) == ""
    assert problem(Choice(1e-6, 1e-7, mode="online", policy_weight=1e6)) == ""


def test_what_the_adapter_draws_is_taken_however_small_its_chances() -> None:
    """Also after fifty slots whose chances together are less than a number holds."""
    for mode, share, chance in itertools.product(
        ("online", "apprentice"), (1e-9, 0.1, 1.0), (0.0, 1e-30, 1e-9, 0.5)
    ):
        before = Before()
        for place in range(50):
            slot = Slot("tea", "cake", {"cake": chance, "tea": 1.0 - chance}, True, f"s{place}")
            name = next(n for n in map(str, range(10**6)) if share < 1e-3 or draws_policy(n, share))
            drawn = draw(slot, name, mode, share, before, 0)
            before = drawn.after
            made = {part: getattr(drawn.choice, part) for part in Choice.__dataclass_fields__}
            assert problem(Choice(**made)) == "", (mode, share, chance, place)
