"""Whatever is called, in whatever order: the server learned what a pure-Python model says."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from headwater import Event, EventStatus
from tests.integration.conftest import url_of
from tests.integration.learned_model import LearnedModel, Profile
from tests.integration.shop_rules import Shop

STEPS = 20
EXAMPLES = 10


class CountsRetries(LearnedModel):
    def learn(self, event: Event) -> EventStatus:
        self.count += event.event_id in self.learned
        return super().learn(event)


class KeepsTheErased(LearnedModel):
    def _forget(self, profiles: Iterable[Profile]) -> None:
        pass


class ForgetsLinks(LearnedModel):
    def linked(self, user: str) -> list[str]:
        return []


def play(redis_url: str, model_type: type = LearnedModel, **how: object) -> None:
    """Let hypothesis call the rules in many orders, against one server after the other."""
    machine = type("Shop", (Shop,), {"redis_url": redis_url, "model_type": model_type})
    known = {"deadline": None, "suppress_health_check": list(HealthCheck)}
    run_state_machine_as_test(machine, settings=settings(**known, **how))


@pytest.mark.slow
def test_the_server_learned_what_the_model_says(server_dir) -> None:
    play(url_of(server_dir), max_examples=EXAMPLES, stateful_step_count=STEPS)


@pytest.mark.parametrize("model_type", [CountsRetries, KeepsTheErased, ForgetsLinks])
def test_a_difference_between_them_is_found(server_dir, model_type: type) -> None:
    with pytest.raises(AssertionError):
        play(
            url_of(server_dir),
            model_type,
            max_examples=40,
            stateful_step_count=STEPS,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            derandomize=True,
            database=None,
        )
