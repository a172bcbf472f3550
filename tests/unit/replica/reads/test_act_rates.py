"""Kept act rates: computed again where something changed, and only there."""

from __future__ import annotations

import numpy as np
import pytest
from structlog.testing import capture_logs

from headwater_server.engine.engine import Engine
from headwater_server.engine.lookups.act_rates import PlacementRates
from headwater_server.engine.measures.act_rates import SeenSlots
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.reads import act_rates
from headwater_server.replica.reads.act_rates import ActRatesReader

DAY_S = 86_400.0


@pytest.fixture
def engine() -> Engine:
    return Engine(EngineSettings(act_half_life_days=0.01))


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the placements whose rates were computed."""
    made: list[str] = []
    computed = act_rates.rates_at

    def counting(name: str, slots: SeenSlots) -> PlacementRates:
        made.append(name)
        return computed(name, slots)

    monkeypatch.setattr(act_rates, "rates_at", counting)
    return made


def observe(engine: Engine, placement: str, number: int, *, acted: bool = True) -> None:
    items = np.array([number], dtype=np.int32)
    engine.parts.act_rates.observe(placement, items, np.array([acted]), 0.0)


async def test_only_changed_placements_are_fitted_again(engine: Engine, fits: list[str]) -> None:
    reader = ActRatesReader(engine)
    names = [f"p{n}" for n in range(6)]
    for name in names:
        observe(engine, name, 1)
    await reader.everywhere()
    await reader.everywhere()
    assert fits == names
    observe(engine, "p2", 1)
    await reader.everywhere()
    assert fits[6:] == ["p2"]
    engine.parts.clock_ms = round(0.01 * DAY_S * 1_000)  # all have faded by half
    await reader.everywhere()
    assert fits[7:] == names


async def test_a_number_that_is_used_again_has_no_rate_of_the_item_before(engine: Engine) -> None:
    reader = ActRatesReader(engine)
    observe(engine, "home", 1)
    observe(engine, "home", 2)
    rates = await reader.at("home")
    assert rates.of(1) is not None
    engine.parts.act_rates.forget(np.array([1], dtype=np.int32))
    rates = await reader.at("home")
    assert rates.of(1) is None
    assert rates.of(2) is not None


async def test_what_has_faded_away_fails_neither_statistics_nor_explained_answers(
    engine: Engine,
) -> None:
    reader = ActRatesReader(engine)
    observe(engine, "home", 1)
    engine.parts.clock_ms = round(11 * DAY_S * 1_000)
    (rates,) = await reader.everywhere()
    assert rates.of(1) is None
    assert await reader.beside("home", ["a"], 10.0) == (None,)


async def test_an_answer_has_no_rates_if_they_cannot_be_computed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(name: str, slots: object) -> None:
        raise ValueError("no fit")

    monkeypatch.setattr(act_rates, "rates_at", failing)
    observe(engine, "home", 1)
    with capture_logs() as logs:
        assert await ActRatesReader(engine).beside("home", ["a"], 10.0) == ()
    assert [(one["placement"], one["why"]) for one in logs] == [("home", "no fit")]
